//! docs/profiles.md: every key of a profile, and the built-in profiles with what they change.

use std::fmt::Write as _;

use jixiao_render::profiles::documented;
use jixiao_selfeval::Profile;
use jixiao_selfeval::profile::{BUILT_IN, BuiltIn, Entry, KEYS, Key};

const HEAD: &str = "<!-- written by cargo xtask codegen -->\n# 地方口径 · Profiles\n\n\
    口径是一个 TOML 文件，写明各地、各年不同的要求。按下列顺序选用：`--profile 名称或文件`；输入文件所在文件夹里的 `jixiao.toml`（给出的是文件夹时，逐级找到给出的那个文件夹为止，不再往上）；全国通用表式 `national`。每个输入各用各的；用的不是 `national` 时，每种结果里都写明。口径有错，指出文件、行和项，用它的文件不核对。\n\n\
    只写与基础口径（`base`，默认 `national`）不同的项即可。`jixiao profile show 名称` 输出全部内容，存成文件再改；`jixiao profile check 文件` 检查，并列出与基础口径的不同。\n\n\
    A profile is a TOML file with what differs by region or year. The first of these is used: `--profile NAME|FILE`; the `jixiao.toml` in the input's folder (within a folder that was named: up to that folder, never beyond); the national form, `national`. Each input has its own, and every report names one that is not `national`. What is wrong with a profile is told by file, line and key, and the files it is meant for are not checked.\n\n\
    It need only hold what differs from its base (`base`, `national` unless given). `jixiao profile show NAME` prints the whole of one, to be saved and edited; `jixiao profile check FILE` checks one and lists what differs from its base.\n";

/// The page.
pub(super) fn page() -> String {
    let national = Profile::national();
    let entries = national.entries();
    let mut page = String::from(HEAD);
    page.push_str(
        "\n## 各项 · Keys\n\n| 项 | 含义 | 单位 | 可以取 | 默认（national） |\n|---|---|---|---|---|\n",
    );
    for key in KEYS {
        row(&mut page, key, &entries);
    }
    page.push_str(
        "\n### 列的代号和名称 · Columns and their labels\n\n| 代号 | 全国通用表式的名称 |\n|---|---|\n",
    );
    for (key, labels) in &national.labels {
        let _ = writeln!(page, "| `{key}` | {} |", labels.join("、"));
    }
    page.push_str("\n## 内置口径 · Built-in profiles\n\n| 名称 | 叫法 | 来源 | 与 national 不同的项 |\n|---|---|---|---|\n");
    for one in BUILT_IN {
        built_in(&mut page, &one.profile());
    }
    page.push_str("\n## 示例 · Example\n\n");
    let _ = writeln!(
        page,
        "四川的全部口径文件 · the whole file of Sichuan:\n\n```toml\n{}```",
        text_of("sichuan")
    );
    page
}

/// A key's row.
fn row(page: &mut String, key: &Key, national: &[Entry]) {
    let both = |(zh, en): (&str, &str)| if zh == en { zh.to_owned() } else { format!("{zh}<br>{en}") };
    let default = match key.name {
        "labels" => "见下 · see below".to_owned(),
        name => defaults(name, national),
    };
    let name = if matches!(key.name, "severities" | "labels") {
        format!("[{}]", key.name)
    } else {
        key.name.to_owned()
    };
    let cells = [format!("`{name}`"), both(key.meaning), both(key.unit), both(key.range), default];
    let cells = cells.map(|cell| cell.replace('|', "\\|"));
    let _ = writeln!(page, "| {} |", cells.join(" | "));
}

/// What the national profile says for a key, or for each key of a section.
fn defaults(name: &str, national: &[Entry]) -> String {
    let values = national.iter().filter_map(|entry| match entry.section {
        None => (entry.key == name).then(|| format!("`{}`", entry.value)),
        Some(section) => (section == name).then(|| format!("`{} = {}`", entry.key, entry.value)),
    });
    values.collect::<Vec<_>>().join("<br>")
}

fn built_in(page: &mut String, profile: &Profile) {
    let source = if profile.unverified {
        "示例，**未经核实** · example, unverified"
    } else {
        "内置 · built in"
    };
    let changes = documented(profile).join("<br>").replace('|', "\\|");
    let Profile { name, title, description, .. } = profile;
    let _ = writeln!(page, "| `{name}` | {title} | {source} | {description}<br>{changes} |");
}

fn text_of(name: &str) -> &'static str {
    BUILT_IN.iter().find(|one| one.name == name).map_or("", |BuiltIn { toml, .. }| toml)
}
