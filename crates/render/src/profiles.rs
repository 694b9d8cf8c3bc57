//! The built-in profiles as a list, and what a profile changes against its base.

use jixiao_selfeval::Profile;
use jixiao_selfeval::profile::{BUILT_IN, BuiltIn, Entry};
use serde::Serialize;
use unicode_width::UnicodeWidthStr;

use crate::Lang;
use crate::words::{self, one_line};

/// Every built-in profile on a line: name, title, where it comes from.
pub fn list(lang: Lang) -> String {
    let profiles: Vec<Profile> = BUILT_IN.iter().map(BuiltIn::profile).collect();
    let widest = |text: fn(&Profile) -> &str| profiles.iter().map(|one| text(one).width()).max().unwrap_or(0);
    let (names, titles) = (widest(|one| &one.name), widest(|one| &one.title));
    let lines = profiles.iter().map(|one| {
        let gap = |text: &str, width: usize| " ".repeat(width.saturating_sub(text.width()));
        let (name, title) = (&one.name, &one.title);
        format!("{name}{}  {title}{}  {}\n", gap(name, names), gap(title, titles), source(one, lang))
    });
    let mut list: String = lines.collect();
    list.push_str(lang.of(
        "\n`jixiao profile show 名称` 输出一份口径的全部内容，可以存成文件再改；\
         放在报送文件旁边并命名为 jixiao.toml，不加选项也会用它。\n",
        "\n`jixiao profile show NAME` prints the whole of a profile, to be saved and edited; named jixiao.toml \
         beside the inputs it is used without a flag.\n",
    ));
    list
}

fn source(profile: &Profile, lang: Lang) -> &'static str {
    if profile.unverified {
        lang.of("示例，未经核实", "example, unverified (未经核实)")
    } else {
        lang.of("内置", "built in")
    }
}

#[derive(Serialize)]
struct ProfileView {
    name: String,
    title: String,
    source: &'static str,
    unverified: bool,
    description: String,
}

impl ProfileView {
    fn of(one: &BuiltIn) -> Self {
        let Profile { name, title, description, unverified, .. } = one.profile();
        Self { name, title, source: if unverified { "example" } else { "built-in" }, unverified, description }
    }
}

/// The built-in profiles as `jixiao.profiles/1`.
pub fn json() -> String {
    let profiles: Vec<ProfileView> = BUILT_IN.iter().map(ProfileView::of).collect();
    let profiles = serde_json::to_string_pretty(&profiles).unwrap_or_default();
    format!("{{\"schema\":\"jixiao.profiles/1\",\"profiles\":{profiles}}}\n")
}

/// A key whose value is another than the base's.
struct Change {
    key: String,
    value: String,
    /// None where the base has no such key.
    before: Option<String>,
}

/// Keys that say what a profile is called and where it comes from, not what it asks.
const OWN: [&str; 4] = ["name", "title", "description", "base"];

/// What a profile changes against its base.
fn changes(profile: &Profile) -> Vec<Change> {
    let base = Profile::built_in(&profile.base).unwrap_or_else(Profile::national).entries();
    let before = |entry: &Entry| base.iter().find(|other| other.path() == entry.path());
    let entries = profile.entries().into_iter().filter(|entry| !OWN.contains(&entry.key.as_str()));
    let changed = entries.filter(|entry| before(entry).is_none_or(|before| before.value != entry.value));
    changed
        .map(|entry| Change {
            key: entry.path(),
            before: before(&entry).map(|before| before.value.clone()),
            value: entry.value,
        })
        .collect()
}

/// The report on a profile that can be used: what it changes against its base, a key a line.
pub fn differences(profile: &Profile, lang: Lang) -> String {
    let (named, base) = (words::profile(profile, lang), one_line(&profile.base));
    let changes = changes(profile);
    let count = changes.len();
    let mut report = if changes.is_empty() {
        lang.of(
            format!("{named}：可以使用，与 {base} 没有不同。\n"),
            format!("{named}: can be used; nothing differs from {base}.\n"),
        )
    } else {
        lang.of(
            format!("{named}：可以使用，与 {base} 不同的有 {count} 项：\n"),
            format!("{named}: can be used; {count} keys differ from {base}:\n"),
        )
    };
    for Change { key, value, before } in changes {
        let (key, value) = (one_line(&key), one_line(&value));
        let before = before.map_or_else(|| lang.of("无", "none").to_owned(), |before| one_line(&before));
        report += &lang.of(
            format!("  {key} = {value}（{base}：{before}）\n"),
            format!("  {key} = {value} ({base}: {before})\n"),
        );
    }
    report
}

/// The changes of a built-in profile as lines of Markdown, for the documentation.
pub fn documented(profile: &Profile) -> Vec<String> {
    changes(profile).iter().map(|change| format!("`{} = {}`", change.key, change.value)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_from_the_base_is_told_and_nothing_else() {
        let text = "base = \"hubei\"\nname = \"x\"\nreason-below = 0.85\nexecution-points = 20\n\
                    [labels]\n\"fund.levy\" = [\"基金\"]\n[severities]\nW006 = \"error\"\n";
        let profile = Profile::from_toml(text).unwrap();
        assert_eq!(
            differences(&profile, Lang::Zh),
            "x（x，未经核实）：可以使用，与 hubei 不同的有 3 项：\n  reason-below = \"85%\"（hubei：\"90%\"）\n  \
             severities.W006 = \"error\"（hubei：无）\n  labels.fund.levy = [\"基金\"]（hubei：无）\n"
        );
        let same = Profile::from_toml("name = \"x\"").unwrap();
        assert_eq!(differences(&same, Lang::En), "x (x): can be used; nothing differs from national.\n");
    }

    #[test]
    fn the_list_marks_what_is_unverified() {
        for lang in [Lang::Zh, Lang::En] {
            let list = list(lang);
            for one in BUILT_IN {
                let line = list.lines().find(|line| line.starts_with(one.name)).unwrap();
                assert_eq!(line.contains("未经核实"), one.profile().unverified, "{line}");
            }
        }
    }
}
