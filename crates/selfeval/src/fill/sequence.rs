//! 序号 where it is blank: one more than the row above, from 1, anew after a group row where the form does so.

use rust_decimal::Decimal;

use super::Kept;
use super::planner::Planner;
use crate::finding::{Field, Words};
use crate::summary::{Content, Project, Reading};

pub(super) fn number(planner: &mut Planner<'_>) {
    let projects = &planner.ground.summary.projects;
    let restarts = restarts(projects);
    let mut above: Option<(u32, Decimal)> = None;
    for (index, project) in projects.iter().enumerate() {
        let Some(reading) = &project.sequence else { return };
        let before = above.filter(|(run, _)| !restarts || *run == project.run);
        let next = before.map_or(Some(Decimal::ONE), |(_, number)| number.checked_add(Decimal::ONE));
        let Some(next) = next else { return };
        if reading.content() != Content::Blank || reading.has_formula() {
            above = Some((project.run, reading.value().unwrap_or(next)));
            continue;
        }
        above = Some((project.run, next));
        if planner.ground.covered(reading.cell) {
            continue;
        }
        if taken(projects.get(index + 1..).unwrap_or(&[]), project.run, restarts, next) {
            let why = Words::new(
                format!("前后序号之间没有 {next} 的位置；请理顺序号"),
                format!("the numbers around leave no room for {next}; put them in order"),
            );
            planner.draft.plan.blank.push(Kept { cell: reading.cell, field: Field::Sequence, why });
        } else {
            planner.draft.put(&planner.ground, reading, Field::Sequence, next.normalize().to_string());
        }
    }
}

/// Whether the next number that stands below leaves no room.
fn taken(below: &[Project], run: u32, restarts: bool, number: Decimal) -> bool {
    let same = below.iter().take_while(|project| !restarts || project.run == run);
    let stated = |project: &Project| project.sequence.as_ref().and_then(Reading::value);
    same.enumerate()
        .find_map(|(gap, project)| Some((gap, stated(project)?)))
        .is_some_and(|(gap, next)| number.checked_add(Decimal::from(gap)).is_none_or(|last| next <= last))
}

/// Whether numbers begin anew after a group row, by the first number of a later run that has one.
fn restarts(projects: &[Project]) -> bool {
    let mut first = 0;
    let mut run = 0;
    for (index, project) in projects.iter().enumerate() {
        if project.run != run {
            (run, first) = (project.run, index);
        }
        let stated = project.sequence.as_ref().and_then(Reading::value);
        if let (true, Some(stated)) = (first > 0, stated) {
            return stated == Decimal::from(index - first + 1) && stated != Decimal::from(index + 1);
        }
    }
    false
}
