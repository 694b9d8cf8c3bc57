//! One fault each, for every rule that one file alone can break.

use rust_decimal::Decimal;

use super::form::{Form, RateStyle, half_up};
use super::numbers::Numbers;
use super::sheet::{Content, Field, Place, Sheet, grade};

/// A form in which something is to be wrong.
pub(super) struct Case {
    pub(super) form: Form,
    pub(super) numbers: Numbers,
    /// The form as it is written, once no more is changed in what it says.
    sheet: Option<Sheet>,
}

impl Case {
    pub(super) fn new(form: Form, numbers: Numbers) -> Self {
        Self { form, numbers, sheet: None }
    }

    /// The written form; what the form says must not change any more.
    pub(super) fn sheet(&mut self) -> &mut Sheet {
        self.sheet.get_or_insert_with(|| Sheet::of(&self.form))
    }

    fn project(&mut self) -> usize {
        self.form.any(&mut self.numbers)
    }

    /// A project whose rate is below 90%.
    fn low(&mut self) -> Option<usize> {
        let low: Vec<usize> = (0..self.form.projects.len()).filter(|index| self.is_low(*index)).collect();
        self.numbers.pick(&low).copied()
    }

    fn is_low(&self, index: usize) -> bool {
        let project = self.form.projects.get(index);
        project.is_some_and(|project| !project.remark.is_empty())
    }

    /// Changes a number by so much, and keeps its format.
    fn shift(&mut self, place: Place, by: Decimal) -> Option<()> {
        match self.sheet().get(place)?.clone() {
            Content::Number(value, format) => self.sheet().set(place, Content::Number(value + by, format)),
            _ => return None,
        }
        Some(())
    }
}

/// How near to the fault its finding has to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Near {
    Cell,
    Row,
    /// It is about the whole table, or names the place in its own way.
    Table,
}

/// A fault and the rule that has to find it.
pub(super) struct Fault {
    pub(super) code: &'static str,
    pub(super) near: Near,
    /// Rules that rightly speak up as well: the same fault breaks what they hold.
    pub(super) also: &'static [&'static str],
    /// Makes the fault and says where; nothing where the form does not lend itself to it.
    pub(super) plant: fn(&mut Case) -> Option<Place>,
}

const fn fault(
    code: &'static str,
    near: Near,
    also: &'static [&'static str],
    plant: fn(&mut Case) -> Option<Place>,
) -> Fault {
    Fault { code, near, also, plant }
}

/// Rules that a single file cannot break, or only in ways that a spreadsheet library does not write.
pub(super) const ELSEWHERE: &[(&str, &str)] = &[
    ("F007", "a library that writes files always stores results; see the rule's own tests and the cases"),
    ("S015", "needs the form that was issued; see the cases"),
    ("W005", "needs a profile with caps; see the rule's own tests"),
    ("W007", "off unless a profile turns it on; see the rule's own tests"),
    ("W010", "off unless a profile turns it on; see the rule's own tests"),
    ("X001", "needs last year's file; see the cases"),
    ("X002", "needs several files; see the cases"),
    ("X003", "needs several files; see the cases"),
];

pub(super) const FAULTS: &[Fault] = &[
    fault("S001", Near::Table, &[], |case| {
        case.sheet().clear(Place::Header(Field::Name));
        Some(Place::File)
    }),
    fault("S002", Near::Table, &[], |case| {
        case.sheet().clear_column(Field::Supervisor);
        Some(Place::File)
    }),
    fault("S003", Near::Table, &[], |case| {
        if case.form.yuan {
            return None;
        }
        for content in case.sheet().cells.values_mut() {
            if let Content::Text(text) = content {
                *text = text.replace("（万元）", "");
            }
        }
        Some(Place::File)
    }),
    fault("S004", Near::Table, &[], |case| {
        if !case.form.yuan {
            return None;
        }
        for content in case.sheet().cells.values_mut() {
            if let Content::Text(text) = content {
                *text = text.replace("（元）", "（万元）");
            }
        }
        Some(Place::File)
    }),
    fault("S005", Near::Row, &[], |case| {
        let place = Place::Project(1 + case.project() % (case.form.projects.len() - 1), Field::Sequence);
        case.shift(place, Decimal::from(30))?;
        Some(place)
    }),
    fault("S006", Near::Cell, &[], |case| {
        let first = case.form.projects.first()?.clone();
        let last = case.form.projects.last_mut()?;
        (last.name, last.supervisor) = (first.name, first.supervisor);
        Some(Place::Project(case.form.projects.len() - 1, Field::Name))
    }),
    fault("S007", Near::Row, &[], |case| {
        let place = Place::Project(case.project(), Field::Supervisor);
        case.sheet().clear(place);
        Some(place)
    }),
    fault("S008", Near::Table, &[], |case| {
        case.sheet().clear_total();
        Some(Place::File)
    }),
    fault("S009", Near::Table, &[], |case| {
        case.sheet().clear(Place::Note);
        Some(Place::File)
    }),
    fault("S010", Near::Table, &[], |case| {
        let year = case.form.year - 2;
        let note = format!(
            "注:1.本表为{year}年度项目支出绩效自评结果，合计得分以各项目资金占比为权重加权平均计算。"
        );
        case.sheet().set(Place::Note, Content::Text(note));
        Some(Place::Note)
    }),
    fault("S011", Near::Cell, &[], |case| {
        let place = Place::Project(case.project(), Field::Name);
        case.sheet().set(place, Content::Text("XX项目".to_owned()));
        Some(place)
    }),
    fault("S012", Near::Table, &["W006"], |case| {
        for index in 0..case.form.projects.len() {
            let number = Content::Number(Decimal::from(index + 1), "General");
            case.sheet().set(Place::Project(index, Field::Remark), number);
        }
        Some(Place::File)
    }),
    fault("S013", Near::Row, &[], |case| {
        let index = case.project();
        let row = *case.sheet().rows.get(index)?;
        case.sheet().hidden.push(row);
        Some(Place::Project(index, Field::Name))
    }),
    fault("S014", Near::Table, &["S010"], |case| {
        case.sheet()
            .set(Place::Title, Content::Text("    年度（单位）项目支出绩效自评结果汇总表".to_owned()));
        Some(Place::Title)
    }),
    fault("S016", Near::Table, &[], |case| {
        let note = case.sheet().at(Place::Note)?;
        let below = jixiao_workbook::CellRef::new(note.row() + 1, note.column())?;
        let line = Content::Text("填报人：          联系电话：          日期：".to_owned());
        case.sheet().cells.insert(below, line);
        Some(Place::File)
    }),
    fault("V001", Near::Cell, &[], |case| {
        let place = Place::Project(case.project(), Field::Executed);
        typed(case)?.set(place, Content::Text("见附件".to_owned()));
        Some(place)
    }),
    fault("V002", Near::Cell, &[], |case| {
        let place = Place::Project(case.project(), Field::Executed);
        let Content::Number(value, _) = typed(case)?.get(place)?.clone() else { return None };
        case.sheet().set(place, Content::Text(value.to_string()));
        Some(place)
    }),
    fault("V003", Near::Cell, &[], |case| {
        let place = Place::Project(case.project(), Field::Score);
        typed(case)?.clear(place);
        Some(place)
    }),
    fault("V004", Near::Cell, &[], |case| {
        let index = case.project();
        let project = case.form.projects.get_mut(index)?;
        // What is left is still more than what was spent.
        let spare = project.parts.iter().sum::<i64>() - project.executed;
        let part = i64::from(project.parts.get(1) == Some(&0)) * (spare / 2_000_000) * 1_000_000;
        *project.parts.get_mut(1)? = -part;
        (part > 0).then_some(Place::Project(index, Field::Fund(1)))
    }),
    fault("V005", Near::Cell, &["W004"], |case| {
        let index = case.project();
        case.form.projects.get_mut(index)?.score = 120;
        Some(Place::Project(index, Field::Score))
    }),
    fault("V006", Near::Cell, &[], |case| {
        let place = Place::Project(case.project(), Field::Score);
        let Content::Number(value, _) = case.sheet().get(place)?.clone() else { return None };
        case.sheet().set(place, Content::Number(value, "0.000"));
        Some(place)
    }),
    fault("V007", Near::Table, &[], |case| {
        if case.form.rates != RateStyle::Format {
            return None;
        }
        let place = Place::Project(case.project(), Field::Rate);
        let Content::Number(rate, _) = typed(case)?.get(place)?.clone() else { return None };
        let percent = half_up(rate * Decimal::ONE_HUNDRED, 2);
        case.sheet().set(place, Content::Number(percent, "General"));
        Some(place)
    }),
    fault("A001", Near::Cell, &[], |case| {
        let place = Place::Project(case.project(), Field::Budget);
        typed(case)?;
        case.shift(place, Decimal::from(7))?;
        Some(place)
    }),
    fault("A002", Near::Cell, &[], |case| {
        let place = Place::Total(*case.numbers.pick(&[Field::Executed, Field::Budget, Field::Fund(0)])?);
        typed(case)?;
        case.shift(place, Decimal::from(9))?;
        Some(place)
    }),
    fault("A003", Near::Cell, &[], |case| {
        // What other formulas read would be stale as well.
        let fields = if case.form.live {
            &[Field::Fund(1)][..]
        } else {
            &[Field::Executed, Field::Budget, Field::Fund(1)]
        };
        let place = Place::Total(*case.numbers.pick(fields)?);
        case.sheet().clear(place);
        Some(place)
    }),
    fault("A004", Near::Cell, &[], |case| {
        wrong_rate(case, |case| Place::Project(case.project(), Field::Rate))
    }),
    fault("A005", Near::Cell, &[], |case| wrong_rate(case, |_| Place::Total(Field::Rate))),
    fault("A006", Near::Cell, &[], |case| {
        case.sheet().clear(Place::Total(Field::Rate));
        Some(Place::Total(Field::Rate))
    }),
    fault("A007", Near::Row, &[], |case| {
        let index = case.project();
        let project = case.form.projects.get_mut(index)?;
        project.executed = project.parts.iter().sum::<i64>() / 10 * 13;
        Some(Place::Project(index, Field::Executed))
    }),
    fault("A008", Near::Row, &[], |case| {
        let index = case.project();
        let project = case.form.projects.get_mut(index)?;
        project.parts.iter_mut().for_each(|part| *part = 0);
        (project.executed, project.remark) = (0, String::new());
        if !case.form.live {
            case.sheet().clear(Place::Project(index, Field::Rate));
        }
        (!case.form.live).then_some(Place::Project(index, Field::Budget))
    }),
    fault("A009", Near::Cell, &[], |case| {
        let place = Place::Project(case.project(), Field::Budget);
        typed(case)?.clear(place);
        Some(place)
    }),
    fault("A010", Near::Table, &[], |case| {
        (case.form.live && !case.form.yuan && case.form.decimals == 2).then(|| {
            case.form.unshown = Decimal::new(4, 3);
            Place::File
        })
    }),
    fault("W001", Near::Cell, &[], |case| {
        case.sheet().clear(Place::Total(Field::Score));
        Some(Place::Total(Field::Score))
    }),
    fault("W002", Near::Cell, &[], |case| {
        typed(case)?;
        case.shift(Place::Total(Field::Score), Decimal::new(317, 2))?;
        Some(Place::Total(Field::Score))
    }),
    fault("W003", Near::Cell, &[], |case| {
        let count = Decimal::from(case.form.projects.len());
        let sum: Decimal = case.form.projects.iter().map(|project| Decimal::from(project.score)).sum();
        let mean = half_up(sum / count, 2);
        if (mean - case.form.totals().2).abs() < Decimal::new(5, 2) {
            return None;
        }
        typed(case)?.set(Place::Total(Field::Score), Content::Number(mean, "0.00"));
        Some(Place::Total(Field::Score))
    }),
    fault("W004", Near::Cell, &[], |case| {
        let index = case.low()?;
        case.form.projects.get_mut(index)?.score = 99;
        Some(Place::Project(index, Field::Score))
    }),
    fault("W006", Near::Row, &[], |case| {
        let place = Place::Project(case.low()?, Field::Remark);
        case.sheet().clear(place);
        Some(place)
    }),
    fault("W008", Near::Cell, &[], |case| {
        let index = case.form.grades.then(|| case.project())?;
        let score = Decimal::from(case.form.projects.get(index)?.score);
        let wrong = if grade(score) == "优" { "差" } else { "优" };
        case.sheet().set(Place::Project(index, Field::Grade), Content::Text(wrong.to_owned()));
        Some(Place::Project(index, Field::Grade))
    }),
    fault("W009", Near::Cell, &[], |case| {
        let spent: Decimal = case.form.projects.iter().map(|project| case.form.shown(project.executed)).sum();
        let weigh =
            |project: &super::form::Project| case.form.shown(project.executed) * Decimal::from(project.score);
        let weighted: Decimal = case.form.projects.iter().map(weigh).sum();
        let by_executed = half_up(weighted / spent, 2);
        if (by_executed - case.form.totals().2).abs() < Decimal::new(5, 2) {
            return None;
        }
        typed(case)?.set(Place::Total(Field::Score), Content::Number(by_executed, "0.00"));
        Some(Place::Total(Field::Score))
    }),
    fault("W011", Near::Row, &[], |case| {
        let index = case.low()?;
        case.form.projects.get_mut(index)?.executed = 0;
        Some(Place::Project(index, Field::Score))
    }),
    fault("W012", Near::Table, &[], |case| {
        case.form.projects.iter_mut().for_each(|project| project.score = 88);
        Some(Place::File)
    }),
    fault("F001", Near::Cell, &[], |case| {
        let place = Place::Total(Field::Executed);
        let Content::Formula(text, result, format) = live(case)?.get(place)?.clone() else { return None };
        let stale = result.parse::<Decimal>().ok()? + Decimal::from(11);
        case.sheet().set(place, Content::Formula(text, stale.to_string(), format));
        Some(place)
    }),
    fault("F002", Near::Cell, &[], |case| {
        let place = Place::Project(case.project(), Field::Budget);
        let Content::Formula(_, result, format) = live(case)?.get(place)?.clone() else { return None };
        case.sheet().set(place, Content::Number(result.parse().ok()?, format));
        Some(place)
    }),
    fault("F003", Near::Cell, &[], |case| {
        let place = Place::Total(Field::Executed);
        let last = case.form.shown(case.form.projects.last()?.executed);
        let Content::Formula(_, result, format) = live(case)?.get(place)?.clone() else { return None };
        let (letter, rows) = (case.sheet().letter(Field::Executed), case.sheet().rows.clone());
        let [first, .., before, _] = rows.as_slice() else { return None };
        // Group rows would be taken in.
        if !case.sheet().groups.is_empty() {
            return None;
        }
        let short = result.parse::<Decimal>().ok()? - last;
        let text = format!("SUM({letter}{first}:{letter}{before})");
        case.sheet().set(place, Content::Formula(text, short.to_string(), format));
        // What follows from it is computed as a spreadsheet program would.
        let budget = case.form.totals().0;
        case.sheet().recompute_rate(short, budget);
        Some(place)
    }),
    fault("F004", Near::Cell, &[], |case| {
        let index = case.project();
        let place = Place::Project(index, Field::Budget);
        let Content::Formula(_, result, format) = live(case)?.get(place)?.clone() else { return None };
        let row = *case.sheet().rows.get(index)?;
        let count = case.form.funds.len();
        let parts: Vec<String> =
            (0..count).map(|part| format!("{}{row}", case.sheet().letter(Field::Fund(part)))).collect();
        case.sheet().set(place, Content::Formula(parts.join("+"), result, format));
        Some(place)
    }),
    fault("F005", Near::Cell, &[], |case| {
        let place = Place::Project(case.project(), Field::Rate);
        let Content::Formula(text, _, format) = live(case)?.get(place)?.clone() else { return None };
        case.sheet().set(place, Content::Formula(format!("{text}/0"), "#DIV/0!".to_owned(), format));
        Some(place)
    }),
    fault("F006", Near::Cell, &[], |case| {
        let place = Place::Project(case.project(), Field::Executed);
        let Content::Number(value, format) = case.sheet().get(place)?.clone() else { return None };
        let text = "'[支出台账.xlsx]明细'!$B$3".to_owned();
        case.sheet().set(place, Content::Formula(text, value.to_string(), format));
        Some(place)
    }),
];

/// The sheet of a form whose computed cells are typed.
fn typed(case: &mut Case) -> Option<&mut Sheet> {
    if case.form.live { None } else { Some(case.sheet()) }
}

/// The sheet of a form whose computed cells are formulas.
fn live(case: &mut Case) -> Option<&mut Sheet> {
    if case.form.live { Some(case.sheet()) } else { None }
}

/// A typed rate that is three points too high.
fn wrong_rate(case: &mut Case, place: fn(&mut Case) -> Place) -> Option<Place> {
    let place = place(case);
    let wrong = match typed(case)?.get(place)?.clone() {
        Content::Number(rate, format @ "0.00%") => Content::Number(rate - Decimal::new(33, 3), format),
        Content::Number(rate, format) => Content::Number(rate - Decimal::new(33, 1), format),
        Content::Text(text) => {
            let rate: Decimal = text.trim_end_matches('%').parse().ok()?;
            Content::Text(format!("{}%", rate - Decimal::new(33, 1)))
        }
        Content::Formula(..) => return None,
    };
    case.sheet().set(place, wrong);
    Some(place)
}
