//! What is said of a profile that is not there or cannot be used, in both languages.

use jixiao_selfeval::Words;
use jixiao_selfeval::profile::BUILT_IN;

/// A profile beside an input that cannot be used: its file, and what is wrong with it and to be done.
pub(super) fn beside(file: &str, (fact, help): &(Words, Words)) -> (Words, Words) {
    (
        Words::new(
            format!("旁边的口径文件 {file} 用不了，{}", fact.zh),
            format!("the profile beside it, {file}, cannot be used; {}", fact.en),
        ),
        Words::new(
            format!("{}；或用 --profile 另行指定口径", help.zh),
            format!("{}, or name another profile with --profile", help.en),
        ),
    )
}

/// No profile has the name that was asked for.
pub(super) fn none() -> (Words, Words) {
    let names: Vec<&str> = BUILT_IN.iter().map(|one| one.name).collect();
    let fact = Words::new(
        "没有这个内置口径，也没有这个文件",
        "there is no built-in profile of this name, and no such file",
    );
    let help = Words::new(
        format!("用内置口径 {}，或给出 TOML 文件的路径", names.join("、")),
        format!("use a built-in one ({}), or the path of a TOML file", names.join(", ")),
    );
    (fact, help)
}
