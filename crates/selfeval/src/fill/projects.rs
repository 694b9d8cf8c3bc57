//! The computed cells of the project rows: 小计 and 执行率.

use rust_decimal::Decimal;

use super::obstacle::{Obstacle, What};
use super::planner::{Planner, Target};
use crate::computed::{Held, rate_as, subtotal};
use crate::finding::Field;
use crate::summary::{Project, Reading};

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
pub(super) fn budgets(planner: &mut Planner<'_>) -> Vec<Budget> {
    let summary = planner.summary;
    let budgets: Vec<Budget> = summary.projects.iter().map(|project| budget(planner, project)).collect();
    planner.cells.set_budgets(budgets.iter().map(|budget| budget.held).collect());
    budgets
}

fn budget(planner: &mut Planner<'_>, project: &Project) -> Budget {
    let Some(reading) = &project.budget else { return Budget { held: Held::Blank, obstacle: None } };
    let parts = parts_obstacle(planner, project);
    let Some(expression) = subtotal(planner.located, project.row) else {
        return Budget {
            held: planner.cells.held(reading),
            obstacle: planner.obstacle(reading, Field::Budget).map(Box::new),
        };
    };
    let blocked = parts.as_ref().map(|obstacle| obstacle.words(1));
    let held = planner.compute(&Target { reading, field: Field::Budget, expression, blocked });
    let obstacle = match held {
        Held::Number(value) => {
            // A live formula gives 0 over parts that nobody has filled in.
            let empty = reading.has_formula() && value.is_zero();
            parts.filter(|obstacle| empty && obstacle.what == What::PartsMissing)
        }
        Held::Blank => parts.or_else(|| planner.obstacle(reading, Field::Budget)),
        Held::Text | Held::Error => planner.obstacle(reading, Field::Budget).or(parts),
    };
    Budget { held, obstacle: obstacle.map(Box::new) }
}

/// Why the parts cannot be summed: one is no number, or all are blank.
fn parts_obstacle(planner: &Planner<'_>, project: &Project) -> Option<Obstacle> {
    let stated = |part: &&Reading| !part.is_blank() || part.has_formula();
    let wrong = project.funds.iter().filter(stated).find_map(|part| planner.obstacle(part, Field::Fund));
    if wrong.is_some() || project.funds.iter().any(|part| stated(&part)) {
        return wrong;
    }
    let cell = project.funds.first()?.cell;
    let name = planner.summary.name_of(Field::Fund, cell);
    Some(Obstacle { cell, field: Field::Fund, name, what: What::PartsMissing })
}

/// Completes 执行率.
pub(super) fn rates(planner: &mut Planner<'_>, budgets: &[Budget]) {
    let summary = planner.summary;
    for (project, budget) in summary.projects.iter().zip(budgets) {
        let Some(reading) = &project.rate else { return };
        let Some(expression) = rate_as(planner.located, project.row, planner.percent(reading.cell)) else {
            return;
        };
        let blocked =
            budget.obstacle.clone().or_else(|| executed_obstacle(planner, project, budget).map(Box::new));
        let blocked = blocked.map(|obstacle| obstacle.words(1));
        planner.compute(&Target { reading, field: Field::ExecutionRate, expression, blocked });
    }
}

/// Why the executed amount cannot be used; on a project of budget 0 a blank one is in nobody's way.
pub(super) fn executed_obstacle(
    planner: &Planner<'_>,
    project: &Project,
    budget: &Budget,
) -> Option<Obstacle> {
    let reading = project.executed.as_ref()?;
    let obstacle = planner.obstacle(reading, Field::Executed)?;
    (obstacle.what != What::Missing || !budget.is_zero()).then_some(obstacle)
}
