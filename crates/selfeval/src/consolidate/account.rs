//! The sentence that the published accounts carry: how many projects were evaluated, for how much money, with what
//! mean score, how many of each grade.

use indexmap::{IndexMap, IndexSet};
use rust_decimal::Decimal;

use super::{Consolidation, Line, SCORE_DECIMALS};
use crate::finding::Words;
use crate::profile::Weights;
use crate::summary::parted;
use crate::value::fixed;

/// The figures of the sentence, over the projects that have a score.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Account {
    /// The years of the tables.
    pub years: Vec<u16>,
    /// Units with projects, each once however many files it has.
    pub units: usize,
    /// Projects with a score.
    pub projects: usize,
    /// Their budget in 万元.
    pub amount: Option<Decimal>,
    /// The mean of their scores.
    pub mean: Option<Decimal>,
    /// The mean weighted by money.
    pub weighted: Option<Decimal>,
    /// What it is weighted by.
    pub weights: Weights,
    /// How many of each grade, the best first.
    pub grades: Vec<(String, usize)>,
}

/// A part of the sentence: words, or a figure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Words that stay.
    Words(Words),
    /// A figure.
    Part(Part),
}

/// A figure of the sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Units with projects.
    Units,
    /// Projects with a score.
    Projects,
    /// Their budget.
    Amount,
    /// The mean of their scores.
    Mean,
    /// The mean weighted by money.
    Weighted,
    /// How many have the grade of this place.
    Grade(usize),
}

impl Account {
    pub(super) fn of(all: &Consolidation) -> Self {
        let weights = all.weights();
        let scored = || all.lines().filter_map(|(taken, line)| Some((taken, line, line.score.number()?)));
        let sum = |figure: fn(&Line, Weights, Decimal) -> Option<Decimal>| {
            scored().try_fold(Decimal::ZERO, |sum, (_, line, score)| {
                sum.checked_add(figure(line, weights, score)?)
            })
        };
        let projects = scored().count();
        let by = |line: &Line, weights| match weights {
            Weights::Budget => line.budget.number(),
            Weights::Executed => line.executed.number(),
        };
        let mut grades: IndexMap<&str, usize> = all.grades().into_iter().map(|name| (name, 0)).collect();
        for name in scored().filter_map(|(taken, _, score)| taken.grade(score)) {
            *grades.entry(name).or_default() += 1;
        }
        let years: IndexSet<u16> = all.taken().filter_map(|(_, unit, _)| unit.year).collect();
        let mut years: Vec<u16> = years.into_iter().collect();
        years.sort_unstable();
        let weight = weight_of(scored().map(|(_, line, _)| by(line, weights)));
        let weighted = weighted_of(scored().map(|(_, line, score)| (by(line, weights), score)));
        Self {
            years,
            units: all.firsts.iter().filter(|first| **first).count(),
            projects,
            amount: sum(|line, _, _| Some(line.budget.number().unwrap_or_default())),
            mean: sum(|_, _, score| Some(score)).and_then(|sum| sum.checked_div(Decimal::from(projects))),
            weighted: weighted.zip(weight).and_then(|(sum, weight)| sum.checked_div(weight)),
            weights,
            grades: grades.into_iter().map(|(name, count)| (name.to_owned(), count)).collect(),
        }
    }

    /// The sentence in pieces; none where no project has a score.
    pub fn pieces(&self) -> Option<Vec<Piece>> {
        let whole = self.amount.is_some() && self.mean.is_some() && self.weighted.is_some();
        if self.projects == 0 || !whole {
            return None;
        }
        let words = |zh: &str, en: &str| Piece::Words(Words::new(zh.to_owned(), en.to_owned()));
        let years: Vec<String> = self.years.iter().map(u16::to_string).collect();
        let mut pieces = Vec::new();
        if !years.is_empty() {
            pieces.push(words(&format!("{}年度，", years.join("、")), &format!("{}: ", years.join(", "))));
        }
        pieces.extend([
            Piece::Part(Part::Units),
            words("个单位的", " units evaluated "),
            Piece::Part(Part::Projects),
            words("个项目开展绩效自评，涉及资金", " projects of "),
            Piece::Part(Part::Amount),
            words("万元，平均得分", "万元; the mean score is "),
            Piece::Part(Part::Mean),
            match self.weights {
                Weights::Budget => words("分（按预算数加权为", " (weighted by budget: "),
                Weights::Executed => words("分（按执行数加权为", " (weighted by execution: "),
            },
            Piece::Part(Part::Weighted),
        ]);
        for (place, (name, _)) in self.grades.iter().enumerate() {
            let (zh, en) = if place == 0 { ("分），其中", "); ") } else { ("个、", ", ") };
            pieces.push(words(&format!("{zh}{name}"), &format!("{en}{name} ")));
            pieces.push(Piece::Part(Part::Grade(place)));
        }
        pieces.push(if self.grades.is_empty() { words("分）。", ").") } else { words("个。", ".") });
        Some(pieces)
    }

    /// A figure as the sentence shows it.
    pub fn shown(&self, part: Part) -> String {
        let fixed = |value: Option<Decimal>, decimals| fixed(value.unwrap_or_default(), decimals);
        match part {
            Part::Units => self.units.to_string(),
            Part::Projects => self.projects.to_string(),
            Part::Amount => parted(&fixed(self.amount, 2)),
            Part::Mean => fixed(self.mean, SCORE_DECIMALS),
            Part::Weighted => fixed(self.weighted, SCORE_DECIMALS),
            Part::Grade(place) => self.grades.get(place).map_or(0, |(_, count)| *count).to_string(),
        }
    }

    /// The sentence; where no project has a score, that.
    pub fn words(&self) -> Words {
        let Some(pieces) = self.pieces() else { return nothing() };
        let (mut zh, mut en) = (String::new(), String::new());
        for piece in &pieces {
            match piece {
                Piece::Words(words) => {
                    zh.push_str(&words.zh);
                    en.push_str(&words.en);
                }
                Piece::Part(part) => {
                    let shown = self.shown(*part);
                    zh.push_str(&shown);
                    en.push_str(&shown);
                }
            }
        }
        Words::new(zh, en)
    }
}

/// What stands in place of the sentence where no project has a score.
fn nothing() -> Words {
    Words::new("没有可以汇总的自评得分。", "There is no score to sum up.")
}

/// The sum of the weights that are known.
fn weight_of(mut weights: impl Iterator<Item = Option<Decimal>>) -> Option<Decimal> {
    weights.try_fold(Decimal::ZERO, |sum, weight| sum.checked_add(weight.unwrap_or_default()))
}

/// The sum of the scores times their weights.
fn weighted_of(mut scores: impl Iterator<Item = (Option<Decimal>, Decimal)>) -> Option<Decimal> {
    scores.try_fold(Decimal::ZERO, |sum, (weight, score)| {
        sum.checked_add(weight.unwrap_or_default().checked_mul(score)?)
    })
}
