//! The computed cells of the project rows: 小计 and 执行率.

use std::ops::Range;

use rust_decimal::Decimal;

use super::draft::Draft;
use super::ground::{Ground, Target};
use super::obstacle::{Obstacle, What};
use super::planner::Planner;
use crate::computed::{Held, rate_as, subtotal};
use crate::finding::Field;
use crate::summary::{Project, Reading};
use crate::workers::{Workers, by_rows, pieces};

/// A project's full-year budget as it stands once the form is filled.
#[derive(Clone, Debug)]
pub(super) struct Budget {
    pub(super) held: Held,
    /// Why it is not known.
    pub(super) obstacle: Option<Box<Obstacle>>,
}

impl Budget {
    /// Whether it is 0: then nothing waits for the row's other figures.
    pub(super) fn is_zero(&self) -> bool {
        self.obstacle.is_none() && self.held == Held::Number(Decimal::ZERO)
    }
}

/// Completes 小计 and gives each project's budget.
pub(super) fn budgets(planner: &mut Planner<'_>, workers: &impl Workers) -> Vec<Budget> {
    let Planner { ground, draft } = planner;
    let projects = &ground.summary.projects;
    let piece = |range: Range<usize>| {
        let mut draft = Draft::new(ground.workbook, range.len(), pieces(projects.len()));
        let projects = projects.get(range).unwrap_or_default().iter();
        let budgets: Vec<Budget> = projects.map(|project| budget(ground, &mut draft, project)).collect();
        (budgets, draft)
    };
    let mut budgets = Vec::with_capacity(projects.len());
    by_rows(workers, projects.len(), piece, |(piece, part)| {
        budgets.extend(piece);
        draft.append(part);
    });
    ground.cells.set_budgets(budgets.iter().map(|budget| budget.held).collect());
    budgets
}

fn budget(ground: &Ground<'_>, draft: &mut Draft<'_>, project: &Project) -> Budget {
    let Some(reading) = &project.budget else { return Budget { held: Held::Blank, obstacle: None } };
    let parts = parts_obstacle(ground, project);
    let Some(expression) = subtotal(ground.located, project.row) else {
        return Budget {
            held: ground.cells.held(reading),
            obstacle: ground.obstacle(reading, Field::Budget).map(Box::new),
        };
    };
    let blocked = parts.as_ref().map(|obstacle| obstacle.words(1));
    let held = draft.compute(ground, &Target { reading, field: Field::Budget, expression, blocked });
    let obstacle = match held {
        Held::Number(value) => {
            // A live formula gives 0 over parts that nobody has filled in.
            let empty = reading.has_formula() && value.is_zero();
            parts.filter(|obstacle| empty && obstacle.what == What::PartsMissing)
        }
        Held::Blank => parts.or_else(|| ground.obstacle(reading, Field::Budget)),
        Held::Text | Held::Error => ground.obstacle(reading, Field::Budget).or(parts),
    };
    Budget { held, obstacle: obstacle.map(Box::new) }
}

/// Why the parts cannot be summed: one is no number, or all are blank.
fn parts_obstacle(ground: &Ground<'_>, project: &Project) -> Option<Obstacle> {
    let stated = |part: &&Reading| !part.is_blank() || part.has_formula();
    let wrong = project.funds.iter().filter(stated).find_map(|part| ground.obstacle(part, Field::Fund));
    if wrong.is_some() || project.funds.iter().any(|part| stated(&part)) {
        return wrong;
    }
    let cell = project.funds.first()?.cell;
    let name = ground.summary.name_of(Field::Fund, cell);
    Some(Obstacle { cell, field: Field::Fund, name, what: What::PartsMissing })
}

/// Completes 执行率.
pub(super) fn rates(planner: &mut Planner<'_>, budgets: &[Budget], workers: &impl Workers) {
    let Planner { ground, draft } = planner;
    let projects = &ground.summary.projects;
    let piece = |range: Range<usize>| {
        let mut draft = Draft::new(ground.workbook, range.len(), pieces(projects.len()));
        let rows = projects.get(range.clone()).unwrap_or_default().iter();
        for (project, budget) in rows.zip(budgets.get(range).unwrap_or_default()) {
            rate(ground, &mut draft, project, budget);
        }
        draft
    };
    by_rows(workers, projects.len(), piece, |part| draft.append(part));
}

fn rate(ground: &Ground<'_>, draft: &mut Draft<'_>, project: &Project, budget: &Budget) {
    let Some(reading) = &project.rate else { return };
    let percent = ground.percent(reading.cell);
    let Some(expression) = rate_as(ground.located, project.row, percent) else { return };
    let blocked =
        budget.obstacle.clone().or_else(|| executed_obstacle(ground, project, budget).map(Box::new));
    let blocked = blocked.map(|obstacle| obstacle.words(1));
    draft.compute(ground, &Target { reading, field: Field::ExecutionRate, expression, blocked });
}

/// Why the executed amount cannot be used; on a project of budget 0 a blank one is in nobody's way.
pub(super) fn executed_obstacle(ground: &Ground<'_>, project: &Project, budget: &Budget) -> Option<Obstacle> {
    let reading = project.executed.as_ref()?;
    let obstacle = ground.obstacle(reading, Field::Executed)?;
    (obstacle.what != What::Missing || !budget.is_zero()).then_some(obstacle)
}
