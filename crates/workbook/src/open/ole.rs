//! Compound files (OLE), which hold .xls workbooks and encrypted ones: their chains are walked and checked before any
//! other reader sees them.
//!
//! A chain that loops, a sector beyond the file's end, a stream longer than the file: each is refused here, since
//! calamine would allocate without end or stop the process.

use crate::error::OpenError;

/// The first bytes of a compound file.
pub(super) const MAGIC: &[u8] = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";
const HEADER: usize = 512;
/// Sector numbers from here on are marks.
const MARKS: u32 = 0xFFFF_FFFA;
const CHAIN_END: u32 = 0xFFFF_FFFE;
const FREE: u32 = 0xFFFF_FFFF;
/// Streams below this size lie in the small sectors of the root's own stream.
const SMALL_BELOW: u64 = 4_096;
const SMALL: usize = 64;
const ENTRY: usize = 128;

/// A compound file whose chains were checked.
#[derive(Debug)]
pub(super) struct Compound<'a> {
    bytes: &'a [u8],
    sector: usize,
    table: Vec<u32>,
    small_table: Vec<u32>,
    small: Vec<u8>,
    entries: Vec<Entry>,
}

#[derive(Debug)]
struct Entry {
    name: String,
    is_stream: bool,
    start: u32,
    size: u64,
}

impl<'a> Compound<'a> {
    /// Reads header, sector table and directory.
    ///
    /// # Errors
    /// When a chain loops or leads out of the file, or a size is larger than the file.
    pub(super) fn read(bytes: &'a [u8]) -> Result<Self, OpenError> {
        let header = bytes.get(..HEADER).ok_or_else(|| cut("its header is not whole"))?;
        let shift = half(header, 30);
        if !matches!(shift, 9 | 12) || half(header, 32) != 6 {
            return Err(damaged("sectors of an unknown size"));
        }
        let mut file = Self {
            bytes,
            sector: 1 << shift,
            table: Vec::new(),
            small_table: Vec::new(),
            small: Vec::new(),
            entries: Vec::new(),
        };
        file.table = file.sector_table(header)?;
        let directory = file.joined(&file.chain(&file.table, word(header, 48), file.sectors())?);
        file.entries =
            directory.chunks_exact(ENTRY).filter_map(|entry| Entry::of(entry, shift == 9)).collect();
        let root = file.entries.first().map_or((CHAIN_END, 0), |root| (root.start, root.size));
        if word(header, 64) > 0 {
            let numbers = file.chain(&file.table, word(header, 60), file.sectors())?;
            file.small_table = words(&file.joined(&numbers));
            file.small = file.joined(&file.chain(&file.table, root.0, file.sectors())?);
            let size = usize::try_from(root.1).unwrap_or(usize::MAX);
            if size > file.small.len() {
                return Err(cut("its small streams are not whole"));
            }
        }
        Ok(file)
    }

    /// Whether there is a stream or folder of that name.
    pub(super) fn holds(&self, name: &str) -> bool {
        self.entries.iter().any(|entry| entry.name.eq_ignore_ascii_case(name))
    }

    /// A stream's bytes; `None` where there is none of that name.
    ///
    /// # Errors
    /// When its chain loops, leads out of the file, or is shorter than its size.
    pub(super) fn stream(&self, name: &str) -> Result<Option<Vec<u8>>, OpenError> {
        let named = |entry: &&Entry| entry.is_stream && entry.name.eq_ignore_ascii_case(name);
        let Some(entry) = self.entries.iter().find(named) else { return Ok(None) };
        if entry.size > self.bytes.len() as u64 {
            return Err(cut(&format!("the stream {name} is said to be larger than the file")));
        }
        let size = usize::try_from(entry.size).unwrap_or(usize::MAX);
        let mut content = if entry.size < SMALL_BELOW {
            let most = self.small.len().div_ceil(SMALL);
            let chain = self.chain(&self.small_table, entry.start, most)?;
            let piece = |number: &u32| {
                let start = (*number as usize).saturating_mul(SMALL);
                self.small.get(start..self.small.len().min(start.saturating_add(SMALL))).unwrap_or(&[])
            };
            chain.iter().flat_map(piece).copied().collect()
        } else {
            self.joined(&self.chain(&self.table, entry.start, self.sectors())?)
        };
        if content.len() < size {
            return Err(cut(&format!("the stream {name} is not whole")));
        }
        content.truncate(size);
        Ok(Some(content))
    }

    /// How many sectors the file has; the last may be cut short.
    fn sectors(&self) -> usize {
        self.bytes.len().saturating_sub(self.sector).div_ceil(self.sector)
    }

    fn sector_at(&self, number: u32) -> &'a [u8] {
        let start = (number as usize).saturating_add(1).saturating_mul(self.sector);
        let end = self.bytes.len().min(start.saturating_add(self.sector));
        self.bytes.get(start..end).unwrap_or(&[])
    }

    fn joined(&self, chain: &[u32]) -> Vec<u8> {
        chain.iter().flat_map(|number| self.sector_at(*number)).copied().collect()
    }

    /// The table that says which sector follows which: its own sectors are listed in the header and behind it.
    fn sector_table(&self, header: &[u8]) -> Result<Vec<u32>, OpenError> {
        let mut lists = words(header.get(76..).unwrap_or(&[]));
        let mut next = word(header, 68);
        let mut seen = 0;
        while next < MARKS {
            seen += 1;
            let mut more = words(self.sector_at(next));
            if seen > self.sectors() || more.is_empty() {
                return Err(damaged("the list of its sector tables loops or leads out of the file"));
            }
            next = more.pop().unwrap_or(CHAIN_END);
            lists.extend(more);
        }
        let wanted = word(header, 44) as usize;
        let numbers: Vec<u32> = lists.into_iter().filter(|number| *number < MARKS).collect();
        if numbers.len() > self.sectors() || wanted > self.sectors() {
            return Err(damaged("more sector tables than sectors"));
        }
        if let Some(outside) = numbers.iter().find(|number| **number as usize >= self.sectors()) {
            return Err(damaged(&format!("a sector table lies in sector {outside}, beyond the file's end")));
        }
        Ok(words(&self.joined(&numbers)))
    }

    /// The sectors of a chain, of which there are so many at most.
    #[expect(clippy::unused_self, reason = "a chain is one of this file's")]
    fn chain(&self, table: &[u32], start: u32, most: usize) -> Result<Vec<u32>, OpenError> {
        let mut chain = Vec::new();
        let mut next = start;
        while next < MARKS {
            if chain.len() >= most {
                return Err(damaged("a chain of sectors loops"));
            }
            if next as usize >= most {
                return Err(cut(&format!("sector {next} lies beyond the file's end")));
            }
            chain.push(next);
            next =
                *table.get(next as usize).ok_or_else(|| damaged("a chain leads out of the sector table"))?;
        }
        if next != CHAIN_END && next != FREE {
            return Err(damaged("a chain of sectors ends in a mark that is no end"));
        }
        Ok(chain)
    }
}

impl Entry {
    /// An entry of the directory; `None` for an unused one. Of old files only half of the size counts.
    fn of(raw: &[u8], is_old: bool) -> Option<Self> {
        let kind = raw.get(66).copied().filter(|kind| matches!(kind, 1 | 2 | 5))?;
        let units = raw.get(..64)?.chunks_exact(2).map(|pair| half(pair, 0)).take_while(|unit| *unit != 0);
        let name = char::decode_utf16(units).map(|c| c.unwrap_or('\u{fffd}')).collect();
        let high = if is_old { 0 } else { u64::from(word(raw, 124)) << 32 };
        let size = high | u64::from(word(raw, 120));
        Some(Self { name, is_stream: kind == 2, start: word(raw, 116), size })
    }
}

/// What a compound file holds that is no workbook; `None` where it holds one.
pub(super) fn foreign(file: &Compound<'_>) -> Option<OpenError> {
    let kinds = [
        ("EncryptedPackage", OpenError::Encrypted),
        ("Workbook", OpenError::Unsupported(".xls")),
        ("Book", OpenError::Unsupported(".xls")),
        ("WordDocument", OpenError::NotAWorkbook("a Word document (.doc)")),
        ("PowerPoint Document", OpenError::NotAWorkbook("a presentation (.ppt)")),
        ("__properties_version1.0", OpenError::NotAWorkbook("an e-mail message (.msg)")),
    ];
    let found = kinds.into_iter().find(|(name, _)| file.holds(name)).map(|(_, error)| error);
    match found {
        Some(OpenError::Unsupported(_)) => None,
        Some(error) => Some(error),
        None => Some(OpenError::NotAWorkbook("an OLE container without a workbook")),
    }
}

/// A little-endian number of 2 bytes; what lies outside is 0.
pub(super) fn half(bytes: &[u8], at: usize) -> u16 {
    bytes.get(at..).and_then(|rest| rest.first_chunk()).map_or(0, |raw| u16::from_le_bytes(*raw))
}

/// A little-endian number of 4 bytes; what lies outside is 0.
pub(super) fn word(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..).and_then(|rest| rest.first_chunk()).map_or(0, |raw| u32::from_le_bytes(*raw))
}

fn words(bytes: &[u8]) -> Vec<u32> {
    bytes.chunks_exact(4).map(|raw| word(raw, 0)).collect()
}

fn damaged(what: &str) -> OpenError {
    OpenError::Damaged { part: "container".to_owned(), what: what.to_owned() }
}

fn cut(what: &str) -> OpenError {
    OpenError::Truncated(what.to_owned())
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A compound file whose directory stands in sector 1 and whose one stream begins in sector 2.
    pub(in crate::open) fn compound(name: &str, stream: &[u8], table: &[(usize, u32)]) -> Vec<u8> {
        let sectors = stream.len().div_ceil(512);
        let mut numbers = vec![FREE; 128];
        (numbers[0], numbers[1]) = (0xFFFF_FFFD, CHAIN_END);
        for index in 0..sectors {
            let last = index + 1 == sectors;
            numbers[index + 2] = if last { CHAIN_END } else { u32::try_from(index + 3).unwrap() };
        }
        for (at, next) in table {
            numbers[*at] = *next;
        }
        let mut file = MAGIC.to_vec();
        file.resize(HEADER, 0);
        let mut put = |at: usize, value: u32| file[at..at + 4].copy_from_slice(&value.to_le_bytes());
        put(24, 0x0003_003E);
        put(28, 0x0009_FFFE);
        put(32, 6);
        put(44, 1);
        put(48, 1);
        put(60, CHAIN_END);
        put(68, CHAIN_END);
        for at in (76..HEADER).step_by(4) {
            put(at, if at == 76 { 0 } else { FREE });
        }
        file.extend(numbers.iter().flat_map(|number| number.to_le_bytes()));
        for (name, kind, start, size) in [("Root Entry", 5, CHAIN_END, 0), (name, 2, 2, stream.len())] {
            let mut entry: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
            entry.resize(ENTRY, 0);
            entry[64] = u8::try_from((name.len() + 1) * 2).unwrap();
            entry[66] = kind;
            entry[116..120].copy_from_slice(&start.to_le_bytes());
            entry[120..124].copy_from_slice(&u32::try_from(size).unwrap().to_le_bytes());
            file.extend(entry);
        }
        file.resize(HEADER + 1_024, 0);
        file.extend(stream);
        file.resize(HEADER + 1_024 + sectors * 512, 0);
        file
    }

    #[test]
    fn a_stream_is_joined_from_its_sectors() {
        let stream: Vec<u8> = (0..5_000_u32).map(|at| u8::try_from(at % 251).unwrap()).collect();
        let bytes = compound("Workbook", &stream, &[]);
        let file = Compound::read(&bytes).unwrap();
        assert_eq!(file.stream("workbook").unwrap().as_deref(), Some(stream.as_slice()));
        assert_eq!(file.stream("Book").unwrap(), None);
        assert_eq!(foreign(&file), None);
    }

    #[test]
    fn chains_that_loop_or_lead_out_are_refused() {
        let stream = vec![0; 5_000];
        let refusal = |bytes: &[u8]| {
            let read = Compound::read(bytes).and_then(|file| file.stream("Workbook").map(drop));
            read.unwrap_err().to_string()
        };
        let cases = [
            (compound("Workbook", &stream, &[(1, 1)]), "loops"),
            (compound("Workbook", &stream, &[(4, 2)]), "loops"),
            (compound("Workbook", &stream, &[(4, 100)]), "beyond the file's end"),
            (compound("Workbook", &stream, &[(4, CHAIN_END)]), "is not whole"),
            (compound("Workbook", &stream, &[(4, 0xFFFF_FFFC)]), "no end"),
            (MAGIC.to_vec(), "header"),
        ];
        for (bytes, expected) in cases {
            let found = refusal(&bytes);
            assert!(found.contains(expected), "{found} for {expected}");
        }
        let mut lying = compound("Workbook", &stream, &[]);
        lying[HEADER + 512 + ENTRY + 122] = 0xFF;
        assert!(refusal(&lying).contains("larger than the file"));
        let mut lists = compound("Workbook", &stream, &[]);
        lists[68..72].copy_from_slice(&2_u32.to_le_bytes());
        assert!(
            Compound::read(&lists).is_ok_and(|file| file.table.len() > 128) || !refusal(&lists).is_empty()
        );
    }

    #[test]
    fn what_a_compound_file_holds_is_named() {
        let kinds =
            [("EncryptedPackage", "password"), ("WordDocument", "(.doc)"), ("x", "without a workbook")];
        for (name, words) in kinds {
            let bytes = compound(name, &[0; 5_000], &[]);
            let error = foreign(&Compound::read(&bytes).unwrap()).unwrap();
            assert!(error.to_string().contains(words), "{error}");
        }
    }
}
