//! Comments and links of a sheet, with the parts around it that they take.

use super::Rewrite;
use super::batch::Note;
use super::comments::{List, Outcome, Places};
use super::facts::Facts;
use super::parts::{read_text, relations, spelled};
use super::tail::{Drawing as Change, Tail};
use super::vml::{self, Drawing};
use crate::address::CellRef;
use crate::error::{OpenError, PatchError};
use crate::package::PartChange;
use crate::sheet::Sheet;

const COMMENTS: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml";
const DRAWING: &str = "application/vnd.openxmlformats-officedocument.vmlDrawing";

impl Rewrite<'_> {
    /// Sets comments and links of a sheet; gives what changes in its own part.
    pub(super) fn annotate(
        &mut self,
        part: &str,
        sheet: &Sheet,
        (notes, links): (&[Note<'_>], &[(CellRef, String)]),
    ) -> Result<Tail, PatchError> {
        if notes.is_empty() && links.is_empty() {
            return Ok(Tail::default());
        }
        let facts = Facts::read(self.package, part, &self.workbook.limits)?;
        let taken = links.iter().find(|(cell, _)| facts.links.iter().any(|range| range.contains(*cell)));
        if let Some((cell, _)) = taken {
            return Err(PatchError::Linked { cell: *cell });
        }
        let drawing = self.comment(part, sheet, notes, &facts)?;
        Ok(Tail { links: links.to_vec(), drawing })
    }

    fn comment(
        &mut self,
        part: &str,
        sheet: &Sheet,
        notes: &[Note<'_>],
        facts: &Facts,
    ) -> Result<Change, PatchError> {
        let places = Places::of(self.package, part)?;
        let old = places.comments.as_ref().map(|comments| read_text(self.package, comments)).transpose()?;
        let mut list = old.map_or_else(|| List::empty(facts.form), List::new);
        let box_part = self.drawing_of(part, facts)?;
        let old = box_part.as_ref().map(|(_, target)| read_text(self.package, target)).transpose()?;
        let free = self.free_number()?;
        let mut drawing = old.map_or_else(|| Drawing::empty(free), |text| Drawing::new(text, free));
        let mut same = true;
        for note in notes {
            let cell = note.cell;
            let outcome = match note.text {
                Some(_) if places.threaded.contains(&cell) => return Err(PatchError::Threaded { cell }),
                Some(text) => {
                    let (outcome, whole) = list.set(cell, note.author, text);
                    let beside =
                        sheet.merge_at(cell).map_or(cell, |merge| cell.at_column(merge.last().column()));
                    drawing.set(cell, beside, &whole, facts);
                    outcome
                }
                None => list.remove(cell, note.author),
            };
            if outcome == Outcome::Gone {
                drawing.remove(cell);
            }
            same &= outcome == Outcome::Same;
        }
        if same {
            return Ok(Change::Stays);
        }
        if !list.is_whole() || !drawing.is_whole() {
            let what = "its comments cannot be added to".to_owned();
            return Err(PatchError::Open(OpenError::Damaged { part: part.to_owned(), what }));
        }
        self.put_comments(part, places.comments, list.finish(), facts)?;
        self.put_drawing(part, box_part, drawing.finish(), facts)
    }

    /// The drawing that a sheet states: its relation and its part.
    fn drawing_of(&self, part: &str, facts: &Facts) -> Result<Option<(String, String)>, PatchError> {
        let Some(id) = &facts.drawing else { return Ok(None) };
        let found = relations(self.package, part)?.into_iter().find(|relation| relation.id == *id);
        let missing = || {
            let what = "its drawing of comments is not there".to_owned();
            PatchError::Open(OpenError::Damaged { part: part.to_owned(), what })
        };
        let found = found.filter(|relation| !relation.target.is_empty()).ok_or_else(missing)?;
        Ok(Some((found.id, found.target)))
    }

    /// A number above those of the shapes of all drawings.
    fn free_number(&self) -> Result<u32, PatchError> {
        let mut free = 0;
        for name in self.package.names().filter(|name| is_drawing(name)) {
            free = free.max(vml::free(&self.package.read(name)?));
        }
        let new = self.texts.iter().filter(|(name, _)| is_drawing(name));
        Ok(new.map(|(_, text)| vml::free(text)).fold(free, u32::max))
    }

    fn put_comments(
        &mut self,
        sheet: &str,
        old: Option<String>,
        text: Option<Vec<u8>>,
        facts: &Facts,
    ) -> Result<(), PatchError> {
        match (old, text) {
            (Some(part), Some(text)) => self.set_text(&part, text),
            (Some(part), None) => {
                self.cut_relations_to(sheet, &part)?;
                self.remove_part(&part)?;
            }
            (None, Some(text)) => {
                let folder = self.part.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
                let part = self.free_part(&format!("{folder}/comments"), ".xml");
                self.add_relation(sheet, &format!("{}/comments", facts.form.relations()), &part)?;
                self.add_type(&part, COMMENTS)?;
                self.set_text(&part, text);
            }
            (None, None) => {}
        }
        Ok(())
    }

    fn put_drawing(
        &mut self,
        sheet: &str,
        old: Option<(String, String)>,
        text: Option<Vec<u8>>,
        facts: &Facts,
    ) -> Result<Change, PatchError> {
        match (old, text) {
            (Some((_, part)), Some(text)) => {
                self.set_text(&part, text);
                Ok(Change::Stays)
            }
            (Some((id, part)), None) => {
                self.cut_relations(sheet, &[id])?;
                self.changes.push((part, PartChange::Remove));
                Ok(Change::Goes)
            }
            (None, Some(text)) => {
                let folder = self.part.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
                let part = self.free_part(&format!("{folder}/drawings/vmlDrawing"), ".vml");
                let family = facts.form.relations();
                let id = self.add_relation(sheet, &format!("{family}/vmlDrawing"), &part)?;
                self.add_ending("vml", DRAWING, &part)?;
                self.set_text(&part, text);
                Ok(Change::Comes(match &facts.relation_prefix {
                    Some(prefix) => format!("{prefix}id=\"{id}\""),
                    None => format!("xmlns:r=\"{family}\" r:id=\"{id}\""),
                }))
            }
            (None, None) => Ok(Change::Stays),
        }
    }

    /// Takes out the relations of a part that lead to another.
    fn cut_relations_to(&mut self, part: &str, target: &str) -> Result<(), PatchError> {
        let relations = relations(self.package, part)?;
        let wanted = spelled(self.package, target).unwrap_or(target);
        let ids: Vec<String> = relations
            .into_iter()
            .filter(|relation| relation.target == wanted)
            .map(|relation| relation.id)
            .collect();
        self.cut_relations(part, &ids)
    }
}

fn is_drawing(part: &str) -> bool {
    part.to_ascii_lowercase().ends_with(".vml")
}

#[cfg(test)]
mod tests;
