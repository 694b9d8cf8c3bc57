//! The computed cells of the total row: sums, total rate, weighted score.

use super::Kept;
use super::ground::Target;
use super::obstacle::{Obstacle, Obstacles};
use super::planner::Planner;
use super::projects::{Budget, executed_obstacle};
use crate::computed::{Held, column_total, rate_as, weighted_score_to};
use crate::finding::{Field, Words};
use crate::profile::Weights;
use crate::summary::{Project, Reading, Summary, Total};

/// What keeps the total row's cells blank, by column.
#[derive(Default)]
struct Columns {
    initial: Obstacles,
    budget: Obstacles,
    funds: Vec<Obstacles>,
    executed: Obstacles,
    score: Obstacles,
}

pub(super) fn complete(planner: &mut Planner<'_>, budgets: &[Budget], weights: Weights) {
    let Some(total) = &planner.ground.summary.total else { return no_total_row(planner) };
    if budgets.is_empty() {
        return no_projects(planner, total);
    }
    let columns = columns(planner, budgets);
    planner.settle_for(total);
    sum(planner, total.initial_budget.as_ref(), Field::InitialBudget, columns.initial.words());
    let budget = sum(planner, total.budget.as_ref(), Field::Budget, columns.budget.words());
    for (reading, obstacles) in total.funds.iter().zip(&columns.funds) {
        sum(planner, Some(reading), Field::Fund, obstacles.words());
    }
    let executed = sum(planner, total.executed.as_ref(), Field::Executed, columns.executed.words());
    let budget =
        budget.and_then(|held| unknown(planner, total.budget.as_ref(), Field::Budget, held, &columns.budget));
    let executed = executed
        .and_then(|held| unknown(planner, total.executed.as_ref(), Field::Executed, held, &columns.executed));
    planner.settle_for(total);
    rate(planner, total, budget.clone().or_else(|| executed.clone()));
    let blocked = match weights {
        Weights::Budget => budget,
        Weights::Executed => executed,
    };
    let weight = if weights == Weights::Budget { &columns.budget } else { &columns.executed };
    let blocked = weight.words().or(blocked).or_else(|| columns.score.words());
    score(planner, total, weights, blocked);
}

fn no_total_row(planner: &mut Planner<'_>) {
    let last = planner.ground.located.range.last().row();
    let cell = planner.ground.located.range.first().at_row(last);
    let why = Words::new(
        "表中没有合计行，合计和加权得分无处可填；在末行下加一行“合计”后重新运行",
        "the table has no total row for the sums and the weighted score; add a row 合计 below it and run again",
    );
    planner.draft.plan.blank.push(Kept { cell, field: Field::TotalRow, why });
}

fn no_projects(planner: &mut Planner<'_>, total: &Total) {
    let why = Words::new(
        "表中还没有填写项目，合计留空；填上项目后重新运行",
        "no project is entered yet, so the totals stay blank; enter the projects and run again",
    );
    planner.draft.plan.blank.push(Kept { cell: total.label, field: Field::TotalRow, why });
}

fn columns(planner: &Planner<'_>, budgets: &[Budget]) -> Columns {
    let summary: &Summary = planner.ground.summary;
    let mut columns =
        Columns { funds: vec![Obstacles::default(); summary.funds.len()], ..Columns::default() };
    for (project, budget) in summary.projects.iter().zip(budgets) {
        columns.budget.add(budget.obstacle.as_deref().cloned());
        columns.executed.add(executed_obstacle(&planner.ground, project, budget));
        columns.initial.add(stated(planner, project.initial_budget.as_deref(), Field::InitialBudget));
        columns.score.add(score_obstacle(planner, project));
        for (part, obstacles) in project.funds.iter().zip(&mut columns.funds) {
            let missing =
                || budget.obstacle.as_deref().cloned().filter(|obstacle| obstacle.field == Field::Fund);
            obstacles.add(
                stated(planner, Some(part), Field::Fund)
                    .or_else(|| missing().filter(|_| project.funds.iter().all(Reading::is_blank))),
            );
        }
    }
    columns
}

/// What is stated must be a number; blank counts as 0 in these columns.
fn stated(planner: &Planner<'_>, reading: Option<&Reading>, field: Field) -> Option<Obstacle> {
    let reading = reading.filter(|reading| !reading.is_blank() || reading.has_formula())?;
    planner.ground.obstacle(reading, field)
}

fn score_obstacle(planner: &Planner<'_>, project: &Project) -> Option<Obstacle> {
    planner.ground.obstacle(project.score.as_ref()?, Field::Score)
}

/// Completes one sum and gives what the cell holds; none where the table has no such column.
fn sum(
    planner: &mut Planner<'_>,
    reading: Option<&Reading>,
    field: Field,
    blocked: Option<Words>,
) -> Option<Held> {
    let reading = reading?;
    let expression = column_total(planner.ground.located, reading.cell.column())?;
    let held = planner.compute(&Target { reading, field, expression, blocked });
    planner.ground.cells.set_total(reading.cell, held);
    Some(held)
}

/// Why a sum cannot be divided by or into; none where the cell holds a number.
fn unknown(
    planner: &Planner<'_>,
    reading: Option<&Reading>,
    field: Field,
    held: Held,
    obstacles: &Obstacles,
) -> Option<Words> {
    let Held::Number(_) = held else {
        let own = reading.and_then(|reading| planner.ground.obstacle(reading, field)).map(|own| own.words(1));
        return obstacles.words().or(own);
    };
    None
}

fn rate(planner: &mut Planner<'_>, total: &Total, blocked: Option<Words>) {
    let Some(reading) = &total.rate else { return };
    let percent = planner.ground.percent(reading.cell);
    let Some(expression) = rate_as(planner.ground.located, total.row, percent) else { return };
    planner.compute(&Target { reading, field: Field::ExecutionRate, expression, blocked });
}

fn score(planner: &mut Planner<'_>, total: &Total, weights: Weights, blocked: Option<Words>) {
    let Some(reading) = &total.score else { return };
    let decimals = planner.ground.score_decimals(reading.cell);
    let Some(expression) = weighted_score_to(planner.ground.located, weights, decimals) else { return };
    planner.compute(&Target { reading, field: Field::Score, expression, blocked });
}
