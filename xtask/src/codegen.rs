//! What cannot drift: docs/rules.md, docs/profiles.md, docs/cli.md and the README's transcript are written from the
//! code, and the national profile as the program reads it from the text that people read.

mod profiles;

use std::ffi::OsString;
use std::fmt::Write as _;
use std::path::PathBuf;

use jixiao_selfeval::computed::documentation;
use jixiao_selfeval::profile::BUILT_IN;
use jixiao_selfeval::rules;

use crate::{Outcome, read_text, root, write};

/// The README's transcript stands between these lines.
const BEGIN: &str = "<!-- transcript: written by cargo xtask codegen -->";
const END: &str = "<!-- transcript ends -->";

/// The commands whose help is shown; the empty one is the program itself.
const COMMANDS: [&str; 15] = [
    "",
    "fill",
    "check",
    "merge",
    "clean",
    "convert",
    "extract",
    "template",
    "explain",
    "rules",
    "profile",
    "profile list",
    "profile show",
    "profile check",
    "schema",
];

/// `cargo xtask codegen`.
pub(crate) fn main(args: &[String]) -> Outcome {
    let check = args.iter().any(|arg| arg == "--check");
    let stale = if check { stale()? } else { Vec::new() };
    if !stale.is_empty() {
        return Err(format!("not up to date: {}; run cargo xtask codegen", stale.join(", ")));
    }
    if check {
        Ok(())
    } else {
        documents()?.into_iter().try_for_each(|(path, text)| write(&path, text.as_bytes()))
    }
}

/// The documents that differ from what the code gives.
fn stale() -> Result<Vec<String>, String> {
    let differs = |(path, text): &(PathBuf, String)| read_text(path).ok().as_ref() != Some(text);
    Ok(documents()?
        .iter()
        .filter(|document| differs(document))
        .map(|(path, _)| path.display().to_string())
        .collect())
}

/// Every generated document with its text.
fn documents() -> Result<Vec<(PathBuf, String)>, String> {
    let docs = root().join("docs");
    let readme = root().join("README.md");
    let text = readme_text(&read_text(&readme)?)?;
    Ok(vec![
        (docs.join("rules.md"), rules_page()),
        (docs.join("profiles.md"), profiles::page()),
        (docs.join("cli.md"), cli_page()),
        (readme, text),
        (root().join("crates/selfeval/profiles/national.json"), national()?),
    ])
}

/// The national profile, which is quicker to read so.
fn national() -> Result<String, String> {
    let national = BUILT_IN.first().ok_or("no profile is built in")?;
    serde_json::to_string(&national.profile()).map(|json| json + "\n").map_err(|error| error.to_string())
}

fn rules_page() -> String {
    let mut page = String::from("<!-- written by cargo xtask codegen -->\n# 核对规则 · Rules\n\n");
    page.push_str("| 编码 | 名称 | 级别 | 说明 | |\n|---|---|---|---|---|\n");
    for rule in rules::ALL {
        let (zh, en) = rule.title;
        let _ = writeln!(
            page,
            "| [{0}](#{1}) | {2} | {3:?} | {zh} | {en} |",
            rule.code,
            rule.code.to_lowercase(),
            rule.name,
            rule.severity
        );
    }
    page.push_str("\n## 计算单元格 · Computed cells\n\n");
    page.push_str("官方表样中的公式（项目第 7 至 20 行，合计第 21 行） · as on the official form (projects in rows 7 to 20, total in row 21)\n\n");
    page.push_str("| 单元格 | 公式 | 说明 | |\n|---|---|---|---|\n");
    for cell in documentation() {
        let formulas: Vec<String> = cell.formulas.iter().map(|formula| format!("`={formula}`")).collect();
        let (name, note) = (&cell.cell, &cell.note);
        let _ = writeln!(
            page,
            "| {} · {} | {} | {} | {} |",
            name.zh,
            name.en,
            formulas.join("<br>"),
            note.zh,
            note.en
        );
    }
    for rule in rules::ALL {
        let (zh, en) = rule.docs;
        let deeper = |text: &str| text.replace("## ", "#### ");
        let _ = write!(
            page,
            "\n<a id=\"{}\"></a>\n## {} {}\n\n### {}\n\n{}\n\n### {}\n\n{}\n",
            rule.code.to_lowercase(),
            rule.code,
            rule.name,
            rule.title.0,
            deeper(zh),
            rule.title.1,
            deeper(en)
        );
    }
    page
}

/// The commands' help in both languages.
fn cli_page() -> String {
    let mut page = String::from("<!-- written by cargo xtask codegen -->\n# 命令 · Commands\n");
    for command in COMMANDS {
        for lang in ["zh", "en"] {
            let mut args = vec!["--lang", lang];
            args.extend(command.split_whitespace());
            args.push("--help");
            let _ = write!(page, "\n## jixiao {command} ({lang})\n\n```text\n{}```\n", output(&args));
        }
    }
    page
}

/// What a command line prints on both streams.
fn output(args: &[&str]) -> String {
    let args = std::iter::once("jixiao").chain(args.iter().copied()).map(OsString::from);
    let (mut out, mut err) = (Vec::new(), Vec::new());
    jixiao::run(args, &mut out, &mut err);
    out.extend(err);
    let text = String::from_utf8_lossy(&out).into_owned();
    text.lines().fold(String::new(), |all, line| all + line.trim_end() + "\n")
}

/// The README with its transcript written anew.
fn readme_text(readme: &str) -> Result<String, String> {
    let (head, rest) = readme.split_once(BEGIN).ok_or("README.md has no transcript")?;
    let (_, tail) = rest.split_once(END).ok_or("README.md's transcript has no end")?;
    let work = tempfile::tempdir().map_err(|error| error.to_string())?;
    let shown = "test-data/template/official-2023-inputs.xlsx";
    let (input, filled) = (root().join(shown), work.path().join("filled.xlsx"));
    let (input, target) = (input.to_string_lossy(), filled.to_string_lossy());
    let fill = output(&["fill", &input, "-o", &target, "--lang", "zh"]);
    let submission = root().join("test-data/submission-2023.xlsx");
    let check = output(&["check", &submission.to_string_lossy(), "--lang", "zh"]);
    let clean = |text: String| {
        let text = text.replace(&*target, "target/filled.xlsx");
        text.replace(&format!("{}/", root().display()), "").trim_end().to_owned()
    };
    Ok(format!(
        "{head}{BEGIN}\n```text\n$ jixiao fill {shown} -o target/filled.xlsx\n{}\n\n$ jixiao check test-data/submission-2023.xlsx\n{}\n```\n{END}{tail}",
        clean(fill),
        clean(check)
    ))
}

#[cfg(test)]
mod tests {
    #[test]
    fn generated_documents_are_up_to_date() {
        assert_eq!(super::stale().unwrap(), Vec::<String>::new(), "run cargo xtask codegen");
    }
}
