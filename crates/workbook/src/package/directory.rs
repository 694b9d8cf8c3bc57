//! Reads a zip file's directory, trusting nothing in it, and checks it against the headers beside the data.

use std::ops::Range;

use crate::error::OpenError;
use crate::limits::Limits;

pub(super) const LOCAL: &[u8] = b"PK\x03\x04";
pub(super) const CENTRAL: &[u8] = b"PK\x01\x02";
pub(super) const END: &[u8] = b"PK\x05\x06";
pub(super) const END64: &[u8] = b"PK\x06\x06";
pub(super) const LOCATOR64: &[u8] = b"PK\x06\x07";
pub(super) const STORED: u16 = 0;
pub(super) const DEFLATED: u16 = 8;
/// The sizes stand behind the data, not in the header.
pub(super) const DESCRIPTOR: u16 = 1 << 3;
const ENCRYPTED: u16 = 1 | 1 << 6;
const END_LENGTH: usize = 22;
const LOCAL_LENGTH: usize = 30;
pub(super) const CENTRAL_LENGTH: usize = 46;

/// What the end of a container says.
#[derive(Debug)]
pub(super) struct Directory {
    /// In the directory's order.
    pub(super) entries: Vec<Entry>,
    /// The comment of the whole container.
    pub(super) comment: Range<usize>,
}

/// One entry.
#[derive(Debug)]
pub(super) struct Entry {
    /// Its name with forward slashes and none in front.
    pub(super) name: String,
    pub(super) method: u16,
    pub(super) flags: u16,
    pub(super) crc: u32,
    pub(super) compressed: u64,
    pub(super) inflated: u64,
    /// Its record in the directory.
    pub(super) record: Range<usize>,
    /// Length of the name in the record.
    pub(super) name_length: usize,
    /// Where its local header begins.
    pub(super) offset: usize,
    /// Where its data begin.
    data_start: usize,
    /// Where the next entry, or the directory, begins: up to here it is copied.
    pub(super) extent_end: usize,
}

impl Entry {
    /// Its compressed data.
    pub(super) fn data(&self) -> Range<usize> {
        self.data_start..self.data_end()
    }

    fn data_end(&self) -> usize {
        usize::try_from(self.compressed).map_or(usize::MAX, |length| self.data_start.saturating_add(length))
    }

    fn damaged(&self, what: &str) -> OpenError {
        OpenError::Damaged { part: self.name.clone(), what: what.to_owned() }
    }
}

/// The end record, with the zip64 record's numbers where they count.
struct End {
    entries: u64,
    size: u64,
    start: u64,
    /// Where the end records begin.
    at: usize,
    comment: Range<usize>,
}

impl Directory {
    pub(super) fn read(bytes: &[u8], limits: &Limits) -> Result<Self, OpenError> {
        let end = End::read(bytes)?;
        let start = place(end.start)?;
        let directory_end = place(end.start.checked_add(end.size).ok_or_else(lies)?)?;
        if directory_end != end.at {
            let second = directory_end < end.at && end.at >= place(end.size)?;
            let what =
                "the directory is not where its end record says (bytes in front, or two archives in one)";
            return Err(if second { ambiguous(what) } else { lies() });
        }
        if end.entries > limits.entries as u64 {
            return Err(OpenError::OverLimit {
                part: "container".to_owned(),
                what: "entries",
                limit: limits.entries as u64,
            });
        }
        let mut entries = Vec::new();
        let mut at = start;
        while at < directory_end {
            if entries.len() as u64 >= end.entries {
                return Err(ambiguous("the directory holds more entries than it says"));
            }
            let entry = Entry::read(bytes.get(..directory_end).unwrap_or(&[]), at, start)?;
            at = entry.record.end;
            entries.push(entry);
        }
        if entries.len() as u64 != end.entries {
            return Err(ambiguous("the directory holds fewer entries than it says"));
        }
        lay_out(bytes, &mut entries, start)?;
        Ok(Self { entries, comment: end.comment })
    }
}

/// Finds where each entry ends, and refuses overlaps and entries that the directory does not list.
fn lay_out(bytes: &[u8], entries: &mut [Entry], start: usize) -> Result<(), OpenError> {
    let mut order: Vec<usize> = (0..entries.len()).collect();
    order.sort_unstable_by_key(|at| entries.get(*at).map(|entry| entry.offset));
    let mut next = start;
    for at in order.into_iter().rev() {
        let Some(entry) = entries.get_mut(at) else { continue };
        if entry.data_end() > next {
            return Err(ambiguous(&format!("{:?} overlaps what follows it", entry.name)));
        }
        let gap = bytes.get(entry.data_end()..next).unwrap_or(&[]);
        if memchr::memmem::find(gap, LOCAL).is_some() {
            return Err(ambiguous(&format!("an entry after {:?} is missing in the directory", entry.name)));
        }
        entry.extent_end = next;
        next = entry.offset;
    }
    if next != 0 {
        return Err(ambiguous("bytes stand in front of the first entry"));
    }
    Ok(())
}

impl End {
    fn read(bytes: &[u8]) -> Result<Self, OpenError> {
        let window = bytes.len().saturating_sub(END_LENGTH + usize::from(u16::MAX));
        let tail = bytes.get(window..).unwrap_or(&[]);
        let Some(found) = memchr::memmem::rfind(tail, END) else {
            return Err(OpenError::Truncated("the directory at its end is missing".to_owned()));
        };
        let at = window + found;
        let cut = || OpenError::Truncated("its end record is not whole".to_owned());
        let record = Fields(bytes.get(at..at + END_LENGTH).ok_or_else(cut)?);
        let comment_start = at + END_LENGTH;
        let comment = comment_start..comment_start + usize::from(record.u16(20));
        if comment.end > bytes.len() {
            return Err(cut());
        }
        if bytes.get(comment.end..).unwrap_or(&[]).iter().any(|byte| *byte != 0) {
            return Err(ambiguous("bytes stand behind the end record"));
        }
        if record.u16(4) != 0 || record.u16(6) != 0 || record.u16(8) != record.u16(10) {
            let whole = record.u16(4) == u16::MAX || record.u16(8) == u16::MAX;
            if !whole {
                return Err(ambiguous("it is one piece of an archive in several files"));
            }
        }
        let plain = Self {
            entries: u64::from(record.u16(10)),
            size: u64::from(record.u32(12)),
            start: u64::from(record.u32(16)),
            at,
            comment,
        };
        plain.with_zip64(bytes)
    }

    /// The same with the numbers of the zip64 end record, where there is one; they must not contradict.
    fn with_zip64(self, bytes: &[u8]) -> Result<Self, OpenError> {
        let locator = self.at.checked_sub(20).and_then(|start| bytes.get(start..self.at));
        let Some(locator) = locator.filter(|locator| locator.starts_with(LOCATOR64)) else {
            return Ok(self);
        };
        let at = place(Fields(locator).u64(8))?;
        let record =
            bytes.get(at..self.at - 20).filter(|record| record.starts_with(END64) && record.len() >= 56);
        let record = Fields(record.ok_or_else(lies)?);
        let (entries, size, start) = (record.u64(32), record.u64(40), record.u64(48));
        let agree = |short: u64, unset: u64, long: u64| short == unset || short == long;
        if !agree(self.entries, 0xFFFF, entries)
            || !agree(self.size, 0xFFFF_FFFF, size)
            || !agree(self.start, 0xFFFF_FFFF, start)
            || record.u64(24) != entries
        {
            return Err(ambiguous("its two end records contradict each other"));
        }
        Ok(Self { entries, size, start, at, comment: self.comment })
    }
}

impl Entry {
    /// Reads the record at a place, and the local header it points to.
    fn read(bytes: &[u8], at: usize, data_limit: usize) -> Result<Self, OpenError> {
        let record = bytes.get(at..).filter(|record| record.starts_with(CENTRAL)).ok_or_else(lies)?;
        let fixed = Fields(record.get(..CENTRAL_LENGTH).ok_or_else(lies)?);
        let name_length = usize::from(fixed.u16(28));
        let extra_start = CENTRAL_LENGTH + name_length;
        let extra_end = extra_start + usize::from(fixed.u16(30));
        let end = extra_end + usize::from(fixed.u16(32));
        let raw_name = record.get(CENTRAL_LENGTH..extra_start).ok_or_else(lies)?;
        let extra = record.get(extra_start..extra_end).ok_or_else(lies)?;
        record.get(..end).ok_or_else(lies)?;
        let name = String::from_utf8_lossy(raw_name).replace('\\', "/").trim_start_matches('/').to_owned();
        let mut long = Long::of(extra);
        let inflated = long.or(fixed.u32(24))?;
        let compressed = long.or(fixed.u32(20))?;
        let offset = place(long.or(fixed.u32(42))?)?;
        let mut entry = Self {
            name,
            method: fixed.u16(10),
            flags: fixed.u16(8),
            crc: fixed.u32(16),
            compressed,
            inflated,
            record: at..at + end,
            name_length,
            offset,
            data_start: 0,
            extent_end: 0,
        };
        if entry.flags & ENCRYPTED != 0 {
            return Err(OpenError::Encrypted);
        }
        if entry.method == STORED && compressed != inflated {
            return Err(entry.damaged("stored, but with two sizes"));
        }
        let before = bytes.get(..data_limit).unwrap_or(&[]);
        entry.data_start = entry.local(before.get(offset..).ok_or_else(lies)?, raw_name)?;
        if entry.data_end() > data_limit {
            return Err(OpenError::Truncated(format!("the data of {} are not whole", entry.name)));
        }
        Ok(entry)
    }

    /// Checks the local header; gives where the data begin.
    fn local(&self, header: &[u8], raw_name: &[u8]) -> Result<usize, OpenError> {
        if !header.starts_with(LOCAL) {
            return Err(self.damaged("the directory points to no entry"));
        }
        let fixed = Fields(header.get(..LOCAL_LENGTH).ok_or_else(lies)?);
        let extra_start = LOCAL_LENGTH + usize::from(fixed.u16(26));
        let end = extra_start + usize::from(fixed.u16(28));
        if header.get(LOCAL_LENGTH..extra_start) != Some(raw_name) {
            return Err(ambiguous(&format!("the header of {:?} has another name", self.name)));
        }
        let extra = header.get(extra_start..end).ok_or_else(lies)?;
        let mut long = Long::of(extra);
        let sizes = (long.or(fixed.u32(22))?, long.or(fixed.u32(18))?);
        let known = (self.inflated, self.compressed);
        let same = sizes == known && fixed.u32(14) == self.crc;
        let later = fixed.u16(6) & DESCRIPTOR != 0;
        if fixed.u16(8) != self.method || !(same || later) {
            return Err(ambiguous(&format!("the header of {:?} contradicts the directory", self.name)));
        }
        Ok(self.offset + end)
    }
}

/// The long values of a zip64 extra field, in their fixed order.
struct Long<'a>(&'a [u8]);

impl<'a> Long<'a> {
    fn of(extra: &'a [u8]) -> Self {
        let mut rest = extra;
        while let Some((header, after)) = rest.split_at_checked(4) {
            let fields = Fields(header);
            let Some((content, next)) = after.split_at_checked(usize::from(fields.u16(2))) else { break };
            if fields.u16(0) == 1 {
                return Self(content);
            }
            rest = next;
        }
        Self(&[])
    }

    /// The short value, or the next long one where the short one is all ones.
    fn or(&mut self, short: u32) -> Result<u64, OpenError> {
        if short != u32::MAX {
            return Ok(u64::from(short));
        }
        let (value, rest) = self.0.split_at_checked(8).ok_or_else(lies)?;
        self.0 = rest;
        Ok(Fields(value).u64(0))
    }
}

/// Little-endian fields of a record; what lies outside it is 0.
pub(super) struct Fields<'a>(pub(super) &'a [u8]);

impl Fields<'_> {
    fn array<const N: usize>(&self, at: usize) -> [u8; N] {
        self.0.get(at..).and_then(|rest| rest.first_chunk()).copied().unwrap_or([0; N])
    }

    pub(super) fn u16(&self, at: usize) -> u16 {
        u16::from_le_bytes(self.array(at))
    }

    pub(super) fn u32(&self, at: usize) -> u32 {
        u32::from_le_bytes(self.array(at))
    }

    pub(super) fn u64(&self, at: usize) -> u64 {
        u64::from_le_bytes(self.array(at))
    }
}

/// A place in the file, which lies within 2^48 so that sums of places cannot overflow.
fn place(value: u64) -> Result<usize, OpenError> {
    if value >= 1 << 48 { Err(lies()) } else { usize::try_from(value).map_err(|_| lies()) }
}

fn lies() -> OpenError {
    OpenError::Damaged {
        part: "container".to_owned(),
        what: "its directory points outside the file".to_owned(),
    }
}

fn ambiguous(what: &str) -> OpenError {
    OpenError::Ambiguous(what.to_owned())
}
