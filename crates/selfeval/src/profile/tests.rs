//! What a profile's text may hold, what is wrong with one, and what the built-in ones say.

use super::*;

#[test]
fn the_national_profile_is_complete() {
    let profile = written::overlaid(Profile::default(), BUILT_IN[0].toml, None).unwrap();
    assert_eq!(profile, Profile::national(), "run cargo xtask codegen");
    assert_eq!(profile.reason_below, Decimal::new(9, 1));
    assert_eq!(profile.labels.len(), 20);
    assert!(profile.required.contains(&Field::Score));
    let text = toml::to_string(&profile).unwrap();
    assert_eq!(toml::from_str::<Profile>(&text).unwrap(), profile);
}

#[test]
fn a_bureau_states_only_what_differs() {
    let text = "name = \"hubei\"\nexecution-points = 20\nreason-below = 0.85\n\
                point-bands = [{ from = \"90%\", points = 5 }, { from = 0.8, points = 4 }]\n\
                [labels]\nscore = [\"评分\", \"...\"]\n\"fund.levy\" = [\"政府性基金\"]\n\
                [severities]\nA008 = \"off\"\n";
    let profile = Profile::from_toml(text).unwrap();
    assert_eq!((profile.name.as_str(), profile.execution_points), ("hubei", Decimal::from(20)));
    assert_eq!(profile.labels["score"][..2], ["评分", "自评得分"]);
    assert_eq!(profile.labels["fund.levy"], ["政府性基金"]);
    assert_eq!(profile.labels["name"], Profile::national().labels["name"]);
    assert_eq!(profile.point_bands[1].from, Decimal::new(8, 1));
    assert_eq!(profile.severities["A008"], Level::Off);
}

#[test]
fn grades_and_caps_are_a_bureaus_own() {
    let text = "grades = [{ from = 80, names = [\"优\"] }, { from = 0, names = [\"不合格\"] }]\n\
                score-caps = [{ below = \"50%\", most = 59 }, { below = 0.6, most = 69 }]\n";
    let profile = Profile::from_toml(text).unwrap();
    assert_eq!(profile.grade(Decimal::from(80)), Some("优"));
    assert_eq!(profile.grade(Decimal::from(79)), Some("不合格"));
    assert_eq!(profile.score_caps[1], ScoreCap { below: Decimal::new(6, 1), most: Decimal::from(69) });
    let national = Profile::national();
    assert_eq!(national.grade(Decimal::new(8999, 2)), Some("良"));
    assert!(national.score_caps.is_empty());
}

#[test]
fn a_wrong_profile_is_told_by_line_key_and_reason() {
    let cases = [
        ("name = \"x\"\nreason-belov = 3", "第 2 行：没有“reason-belov”这一项，是否为 reason-below"),
        ("labels = { scores = [\"x\"] }", "第 1 行：没有“labels.scores”这一项，是否为 labels.score"),
        ("tail-diference = 1\n", "第 1 行：没有“tail-diference”这一项，是否为 tail-difference"),
        ("colour = 1", "第 1 行：没有“colour”这一项"),
        ("name = \"x\"\n\nreason-below = 90", "第 3 行 reason-below：90 不在 0 至 1 之间"),
        ("tail-difference = \"viel\"", "第 1 行 tail-difference：应为数，如 0.9 或 \"90%\""),
        ("amount-decimals = 9", "第 1 行 amount-decimals：9 不在 0 至 8 之间"),
        ("amount-decimals = 1.5", "第 1 行 amount-decimals：应为整数"),
        ("parts-exhaustive = \"ja\"", "第 1 行 parts-exhaustive：应为 true 或 false"),
        ("name = 3", "第 1 行 name：应为加引号的文字"),
        ("[labels]\nscore = \"x\"", "第 2 行 labels.score：应为列表，如 [\"…\"]"),
        ("money = \"美元\"", "第 1 行 money：“美元”不能用，可以取元、万元、亿元"),
        ("required = [\"name\", \"scor\"]", "第 1 行 required：“scor”不能用，可以取"),
        (
            "[severities]\nA008 = \"loud\"",
            "第 2 行 severities.A008：“loud”不能用，可以取 off、info、warning、error",
        ),
        ("[severities]\na8 = \"off\"", "第 2 行：没有“severities.a8”这一项"),
        (
            "point-bands = [{ from = 0.8, points = 4 }, { from = 0.9, points = 5 }]",
            "第 1 行 point-bands：下限应从高到低",
        ),
        (
            "point-bands = [{ from = 0.8 }]",
            "第 1 行 point-bands：应为列表，每项写作 { from = 0.9, points = 5 }",
        ),
        ("grades = [{ from = 90 }]", "第 1 行 grades：应为列表，每项写作 { from = 90, names = [\"优\"] }"),
        (
            "grades = [{ from = 60, names = [\"良\"] }, { from = 90, names = [\"优\"] }]",
            "第 1 行 grades：下限应从高到低，都在 0 至 100 之间",
        ),
        (
            "score-caps = [{ below = 0.5 }]",
            "第 1 行 score-caps：应为列表，每项写作 { below = 0.5, most = 59 }",
        ),
        (
            "score-caps = [{ below = 0.6, most = 69 }, { below = 0.5, most = 59 }]",
            "第 1 行 score-caps：执行率应从低到高，都在 0 至 1 之间",
        ),
        ("name = ", "第 1 行：不符合 TOML 的写法"),
    ];
    for (text, zh) in cases {
        let error = Profile::from_toml(text).unwrap_err();
        assert!(error.words().zh.starts_with(zh), "{text}: {}", error.words().zh);
        assert!(error.to_string().is_ascii() || text.contains("美元"), "{text}: {error}");
    }
}

#[test]
fn every_built_in_profile_is_written_right_and_the_examples_are_marked() {
    let codes: Vec<&str> = crate::rules::ALL.iter().map(|rule| rule.code).collect();
    for one in BUILT_IN {
        let read = Profile::from_toml_with(one.toml, &codes).unwrap();
        let profile = Profile::built_in(one.name).unwrap();
        assert_eq!(profile, Profile { base: profile.base.clone(), ..read }, "{}", one.name);
        assert_eq!(profile.name, one.name);
        assert!(!profile.title.is_empty() && !profile.description.is_empty(), "{}", one.name);
        assert_eq!(profile.description.contains("未经核实"), profile.unverified, "{}", one.name);
        assert_eq!(profile.unverified, !["national", "sichuan"].contains(&one.name), "{}", one.name);
    }
    assert!(Profile::built_in("nowhere").is_none());
}

#[test]
fn a_profile_written_out_reads_back_the_same() {
    let own = "name = \"x\"\ntitle = \"引号\\\" 与 '\"\ndescription = \"两\\n行\"\nunverified = true\n\
               base = \"sichuan\"\nmoney = \"元\"\namount-decimals = 4\nfunds = [\"levy\"]\n\
               execution-points = 12.5\npoint-bands = [{ from = \"90.5%\", points = 5 }]\n\
               reason-below = 0.875\nscore-caps = [{ below = \"50%\", most = 59.5 }]\n\
               grades = [{ from = 60, names = [\"过\", \"通过\"] }]\nweights = \"executed\"\n\
               block-weights = [{ name = \"成本\", points = 20 }]\nrequired = [\"name\", \"fund\"]\n\
               [labels]\n\"fund.levy\" = [\"政府性基金\"]\n\"fund.a b.\\\"c\" = [\"'引'\"]\nscore = [\"评分\", \"...\"]\n\
               [severities]\nA008 = \"off\"\n";
    let profiles = BUILT_IN.iter().map(BuiltIn::profile);
    for profile in profiles.chain([Profile::from_toml(own).unwrap()]) {
        let text = profile.to_toml();
        let read = Profile::from_toml(&text).unwrap();
        assert_eq!(read, profile, "{text}");
        assert_eq!(read.to_toml(), text);
        // The order of labels decides between equal ones.
        assert!(read.labels.keys().eq(profile.labels.keys()), "{text}");
    }
}

#[test]
fn every_key_is_documented_and_written() {
    let national = Profile::national();
    let written: Vec<String> = national.entries().iter().map(Entry::path).collect();
    for key in KEYS {
        let (zh, en) = key.meaning;
        assert!(!zh.is_empty() && !en.is_empty(), "{}", key.name);
        assert!(written.iter().any(|path| path.split('.').next() == Some(key.name)), "{}", key.name);
    }
    // As many as the profile has fields; its file is no key.
    let fields = toml::Value::try_from(&Profile { weights: Some(Weights::Budget), ..national }).unwrap();
    assert_eq!(fields.as_table().unwrap().len(), KEYS.len());
}

#[test]
fn a_profile_builds_on_a_built_in_one() {
    let text = "base = \"hubei\"\nreason-below = \"85%\"\n";
    let profile = Profile::from_toml(text).unwrap();
    assert_eq!((profile.base.as_str(), profile.name.as_str()), ("hubei", "local"));
    assert_eq!((profile.title.as_str(), profile.description.as_str()), ("local", ""));
    assert_eq!(profile.execution_points, Decimal::from(20));
    // What was not verified stays so until its user says otherwise.
    assert!(profile.unverified);
    assert!(!Profile::from_toml("base = \"hubei\"\nunverified = false").unwrap().unverified);
    let open = Profile::from_toml("weights = \"open\"").unwrap();
    assert_eq!(open.weights, None);
}

#[test]
fn a_text_with_a_byte_order_mark_is_read_and_its_lines_are_counted() {
    assert_eq!(Profile::from_toml("\u{feff}name = \"x\"\r\n").unwrap().name, "x");
    let error = Profile::from_toml("\u{feff}name = \"x\"\r\nmoney = 1\r\n").unwrap_err();
    assert_eq!(error.line, 2);
}

#[test]
fn references_within_a_profile_must_hold() {
    let cases = [
        ("base = \"nowhere\"", "第 1 行 base：“nowhere”不能用，可以取 national、sichuan"),
        ("funds = [\"levy\"]", "第 1 行 funds：“levy”不能用，可以取 carried_over、current"),
        ("funds = [\"other\"]\n[labels]\n\"fund.other\" = []", "第 1 行 funds：“other”不能用"),
        ("point-bands = [{ from = 0.9, points = 101 }]", "第 1 行 point-bands：101 不在 0 至 100 之间"),
        ("score-caps = [{ below = 0.5, most = -1 }]", "第 1 行 score-caps：-1 不在 0 至 100 之间"),
        ("block-weights = [{ name = \"产出\" }]", "第 1 行 block-weights：应为列表，每项写作 { name"),
        ("unverified = 1", "第 1 行 unverified：应为 true 或 false"),
        ("weights = \"both\"", "第 1 行 weights：“both”不能用，可以取 open、budget、executed"),
    ];
    for (text, zh) in cases {
        let error = Profile::from_toml(text).unwrap_err();
        assert!(error.words().zh.starts_with(zh), "{text}: {}", error.words().zh);
    }
    assert!(Profile::from_toml("funds = [\"levy\"]\n[labels]\n\"fund.levy\" = [\"基金\"]").is_ok());
    let error = Profile::from_toml_with("[severities]\nA0O8 = \"off\"", &["A001", "A008"]).unwrap_err();
    assert_eq!(error.words().zh, "第 2 行：没有“severities.A0O8”这一项，是否为 severities.A008");
    assert!(Profile::from_toml_with("[severities]\nB008 = \"off\"", &["A001"]).is_err());
}

#[test]
fn beijing_2016_takes_the_initial_budget_for_a() {
    use crate::layout::locate;
    let profile = Profile::built_in("beijing-2016").unwrap();
    for heads in ["年初预算数（A）|全年预算数", "全年预算数|年初预算数（A）", "年初预算数（A）|预算批复数"]
    {
        let text = format!(
            "序号|项目名称|主管部门|{heads}|全年执行数（B）|执行率（B/A）|自评得分\n\
             1|防汛经费|应急局|10|10|9|90%|90\n合计|<|<|10|10|9|90%|90"
        );
        let located = locate(&crate::sketch::workbook(&text), &profile, None).unwrap();
        assert_eq!(located.columns.budget.unwrap().label, "年初预算数", "{heads}");
        assert_eq!(located.columns.initial_budget, None, "{heads}");
    }
}
