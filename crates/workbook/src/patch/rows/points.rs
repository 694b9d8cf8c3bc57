//! Formats and labels of single points in a chart. They go by the number of their point in its series, and so would
//! fall to other rows when rows come and go inside the range.
//!
//! Excel lets them follow their cells ("Properties follow chart data point", on in every workbook it has made since
//! 2013: `chartTrackingRefBase`, MS-XLSX `CT_WorkbookPr`, MS-XLSB 2.4.857), or else keep their numbers. A workbook
//! that does not state it may be an older one or another program's, whose author saw one row's bar red: here they
//! follow their cells in every workbook.

use std::ops::Range as Span;

use super::series::Series;
use crate::formula::Home;
use crate::patch::markup::{Tag, TagKind, decoded, tags};
use crate::scan::number;
use crate::shift::Shift;

/// What changes in a chart's part, each with its place; what is cut out goes with the row of its point.
pub(super) fn moved(part: &[u8], shift: &Shift, home: Home<'_>) -> Vec<(Span<usize>, Vec<u8>)> {
    if tags(part).next().is_none_or(|root| root.local() != b"chartSpace") {
        return Vec::new();
    }
    let mut walk = Walk::default();
    for tag in tags(part) {
        match tag.kind {
            TagKind::Open => walk.opens(tag),
            TagKind::Close => walk.closes(&tag, &|text| Series::new(text, shift, home), part),
            TagKind::Empty => {
                walk.opens(tag);
                walk.closes(&tag, &|_| None, part);
            }
        }
    }
    walk.changes
}

/// What speaks of a point by its number.
struct Follower {
    index: u32,
    /// Where the number is written.
    at: Span<usize>,
    /// Where the element stands that goes with the point.
    whole: Span<usize>,
}

#[derive(Default)]
struct Walk<'a> {
    open: Vec<Tag<'a>>,
    waiting: Vec<Follower>,
    /// The cells of the series at hand.
    series: Option<Series>,
    /// Those of a pie, whose legend lists the points.
    pie: Option<Series>,
    /// Those of an extended chart's data, by number.
    sets: Vec<(u32, Series)>,
    changes: Vec<(Span<usize>, Vec<u8>)>,
}

impl<'a> Walk<'a> {
    fn opens(&mut self, tag: Tag<'a>) {
        self.open.push(tag);
        match tag.local() {
            b"ser" | b"series" => {
                self.waiting.clear();
                self.series = None;
            }
            b"ptCount" if self.is_inside(3, VALUES) => {
                if let (Some(series), Some(count)) = (&mut self.series, value(&tag, b"val")) {
                    series.count(count);
                }
            }
            b"lvl" => {
                if let (Some((_, series)), Some(count)) = (self.sets.last_mut(), value(&tag, b"ptCount")) {
                    series.count(count);
                }
            }
            b"dataId" => {
                let id = value(&tag, b"val");
                let set = self.sets.iter().find(|(set, _)| Some(*set) == id);
                self.series = set.map(|(_, series)| series.clone());
            }
            _ => self.follower(&tag),
        }
    }

    /// Notes an element that speaks of a point.
    fn follower(&mut self, tag: &Tag<'a>) {
        let (attribute, up) = match tag.local() {
            b"idx" if self.is_inside(1, &[b"dPt", b"dLbl", b"legendEntry"]) => (&b"val"[..], 1),
            b"idx" if self.is_inside(1, &[b"subtotals"]) => (&b"val"[..], 0),
            b"secondPiePt" => (&b"val"[..], 0),
            b"dataPt" | b"dataLabel" | b"dataLabelHidden" => (&b"idx"[..], 0),
            _ => return,
        };
        let Some(element) = self.open.iter().rev().nth(up) else { return };
        let Some(written) = tag.attribute(attribute) else { return };
        if let Some(index) = number(written.value) {
            let whole = element.start..element.end;
            self.waiting.push(Follower { index, at: written.span, whole });
        }
    }

    fn closes(&mut self, tag: &Tag<'a>, series: &dyn Fn(&str) -> Option<Series>, part: &[u8]) {
        let start = self.open.last().map(|open| open.start);
        for one in self.waiting.iter_mut().filter(|one| Some(one.whole.start) == start) {
            one.whole.end = tag.end;
        }
        match tag.local() {
            b"f" if self.is_inside(2, VALUES) => {
                self.series = self.text(tag, part).and_then(|text| series(&text));
            }
            b"f" if self.is_inside(2, &[b"data"]) => {
                let id = self.open.iter().rev().nth(2).and_then(|data| value(data, b"id"));
                let set = self.text(tag, part).and_then(|text| series(&text));
                self.sets.extend(id.zip(set));
            }
            b"ser" => {
                let series = self.series.take();
                self.settle(series.as_ref());
                if self.is_inside(1, PIES) {
                    self.pie = self.pie.take().or(series);
                }
            }
            // In other extended charts the numbers are those of groups that the chart makes of the cells.
            b"series" => {
                let by_cell = |one: &Tag<'_>| {
                    one.value(b"layoutId").is_some_and(|layout| matches!(&*layout, "waterfall" | "funnel"))
                };
                let series = self.series.take().filter(|_| self.open.last().is_some_and(by_cell));
                self.settle(series.as_ref());
            }
            b"legendEntry" | b"secondPiePt" => {
                let pie = self.pie.take();
                self.settle(pie.as_ref());
                self.pie = pie;
            }
            _ => {}
        }
        self.open.pop();
    }

    /// Gives what waits the numbers that its points have afterwards.
    fn settle(&mut self, series: Option<&Series>) {
        for one in self.waiting.drain(..) {
            match series.map_or(Some(one.index), |series| series.index(one.index)) {
                None => self.changes.push((one.whole, Vec::new())),
                Some(to) if to != one.index => self.changes.push((one.at, to.to_string().into_bytes())),
                Some(_) => {}
            }
        }
    }

    /// Whether an element so far up is one of those.
    fn is_inside(&self, up: usize, names: &[&[u8]]) -> bool {
        self.open.iter().rev().nth(up).is_some_and(|tag| names.contains(&tag.local()))
    }

    /// The text of the element that a tag closes.
    fn text(&self, tag: &Tag<'a>, part: &[u8]) -> Option<String> {
        Some(decoded(part.get(self.open.last()?.end..tag.start)?))
    }
}

/// What holds the values of a series.
const VALUES: &[&[u8]] = &[b"val", b"yVal"];

/// Charts whose legend lists points.
const PIES: &[&[u8]] = &[b"pieChart", b"pie3DChart", b"doughnutChart", b"ofPieChart"];

fn value(tag: &Tag<'_>, attribute: &[u8]) -> Option<u32> {
    number(tag.attribute(attribute)?.value)
}
