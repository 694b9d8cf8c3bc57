//! Writes a container anew: what is not changed is copied byte for byte, headers included.

use std::collections::HashMap;

use super::directory::{
    CENTRAL, CENTRAL_LENGTH, DEFLATED, Directory, END, END64, Entry, Fields, LOCAL, LOCATOR64,
};
use super::{Deflated, PartChange, folded};
use crate::error::OpenError;

/// The name is UTF-8.
const UTF8: u16 = 1 << 11;
/// Version 2.0 of the format, that of deflate.
const VERSION: u16 = 20;
/// 1980-01-01, the earliest date a container holds: new parts carry no clock's time.
const DATE: u16 = 0x21;

/// A container with its parts changed.
pub(super) fn rewritten(
    bytes: &[u8],
    directory: &Directory,
    changes: Vec<(String, PartChange)>,
) -> Result<Vec<u8>, OpenError> {
    let added: usize = changes.iter().map(|(name, change)| change.room() + 2 * name.len() + 128).sum();
    let mut writer = Writer { out: room(bytes.len() + added)?, records: Vec::new() };
    let order: Vec<String> = changes.iter().map(|(name, _)| folded(name)).collect();
    let names: Vec<String> =
        changes.iter().map(|(name, _)| name.trim_start_matches('/').to_owned()).collect();
    let mut changes: HashMap<String, PartChange> =
        order.iter().cloned().zip(changes.into_iter().map(|(_, change)| change)).collect();

    let mut by_place: Vec<(usize, &Entry)> = directory.entries.iter().enumerate().collect();
    by_place.sort_unstable_by_key(|(_, entry)| entry.offset);
    for (number, entry) in by_place {
        match changes.remove(&folded(&entry.name)) {
            None => writer.copy(bytes, number, entry)?,
            Some(PartChange::Replace(content)) => writer.replace(bytes, number, entry, &content)?,
            Some(PartChange::Remove) => {}
        }
    }
    for (number, (key, name)) in order.iter().zip(&names).enumerate() {
        if let Some(PartChange::Replace(content)) = changes.remove(key) {
            writer.add(directory.entries.len() + number, name, &content)?;
        }
    }
    writer.finish(bytes.get(directory.comment.clone()).unwrap_or(&[]))
}

impl Deflated {
    /// Bytes of the deflated stream.
    fn length(&self) -> usize {
        self.pieces.iter().map(Vec::len).sum()
    }
}

/// An empty buffer with that much room.
pub(super) fn room(length: usize) -> Result<Vec<u8>, OpenError> {
    let mut buffer = Vec::new();
    buffer.try_reserve_exact(length).map_err(|_| OpenError::OverLimit {
        part: "container".to_owned(),
        what: "memory",
        limit: length as u64,
    })?;
    Ok(buffer)
}

impl PartChange {
    fn room(&self) -> usize {
        match self {
            Self::Replace(content) => content.length(),
            Self::Remove => 0,
        }
    }
}

struct Writer {
    out: Vec<u8>,
    /// Records of the directory with their number in its order.
    records: Vec<(usize, Vec<u8>)>,
}

/// The fields that a local header and a directory record share, from the flags to the inflated size.
struct Shared {
    flags: u16,
    time: u16,
    date: u16,
}

/// What a written entry keeps of the one before it.
struct Head<'a> {
    name: &'a [u8],
    made_by: u16,
    shared: Shared,
    /// Internal and external attributes of the file.
    attributes: &'a [u8],
}

impl Shared {
    fn bytes(&self, content: &Deflated) -> Result<Vec<u8>, OpenError> {
        let mut fields = Vec::with_capacity(20);
        for short in [self.flags, DEFLATED, self.time, self.date] {
            fields.extend_from_slice(&short.to_le_bytes());
        }
        fields.extend_from_slice(&content.crc.to_le_bytes());
        fields.extend_from_slice(&short(content.length() as u64)?.to_le_bytes());
        fields.extend_from_slice(&short(content.inflated)?.to_le_bytes());
        Ok(fields)
    }
}

impl Writer {
    /// Copies an entry as it stands; only its place in the directory changes.
    fn copy(&mut self, bytes: &[u8], number: usize, entry: &Entry) -> Result<(), OpenError> {
        let offset = self.offset()?;
        let mut record = bytes.get(entry.record.clone()).unwrap_or(&[]).to_vec();
        let field = record.get_mut(42..46).ok_or_else(lost)?;
        if *field == [0xFF; 4] {
            let extra = record.get_mut(CENTRAL_LENGTH + entry.name_length..).ok_or_else(lost)?;
            place_long_offset(extra, entry.offset as u64, u64::from(offset)).ok_or_else(lost)?;
        } else {
            field.copy_from_slice(&offset.to_le_bytes());
        }
        self.out.extend_from_slice(bytes.get(entry.offset..entry.extent_end).unwrap_or(&[]));
        self.records.push((number, record));
        Ok(())
    }

    /// Writes new content under an entry's name and time.
    fn replace(
        &mut self,
        bytes: &[u8],
        number: usize,
        entry: &Entry,
        content: &Deflated,
    ) -> Result<(), OpenError> {
        let old = bytes.get(entry.record.clone()).unwrap_or(&[]);
        let name = old.get(CENTRAL_LENGTH..CENTRAL_LENGTH + entry.name_length).ok_or_else(lost)?;
        let fixed = Fields(old);
        let shared = Shared { flags: entry.flags & UTF8, time: fixed.u16(12), date: fixed.u16(14) };
        let attributes = old.get(36..42).ok_or_else(lost)?;
        self.entry(number, &Head { name, made_by: fixed.u16(4), shared, attributes }, content)
    }

    /// Adds a part that was not there.
    fn add(&mut self, number: usize, name: &str, content: &Deflated) -> Result<(), OpenError> {
        let flags = if name.is_ascii() { 0 } else { UTF8 };
        let shared = Shared { flags, time: 0, date: DATE };
        self.entry(
            number,
            &Head { name: name.as_bytes(), made_by: VERSION, shared, attributes: &[0; 6] },
            content,
        )
    }

    fn entry(&mut self, number: usize, head: &Head<'_>, content: &Deflated) -> Result<(), OpenError> {
        let Head { name, made_by, shared, attributes } = head;
        let offset = self.offset()?;
        let fields = shared.bytes(content)?;
        let name_length = u16::try_from(name.len()).map_err(|_| lost())?.to_le_bytes();
        let local = [LOCAL, &VERSION.to_le_bytes(), &fields, &name_length, &[0; 2], name];
        let content = content.pieces.iter().map(Vec::as_slice);
        for piece in local.into_iter().chain(content) {
            self.out.extend_from_slice(piece);
        }
        // After the name's length: no extra field, no comment, disk 0.
        let record = [
            CENTRAL,
            &made_by.to_le_bytes(),
            &VERSION.to_le_bytes(),
            &fields,
            &name_length,
            &[0; 6],
            attributes,
            &offset.to_le_bytes(),
            name,
        ];
        self.records.push((number, record.concat()));
        Ok(())
    }

    /// Where the next entry begins.
    fn offset(&self) -> Result<u32, OpenError> {
        short(self.out.len() as u64)
    }

    /// Writes the directory in its old order, and its end.
    fn finish(mut self, comment: &[u8]) -> Result<Vec<u8>, OpenError> {
        let start = self.offset()?;
        self.records.sort_unstable_by_key(|(number, _)| *number);
        for (_, record) in &self.records {
            self.out.extend_from_slice(record);
        }
        let size = short(self.out.len() as u64)? - start;
        let entries = self.records.len() as u64;
        if entries >= u64::from(u16::MAX) {
            self.long_end(entries, u64::from(start), u64::from(size));
        }
        let count = u16::try_from(entries).unwrap_or(u16::MAX).to_le_bytes();
        let length = u16::try_from(comment.len()).map_err(|_| lost())?.to_le_bytes();
        let end = [END, &[0; 4], &count, &count, &size.to_le_bytes(), &start.to_le_bytes(), &length, comment];
        self.out.extend_from_slice(&end.concat());
        Ok(self.out)
    }

    /// The zip64 end record and its locator, for more entries than the short record can count.
    fn long_end(&mut self, entries: u64, start: u64, size: u64) {
        let at = self.out.len() as u64;
        self.out.extend_from_slice(END64);
        self.out.extend_from_slice(&44u64.to_le_bytes());
        self.out.extend_from_slice(&[45, 0, 45, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        for field in [entries, entries, size, start] {
            self.out.extend_from_slice(&field.to_le_bytes());
        }
        self.out.extend_from_slice(LOCATOR64);
        self.out.extend_from_slice(&[0; 4]);
        self.out.extend_from_slice(&at.to_le_bytes());
        self.out.extend_from_slice(&[1, 0, 0, 0]);
    }
}

/// Changes the long offset inside a zip64 extra field, told by its old value.
fn place_long_offset(extra: &mut [u8], old: u64, new: u64) -> Option<()> {
    let at = memchr::memmem::rfind(extra, &old.to_le_bytes())?;
    extra.get_mut(at..at + 8)?.copy_from_slice(&new.to_le_bytes());
    Some(())
}

fn short(value: u64) -> Result<u32, OpenError> {
    let limit = u64::from(u32::MAX) - 1;
    let fits = u32::try_from(value).ok().filter(|_| value <= limit);
    fits.ok_or_else(|| OpenError::OverLimit {
        part: "container".to_owned(),
        what: "bytes of the new file",
        limit,
    })
}

fn lost() -> OpenError {
    OpenError::Damaged { part: "container".to_owned(), what: "an entry's record is not whole".to_owned() }
}
