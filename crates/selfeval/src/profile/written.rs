//! A profile's text to a profile: every key may be left out, and what is wrong is told by line and key.

use indexmap::{IndexMap, IndexSet};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{
    BUILT_IN, BlockWeight, COLUMNS, FUND, Fault, Grade, KEYS, Level, PointBand, Profile, ProfileError,
    ScoreCap, Wanted, Weights, column_of, is_label_key,
};
use crate::finding::Field;
use crate::value::{Money, parse, shifted};

/// Stands in a list of labels for the labels of the base.
const BASE_LABELS: &str = "...";
/// The name of a profile whose text gives none.
const NAMELESS: &str = "local";

pub(super) const MONEY: &[(&str, Money)] =
    &[("元", Money::Yuan), ("万元", Money::TenThousand), ("亿元", Money::HundredMillion)];
pub(super) const WEIGHTS: &[(&str, Option<Weights>)] =
    &[("open", None), ("budget", Some(Weights::Budget)), ("executed", Some(Weights::Executed))];
pub(super) const LEVELS: &[(&str, Level)] =
    &[("off", Level::Off), ("info", Level::Info), ("warning", Level::Warning), ("error", Level::Error)];

/// A profile from a text that holds what differs from its base.
pub(super) fn read(text: &str, codes: Option<&[&str]>) -> Result<Profile, ProfileError> {
    let text = text.trim_start_matches('\u{feff}');
    let document = parsed(text)?;
    let base =
        document.get_ref().get("base").map(|value| base(&Given { text, key: "base".to_owned(), value }));
    let base = base.transpose()?.unwrap_or_else(Profile::national);
    let own = Profile {
        base: base.name.clone(),
        name: NAMELESS.to_owned(),
        title: String::new(),
        description: String::new(),
        ..base
    };
    let mut profile = overlaid(own, text, codes)?;
    if profile.title.is_empty() {
        profile.title.clone_from(&profile.name);
    }
    Ok(profile)
}

fn parsed(text: &str) -> Result<Spanned<DeTable<'_>>, ProfileError> {
    DeTable::parse(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        let fault = Fault::Syntax(error.message().to_owned());
        ProfileError { line: line(text, at), key: String::new(), fault }
    })
}

fn base(given: &Given<'_, '_>) -> Result<Profile, ProfileError> {
    let found = given.text()?;
    Profile::built_in(found).ok_or_else(|| given.none_of(found, BUILT_IN.iter().map(|one| one.name)))
}

/// A profile with what a text says differently; `codes` are those of the rules, where they are known.
pub(super) fn overlaid(
    mut profile: Profile,
    text: &str,
    codes: Option<&[&str]>,
) -> Result<Profile, ProfileError> {
    let document = parsed(text)?;
    // Fund columns are named by the keys of their labels, which come first.
    let keys: Vec<(String, usize, &Spanned<DeValue<'_>>)> = document
        .get_ref()
        .iter()
        .map(|(key, value)| (key.get_ref().to_string(), key.span().start, value))
        .collect();
    let (labels_first, rest): (Vec<_>, Vec<_>) = keys.iter().partition(|(key, ..)| key == "labels");
    for (key, at, value) in labels_first.into_iter().chain(rest) {
        let given = Given { text, key: key.clone(), value };
        put(&mut profile, &given, *at, codes)?;
    }
    Ok(profile)
}

/// Puts one key's value into a profile; `at` is the place of the key.
fn put(
    profile: &mut Profile,
    given: &Given<'_, '_>,
    at: usize,
    codes: Option<&[&str]>,
) -> Result<(), ProfileError> {
    match given.key.as_str() {
        "base" => {}
        "name" => given.text()?.clone_into(&mut profile.name),
        "title" => given.text()?.clone_into(&mut profile.title),
        "description" => given.text()?.clone_into(&mut profile.description),
        "unverified" => profile.unverified = given.flag()?,
        "labels" => labels(given, &mut profile.labels)?,
        "money" => profile.money = given.choice(MONEY)?,
        "amount-decimals" => profile.amount_decimals = given.whole(8)?,
        "required" => profile.required = required(given)?,
        "funds" => profile.funds = funds(given, profile)?,
        "execution-points" => profile.execution_points = given.number(100)?,
        "points-proportional" => profile.points_proportional = given.flag()?,
        "point-bands" => profile.point_bands = bands(given)?,
        "reason-below" => profile.reason_below = given.number(1)?,
        "tail-difference" => profile.tail_difference = given.number(100)?,
        "parts-exhaustive" => profile.parts_exhaustive = given.flag()?,
        "score-caps" => profile.score_caps = caps(given)?,
        "grades" => profile.grades = grades(given)?,
        "weights" => profile.weights = given.choice(WEIGHTS)?,
        "block-weights" => profile.block_weights = blocks(given)?,
        "severities" => severities(given, &mut profile.severities, codes)?,
        other => return Err(given.unknown(at, nearest(other, KEYS.iter().map(|key| key.name)))),
    }
    Ok(())
}

fn line(text: &str, at: usize) -> usize {
    text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1
}

/// A value with its key, for errors.
struct Given<'a, 'i> {
    text: &'a str,
    /// With its section.
    key: String,
    value: &'a Spanned<DeValue<'i>>,
}

impl<'a, 'i> Given<'a, 'i> {
    fn fail(&self, fault: Fault) -> ProfileError {
        let line = line(self.text, self.value.span().start);
        ProfileError { line, key: self.key.clone(), fault }
    }

    fn kind(&self, wanted: Wanted) -> ProfileError {
        self.fail(Fault::Kind(wanted))
    }

    fn unknown(&self, at: usize, nearest: Option<String>) -> ProfileError {
        ProfileError { line: line(self.text, at), key: self.key.clone(), fault: Fault::Unknown(nearest) }
    }

    fn text(&self) -> Result<&'a str, ProfileError> {
        self.value.get_ref().as_str().ok_or_else(|| self.kind(Wanted::Text))
    }

    fn flag(&self) -> Result<bool, ProfileError> {
        self.value.get_ref().as_bool().ok_or_else(|| self.kind(Wanted::Flag))
    }

    fn choice<T: Copy>(&self, among: &[(&'static str, T)]) -> Result<T, ProfileError> {
        let found = self.text()?;
        let chosen = among.iter().find(|(name, _)| *name == found).map(|(_, value)| *value);
        chosen.ok_or_else(|| self.none_of(found, among.iter().map(|(name, _)| *name)))
    }

    /// A text is none of those that are allowed.
    fn none_of<'b>(&self, found: &str, allowed: impl Iterator<Item = &'b str>) -> ProfileError {
        let allowed = allowed.map(str::to_owned).collect();
        self.fail(Fault::Choice { found: found.to_owned(), allowed })
    }

    /// A number from 0 to a bound.
    fn number(&self, most: u32) -> Result<Decimal, ProfileError> {
        let found = decimal(self.value.get_ref()).ok_or_else(|| self.kind(Wanted::Number))?;
        if (Decimal::ZERO..=Decimal::from(most)).contains(&found) {
            return Ok(found);
        }
        Err(self.fail(Fault::Range { found, most }))
    }

    fn whole(&self, most: u32) -> Result<u8, ProfileError> {
        if !self.value.get_ref().is_integer() {
            return Err(self.kind(Wanted::Whole));
        }
        self.number(most)?.to_u8().ok_or_else(|| self.kind(Wanted::Whole))
    }

    fn texts(&self) -> Result<Vec<&'a str>, ProfileError> {
        let list = self.value.get_ref().as_array();
        let texts = list.and_then(|list| list.iter().map(|item| item.get_ref().as_str()).collect());
        texts.ok_or_else(|| self.kind(Wanted::Texts))
    }

    /// The items of a list, each a small table.
    fn items<T>(&self, wanted: Wanted, read: fn(&DeValue<'_>) -> Option<T>) -> Result<Vec<T>, ProfileError> {
        let list = self.value.get_ref().as_array();
        let items = list.and_then(|list| list.iter().map(|item| read(item.get_ref())).collect());
        items.ok_or_else(|| self.kind(wanted))
    }

    /// Refuses points beyond 100.
    fn points(&self, mut points: impl Iterator<Item = Decimal>) -> Result<(), ProfileError> {
        match points.find(|points| !(Decimal::ZERO..=Decimal::ONE_HUNDRED).contains(points)) {
            Some(found) => Err(self.fail(Fault::Range { found, most: 100 })),
            None => Ok(()),
        }
    }

    /// The keys of a section with their values, each with the place of its key.
    fn section(&self) -> Result<Vec<(usize, &'a str, Given<'a, 'i>)>, ProfileError> {
        let table = self.value.get_ref().as_table().ok_or_else(|| self.kind(Wanted::Section))?;
        let entries = table.iter().map(|(name, value)| {
            let key = format!("{}.{}", self.key, name.get_ref());
            (name.span().start, name.get_ref().as_ref(), Given { text: self.text, key, value })
        });
        Ok(entries.collect())
    }
}

/// A decimal as profiles write it: `10`, `0.9`, `"0.9"`, `"90%"`.
fn decimal(value: &DeValue<'_>) -> Option<Decimal> {
    let text = match value {
        DeValue::String(text) => text.as_ref(),
        DeValue::Integer(whole) => {
            return i64::from_str_radix(whole.as_str(), whole.radix()).ok().map(Decimal::from);
        }
        DeValue::Float(float) => return float.as_str().parse().ok(),
        _ => return None,
    };
    let parsed = parse(text).filter(|parsed| parsed.unit.is_none() && !parsed.points)?;
    shifted(parsed.value, if parsed.percent { -2 } else { 0 })
}

fn required(given: &Given<'_, '_>) -> Result<Vec<Field>, ProfileError> {
    let field = |name: &str| if name == "fund" { Some(Field::Fund) } else { column_of(name) };
    let names = given.texts()?;
    let fields = names.iter().map(|name| {
        let columns = || COLUMNS.iter().map(|(name, _)| *name).chain(["fund"]);
        field(name).ok_or_else(|| given.none_of(name, columns()))
    });
    fields.collect()
}

/// Keys of fund columns, each of which has labels.
fn funds(given: &Given<'_, '_>, profile: &Profile) -> Result<Vec<String>, ProfileError> {
    let labelled = profile.labels.iter().filter(|(_, labels)| !labels.is_empty());
    let known: Vec<&str> = labelled.filter_map(|(key, _)| key.strip_prefix(FUND)).collect();
    let keys = given.texts()?.into_iter().map(|key| {
        if known.contains(&key) { Ok(key.to_owned()) } else { Err(given.none_of(key, known.iter().copied())) }
    });
    keys.collect()
}

fn bands(given: &Given<'_, '_>) -> Result<Vec<PointBand>, ProfileError> {
    let bands: Vec<PointBand> = given.items(Wanted::Bands, band)?;
    given.points(bands.iter().map(|band| band.points))?;
    let inside = |band: &PointBand| (Decimal::ZERO..=Decimal::ONE).contains(&band.from);
    if bands.is_sorted_by(|a, b| a.from > b.from) && bands.iter().all(inside) {
        return Ok(bands);
    }
    Err(given.fail(Fault::Order))
}

fn band(value: &DeValue<'_>) -> Option<PointBand> {
    let (mut from, mut points) = (None, None);
    for (key, value) in value.as_table()? {
        match key.get_ref().as_ref() {
            "from" => from = decimal(value.get_ref()),
            "points" => points = decimal(value.get_ref()),
            _ => return None,
        }
    }
    Some(PointBand { from: from?, points: points? })
}

fn caps(given: &Given<'_, '_>) -> Result<Vec<ScoreCap>, ProfileError> {
    let caps: Vec<ScoreCap> = given.items(Wanted::Caps, cap)?;
    given.points(caps.iter().map(|cap| cap.most))?;
    let inside = |cap: &ScoreCap| (Decimal::ZERO..=Decimal::ONE).contains(&cap.below);
    if caps.is_sorted_by(|a, b| a.below < b.below) && caps.iter().all(inside) {
        return Ok(caps);
    }
    Err(given.fail(Fault::Caps))
}

fn cap(value: &DeValue<'_>) -> Option<ScoreCap> {
    let (mut below, mut most) = (None, None);
    for (key, value) in value.as_table()? {
        match key.get_ref().as_ref() {
            "below" => below = decimal(value.get_ref()),
            "most" => most = decimal(value.get_ref()),
            _ => return None,
        }
    }
    Some(ScoreCap { below: below?, most: most? })
}

fn blocks(given: &Given<'_, '_>) -> Result<Vec<BlockWeight>, ProfileError> {
    let blocks: Vec<BlockWeight> = given.items(Wanted::Blocks, block)?;
    given.points(blocks.iter().map(|block| block.points))?;
    Ok(blocks)
}

fn block(value: &DeValue<'_>) -> Option<BlockWeight> {
    let (mut name, mut points) = (None, None);
    for (key, value) in value.as_table()? {
        match key.get_ref().as_ref() {
            "name" => name = value.get_ref().as_str().map(str::to_owned),
            "points" => points = decimal(value.get_ref()),
            _ => return None,
        }
    }
    Some(BlockWeight { name: name?, points: points? })
}

fn grades(given: &Given<'_, '_>) -> Result<Vec<Grade>, ProfileError> {
    let grades: Vec<Grade> = given.items(Wanted::Grades, grade)?;
    let inside = |grade: &Grade| (Decimal::ZERO..=Decimal::ONE_HUNDRED).contains(&grade.from);
    if grades.is_sorted_by(|a, b| a.from > b.from) && grades.iter().all(inside) {
        return Ok(grades);
    }
    Err(given.fail(Fault::Grades))
}

fn grade(value: &DeValue<'_>) -> Option<Grade> {
    let (mut from, mut names) = (None, None);
    for (key, value) in value.as_table()? {
        match key.get_ref().as_ref() {
            "from" => from = decimal(value.get_ref()),
            "names" => {
                let list = value.get_ref().as_array()?;
                names = list.iter().map(|name| name.get_ref().as_str().map(str::to_owned)).collect();
            }
            _ => return None,
        }
    }
    Some(Grade { from: from?, names: Option::filter(names, |names: &Vec<String>| !names.is_empty())? })
}

fn labels(given: &Given<'_, '_>, labels: &mut IndexMap<String, Vec<String>>) -> Result<(), ProfileError> {
    for (at, name, value) in given.section()? {
        if !is_label_key(name) {
            let known = COLUMNS.iter().map(|(name, _)| *name).chain(["subtotal"]);
            let nearest = nearest(name, known).map(|name| format!("labels.{name}"));
            return Err(value.unknown(at, nearest));
        }
        let base = labels.get(name).cloned().unwrap_or_default();
        let mut all = Vec::new();
        for label in value.texts()? {
            match label {
                BASE_LABELS => all.extend(base.iter().cloned()),
                label => all.push(label.to_owned()),
            }
        }
        let all: IndexSet<String> = all.into_iter().collect();
        labels.insert(name.to_owned(), all.into_iter().collect());
    }
    Ok(())
}

fn severities(
    given: &Given<'_, '_>,
    severities: &mut IndexMap<String, Level>,
    codes: Option<&[&str]>,
) -> Result<(), ProfileError> {
    for (at, code, value) in given.section()? {
        if !codes.map_or_else(|| is_code(code), |codes| codes.contains(&code)) {
            let codes = codes.unwrap_or_default().iter().copied();
            let nearest = nearest(code, codes).map(|code| format!("severities.{code}"));
            return Err(value.unknown(at, nearest));
        }
        severities.insert(code.to_owned(), value.choice(LEVELS)?);
    }
    Ok(())
}

/// Whether a text is shaped as the code of a rule, `A004`.
fn is_code(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(|c| c.is_ascii_uppercase())
        && chars.clone().count() == 3
        && chars.all(|c| c.is_ascii_digit())
}

/// Letters of a name beyond which none is near it.
const LONGEST_NAME: usize = 64;

/// The name that a slip of the pen would make of the one that was written: one letter in three may differ.
fn nearest<'a>(written: &str, names: impl Iterator<Item = &'a str>) -> Option<String> {
    if written.chars().nth(LONGEST_NAME).is_some() {
        return None;
    }
    let ranked = names.map(|name| (distance(written, name), name)).min()?;
    (ranked.0 <= written.chars().count() / 3).then(|| ranked.1.to_owned())
}

/// Letters to insert, drop or replace to turn one name into another.
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.chars().count()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut next = vec![i + 1];
        for ((to, above), pair) in b.chars().zip(row.iter().skip(1)).zip(&row) {
            let left = next.last().copied().unwrap_or(0);
            next.push((pair + usize::from(from != to)).min(above + 1).min(left + 1));
        }
        row = next;
    }
    row.last().copied().unwrap_or(0)
}
