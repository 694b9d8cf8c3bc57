//! The zip container: its directory, parts read within limits, and a new container whose untouched parts are
//! copied raw (compressed bytes, order, timestamps).
//!
//! Names are looked up as Excel does: letter case, backslashes and a leading slash do not matter. A container that
//! different programs would read differently (two entries of one name, a header that contradicts the directory,
//! two archives in one file) is refused.

mod ahead;
mod content;
mod directory;
mod inflate;
mod rewrite;
mod spare;

use std::collections::HashMap;
use std::io::{self, Read};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::error::OpenError;
use crate::limits::Limits;
pub use ahead::{Ahead, OnDemand, Stream};
pub(crate) use content::{TEXT, UNKNOWN, foreign};
use directory::{Directory, Entry};
use inflate::Inflater;
pub(crate) use spare::Spare;

/// Parts below this size are not held to the ratio limit.
const RATIO_FROM: u64 = 1 << 20;
/// Deflate cannot expand by more than this.
const DEFLATE_RATIO: u64 = 1_032;

/// An opened container.
#[derive(Debug)]
pub struct Package {
    bytes: Vec<u8>,
    limits: Limits,
    directory: Directory,
    /// Entry by folded name.
    index: HashMap<String, usize>,
    /// The most that was inflated of each entry, and of all together.
    inflated: Vec<AtomicU64>,
    total: AtomicU64,
}

/// One change to a container.
#[derive(Debug)]
pub enum PartChange {
    /// The part gets new content, already deflated.
    Replace(Deflated),
    /// The part goes.
    Remove,
}

/// Deflated content of a part.
#[derive(Debug)]
pub struct Deflated {
    /// Raw deflate stream, in pieces.
    pub pieces: Vec<Vec<u8>>,
    /// Length inflated.
    pub inflated: u64,
    /// CRC-32 of the inflated content.
    pub crc: u32,
}

impl Package {
    /// Reads a container's directory and refuses what different programs would read differently.
    ///
    /// # Errors
    /// When the bytes are no zip container (told by their content), contradict themselves, or pass a limit.
    pub fn open(bytes: Vec<u8>, limits: &Limits) -> Result<Self, OpenError> {
        if let Some(error) = content::foreign(&bytes) {
            return Err(error);
        }
        let directory = Directory::read(&bytes, limits)?;
        let mut index = HashMap::with_capacity(directory.entries.len());
        for (at, entry) in directory.entries.iter().enumerate() {
            if index.insert(folded(&entry.name), at).is_some() {
                return Err(OpenError::Ambiguous(format!("two entries are named {:?}", entry.name)));
            }
        }
        let inflated = directory.entries.iter().map(|_| AtomicU64::new(0)).collect();
        Ok(Self { bytes, limits: *limits, directory, index, inflated, total: AtomicU64::new(0) })
    }

    /// The names of the parts in the container's order, without a leading slash; folders are left out.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.directory.entries.iter().map(|entry| entry.name.as_str()).filter(|name| !name.ends_with('/'))
    }

    /// Whether there is a part of that name.
    pub fn contains(&self, name: &str) -> bool {
        self.index.contains_key(&folded(name))
    }

    /// A part's content, inflated within the limits and checked against its CRC.
    ///
    /// # Errors
    /// When the part is missing, damaged or over a limit.
    pub fn read(&self, name: &str) -> Result<Vec<u8>, OpenError> {
        let (_, entry) = self.entry(name)?;
        let mut stream = self.stream(name)?;
        let believable = entry.inflated.min(entry.compressed.saturating_mul(DEFLATE_RATIO));
        let mut content = Vec::new();
        let room = usize::try_from(believable.min(self.limits.part_bytes)).unwrap_or(0);
        content.try_reserve_exact(room).map_err(|_| OpenError::OverLimit {
            part: entry.name.clone(),
            what: "memory",
            limit: believable,
        })?;
        stream.read_to_end(&mut content).map_err(|error| OpenError::inside(error, &entry.name))?;
        Ok(content)
    }

    /// Bytes of a part when inflated, as the directory states them; 0 for one that is missing.
    pub(crate) fn stated_bytes(&self, name: &str) -> u64 {
        self.entry(name).map_or(0, |(_, entry)| entry.inflated)
    }

    /// A part's content as a stream, inflated within the limits and checked against its CRC at its end.
    ///
    /// # Errors
    /// When the part is missing. What goes wrong while reading comes as an [`std::io::Error`] that holds an [`OpenError`].
    pub fn stream(&self, name: &str) -> Result<Stream<'_>, OpenError> {
        let (at, entry) = self.entry(name)?;
        let damaged = |what: &str| OpenError::Damaged { part: entry.name.clone(), what: what.to_owned() };
        let data = self.bytes.get(entry.data()).ok_or_else(|| damaged("its data lie outside the file"))?;
        let inner = match entry.method {
            directory::STORED => Inner::Stored(data),
            directory::DEFLATED => Inner::Deflated(Inflater::new(data)),
            _ => return Err(damaged("a compression method other than deflate")),
        };
        if entry.inflated > self.limits.part_bytes {
            return Err(over(entry, "inflated bytes of one part", self.limits.part_bytes));
        }
        let seen = self.inflated.get(at).unwrap_or(&self.total);
        Ok(Box::new(PartStream {
            inner,
            entry,
            limits: &self.limits,
            seen,
            total: &self.total,
            produced: 0,
            crc: crc32fast::Hasher::new(),
        }))
    }

    /// A part as it stands in the container: its method, its checksum and its compressed bytes.
    pub(crate) fn raw(&self, name: &str) -> Option<(u16, u32, &[u8])> {
        let (_, entry) = self.entry(name).ok()?;
        Some((entry.method, entry.crc, self.bytes.get(entry.data())?))
    }

    /// The whole container as it was read.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// A new container: changed parts replaced in place, removed ones gone, new ones at the end, the rest raw.
    ///
    /// Without changes it is the same bytes. A change names a part as [`Package::names`] does; a name that is
    /// removed but not there is passed over.
    ///
    /// # Errors
    /// When the result would be larger than 4 GiB.
    pub fn rewrite(&self, changes: Vec<(String, PartChange)>) -> Result<Vec<u8>, OpenError> {
        if changes.is_empty() {
            let mut copy = rewrite::room(self.bytes.len())?;
            copy.extend_from_slice(&self.bytes);
            return Ok(copy);
        }
        rewrite::rewritten(&self.bytes, &self.directory, changes)
    }

    /// What a container is that holds no workbook part.
    pub(crate) fn other_kind(&self) -> OpenError {
        content::other_package(self)
    }

    fn entry(&self, name: &str) -> Result<(usize, &Entry), OpenError> {
        let found =
            self.index.get(&folded(name)).and_then(|at| Some((*at, self.directory.entries.get(*at)?)));
        found.ok_or_else(|| OpenError::Damaged { part: name.to_owned(), what: "missing".to_owned() })
    }
}

/// A part's name as it is looked up: slashes forward, none in front, ASCII letters small.
pub(crate) fn folded(name: &str) -> String {
    let name = name.trim_start_matches(['/', '\\']);
    name.chars().map(|c| if c == '\\' { '/' } else { c.to_ascii_lowercase() }).collect()
}

fn over(entry: &Entry, what: &'static str, limit: u64) -> OpenError {
    OpenError::OverLimit { part: entry.name.clone(), what, limit }
}

#[derive(Debug)]
enum Inner<'a> {
    Stored(&'a [u8]),
    Deflated(Inflater<'a>),
}

/// Inflates a part and counts what comes out; the sizes in the headers are not believed.
#[derive(Debug)]
struct PartStream<'a> {
    inner: Inner<'a>,
    entry: &'a Entry,
    limits: &'a Limits,
    seen: &'a AtomicU64,
    total: &'a AtomicU64,
    produced: u64,
    crc: crc32fast::Hasher,
}

impl PartStream<'_> {
    fn damaged(&self, what: &str) -> OpenError {
        OpenError::Damaged { part: self.entry.name.clone(), what: what.to_owned() }
    }

    /// Counts bytes that came out and stops at a limit.
    fn count(&mut self, bytes: &[u8]) -> Result<(), OpenError> {
        self.crc.update(bytes);
        self.produced += bytes.len() as u64;
        if self.produced > self.limits.part_bytes {
            return Err(over(self.entry, "inflated bytes of one part", self.limits.part_bytes));
        }
        let allowed = self.entry.compressed.saturating_mul(self.limits.ratio);
        if self.produced > RATIO_FROM && self.produced > allowed {
            return Err(over(self.entry, "inflated over compressed size", self.limits.ratio));
        }
        if self.produced > self.entry.inflated {
            return Err(self.damaged("longer than the directory says"));
        }
        let before = self.seen.fetch_max(self.produced, Ordering::Relaxed);
        let new = self.produced.saturating_sub(before);
        let total = self.total.fetch_add(new, Ordering::Relaxed) + new;
        if total > self.limits.file_bytes {
            return Err(over(self.entry, "inflated bytes of all parts", self.limits.file_bytes));
        }
        Ok(())
    }

    fn finish(&self) -> Result<(), OpenError> {
        if self.produced != self.entry.inflated {
            return Err(self.damaged("shorter than the directory says"));
        }
        if self.crc.clone().finalize() != self.entry.crc {
            return Err(self.damaged("its checksum does not match"));
        }
        Ok(())
    }
}

impl Read for PartStream<'_> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        if room.is_empty() {
            return Ok(0);
        }
        let count = match &mut self.inner {
            Inner::Stored(data) => data.read(room),
            Inner::Deflated(decoder) => decoder.read(room),
        };
        let count = count.map_err(|_| io::Error::other(self.damaged("its compressed data are damaged")))?;
        let checked = if count == 0 { self.finish() } else { self.count(room.get(..count).unwrap_or(&[])) };
        checked.map_err(io::Error::other)?;
        Ok(count)
    }
}

#[cfg(test)]
mod tests;
