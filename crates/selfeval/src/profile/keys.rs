//! Every key of a profile: what it means, its unit and what it may be. The documentation and the comments of a
//! written profile come from here.

/// A key of a profile's text.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// Its name; that of a section where it holds keys of its own.
    pub name: &'static str,
    /// What it means, in Chinese and English.
    pub meaning: (&'static str, &'static str),
    /// Its unit, in Chinese and English; empty where it has none.
    pub unit: (&'static str, &'static str),
    /// What it may be, in Chinese and English.
    pub range: (&'static str, &'static str),
}

const TEXT: (&str, &str) = ("文字", "a text");
const FLAG: (&str, &str) = ("true、false", "true, false");
const POINTS: (&str, &str) = ("分", "points");
const NONE: (&str, &str) = ("", "");

/// Every key, in the order of a written profile; the sections come last, as TOML wants it.
pub const KEYS: &[Key] = &[
    Key {
        name: "name",
        meaning: ("名称，出现在 JSON 结果中", "the name, as JSON reports have it"),
        unit: NONE,
        range: TEXT,
    },
    Key {
        name: "title",
        meaning: ("叫法，出现在各种报告中；不写时用名称", "what reports call it; the name unless given"),
        unit: NONE,
        range: TEXT,
    },
    Key {
        name: "description",
        meaning: ("说明：用在哪里，依据什么", "what it is for, and what it rests on"),
        unit: NONE,
        range: TEXT,
    },
    Key {
        name: "unverified",
        meaning: (
            "未经核实：没有与当地文件核对过；报告中注明",
            "not compared with the bureau's own documents; reports say so",
        ),
        unit: NONE,
        range: FLAG,
    },
    Key {
        name: "base",
        meaning: (
            "基础：没有写的各项取自这个内置口径",
            "the built-in profile that holds what is not written",
        ),
        unit: NONE,
        range: ("内置口径的名称", "the name of a built-in profile"),
    },
    Key {
        name: "money",
        meaning: ("表上没有写明时的金额单位", "the unit of amounts where a form states none"),
        unit: NONE,
        range: ("元、万元、亿元", "元, 万元, 亿元"),
    },
    Key {
        name: "amount-decimals",
        meaning: ("表式规定的金额小数位数（V006）", "decimals of amounts as the form is issued (V006)"),
        unit: ("位", "digits"),
        range: ("0 至 8", "0 to 8"),
    },
    Key {
        name: "required",
        meaning: (
            "表头必须有的列（S002）：sequence 序号、name 项目名称、supervisor 主管部门（或实施单位）、budget 全年预算数、fund 至少一列资金明细、executed 全年执行数、execution_rate 执行率、score 自评得分、grade 等级、reason 偏差原因、remark 备注、code 项目编码等",
            "columns the heading must have (S002), by their keys in [labels]; fund is at least one fund column, and an implementing unit stands in for the supervisor",
        ),
        unit: NONE,
        range: ("列的代号", "keys of columns"),
    },
    Key {
        name: "funds",
        meaning: (
            "资金明细必须有的列（S002），写 [labels] 中 fund. 后面的代号；不写则不限",
            "fund columns the heading must have (S002), by what follows fund. in [labels]; any will do where none is listed",
        ),
        unit: NONE,
        range: ("[labels] 中资金的代号", "keys of funds in [labels]"),
    },
    Key {
        name: "parts-exhaustive",
        meaning: (
            "资金明细是否总是合计为小计（A001）；有“其他资金”列的一律是",
            "whether the fund columns always add up to 小计 (A001); with a column 其他资金 they do anyway",
        ),
        unit: NONE,
        range: FLAG,
    },
    Key {
        name: "execution-points",
        meaning: ("预算执行的分值 p（W004）", "points that execution is worth, p (W004)"),
        unit: POINTS,
        range: ("0 至 100", "0 to 100"),
    },
    Key {
        name: "points-proportional",
        meaning: (
            "是否规定执行分按执行率同比例给；是则 W004 为错误，否则为警告",
            "whether execution points are stated to be proportional to the rate; W004 is an error then, else a warning",
        ),
        unit: NONE,
        range: FLAG,
    },
    Key {
        name: "point-bands",
        meaning: (
            "执行分分档给的各档（W004）：执行率不低于 from 的得 points 分；没有分档则为空",
            "bands of execution points (W004): from a rate on, so many points; empty where there are none",
        ),
        unit: ("执行率；分", "rate; points"),
        range: (
            "from 从高到低，0 至 1 或 0% 至 100%；points 0 至 100",
            "from falls, 0 to 1 or 0% to 100%; points 0 to 100",
        ),
    },
    Key {
        name: "reason-below",
        meaning: ("执行率低于多少要写原因 θ（W006）", "the rate below which a reason is asked, θ (W006)"),
        unit: ("执行率", "rate"),
        range: ("0 至 1 或 0% 至 100%", "0 to 1 or 0% to 100%"),
    },
    Key {
        name: "tail-difference",
        meaning: ("合计、小计允许的尾差", "the tail difference (尾差) that sums may have"),
        unit: ("万元", "万元"),
        range: ("0 至 100", "0 to 100"),
    },
    Key {
        name: "score-caps",
        meaning: (
            "执行率过低的封顶分（W005）：执行率低于 below 的最多 most 分；没有规定则为空",
            "the most points that a low rate allows (W005); empty where nothing is fixed",
        ),
        unit: ("执行率；分", "rate; points"),
        range: (
            "below 从低到高，0 至 1 或 0% 至 100%；most 0 至 100",
            "below rises, 0 to 1 or 0% to 100%; most 0 to 100",
        ),
    },
    Key {
        name: "grades",
        meaning: (
            "等级（W008）：得分不低于 from 的，names 是它的叫法，常用的在前；没有等级则为空",
            "grades (W008): least score and names, the usual one first; empty where there are none",
        ),
        unit: POINTS,
        range: ("from 从高到低，0 至 100", "from falls, 0 to 100"),
    },
    Key {
        name: "weights",
        meaning: (
            "合计得分的权重：budget 全年预算数，executed 全年执行数；open 没有规定，按 budget 算，按另一种的提请确认（W009）",
            "weights of the total score; open where they are not fixed: then by budget, and a result by the other basis has to be confirmed (W009)",
        ),
        unit: NONE,
        range: ("open、budget、executed", "open, budget, executed"),
    },
    Key {
        name: "block-weights",
        meaning: (
            "项目自评表除预算执行外各部分的分值；没有规定则为空。目前没有规则用到",
            "points of the blocks of the per-project form beside execution; empty where they are not fixed. No rule uses them yet",
        ),
        unit: POINTS,
        range: ("各 0 至 100", "each 0 to 100"),
    },
    Key {
        name: "severities",
        meaning: (
            "规则的级别，与规则原有级别不同的才写；off 不运行",
            "severities that differ from the rules' own; off silences a rule",
        ),
        unit: NONE,
        range: ("规则编号 = off、info、warning、error", "code = off, info, warning, error"),
    },
    Key {
        name: "labels",
        meaning: (
            "各列的表头名称；空白、（A）（万元）（%）和“其中：”不计。\"...\" 代表基础口径的名称；fund.代号 是一列资金明细",
            "header labels by column; blanks, （A）（万元）（%） and 其中： are ignored. \"...\" stands for those of the base; fund.KEY is a fund column",
        ),
        unit: NONE,
        range: ("列的代号 = 名称的列表", "key of a column = list of labels"),
    },
];
