//! The rule catalogue as a list, and one rule's page.

use jixiao_selfeval::Severity;
use jixiao_selfeval::rules::{ALL, Rule};
use serde::Serialize;
use unicode_width::UnicodeWidthStr;

use crate::Lang;
use crate::text::Style;
use crate::words;

/// Every rule on a line: code, severity, title, name.
pub fn list(style: Style) -> String {
    let lang = style.lang;
    let width = ALL.iter().map(|rule| title(rule, lang).width()).max().unwrap_or(0);
    let mark = ALL.iter().map(|rule| words::severity(rule.severity, lang).width()).max().unwrap_or(0);
    let lines = ALL.iter().map(|rule| {
        let (title, severity) = (title(rule, lang), words::severity(rule.severity, lang));
        let gap = " ".repeat(width.saturating_sub(title.width()));
        let after = " ".repeat(mark.saturating_sub(severity.width()));
        format!("{}  {severity}{after}  {title}{gap}  {}\n", rule.code, rule.name)
    });
    let mut list: String = lines.collect();
    list.push_str(lang.of(
        "\n`jixiao explain 编号` 说明一条规则。\n",
        "\n`jixiao explain CODE` tells more about a rule.\n",
    ));
    list
}

#[derive(Serialize)]
struct RuleView {
    code: &'static str,
    name: &'static str,
    severity: Severity,
    title: &'static str,
    docs: &'static str,
}

impl RuleView {
    fn of(rule: &Rule, lang: Lang) -> Self {
        let docs = lang.of(rule.docs.0, rule.docs.1);
        Self { code: rule.code, name: rule.name, severity: rule.severity, title: title(rule, lang), docs }
    }
}

/// The catalogue as `jixiao.rules/1`.
pub fn json(lang: Lang) -> String {
    let rules: Vec<RuleView> = ALL.iter().map(|rule| RuleView::of(rule, lang)).collect();
    let rules = serde_json::to_string_pretty(&rules).unwrap_or_default();
    format!("{{\"schema\":\"jixiao.rules/1\",\"rules\":{rules}}}\n")
}

/// One rule's page.
pub fn page(rule: &Rule, style: Style) -> String {
    let lang = style.lang;
    let severity = words::severity(rule.severity, lang);
    let docs = lang.of(rule.docs.0, rule.docs.1);
    let docs: Vec<String> = docs.lines().map(|line| heading(line, lang)).collect();
    let (code, title, name) = (rule.code, title(rule, lang), rule.name);
    let head = lang
        .of(format!("{code} {title}（{severity}，{name}）"), format!("{code} {title} ({severity}, {name})"));
    format!("{head}\n{}\n", docs.join("\n"))
}

fn heading(line: &str, lang: Lang) -> String {
    match line.strip_prefix("## ") {
        Some(head) => lang.of(format!("\n【{head}】"), format!("\n{}", head.to_uppercase())),
        None => line.to_owned(),
    }
}

fn title(rule: &Rule, lang: Lang) -> &'static str {
    lang.of(rule.title.0, rule.title.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_is_listed_and_has_a_page_in_both_languages() {
        for lang in [Lang::Zh, Lang::En] {
            let style = Style { lang, ..Style::default() };
            let list = list(style);
            for rule in ALL {
                assert!(list.contains(rule.code), "{}", rule.code);
                assert!(page(rule, style).lines().count() > 5, "{}", rule.code);
            }
        }
    }
}
