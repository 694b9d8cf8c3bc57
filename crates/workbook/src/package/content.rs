//! What a file is that is no workbook container, told by its content and never by its name.

use memchr::memmem;

use super::Package;
use super::directory::{END, LOCAL};
use crate::error::OpenError;

/// Text that is nothing else; it may be a table.
pub(crate) const TEXT: &str = "text";
/// What has no known beginning and is no text of one byte a character.
pub(crate) const UNKNOWN: &str = "of an unknown kind";

/// Beginnings of files that are no containers of ours.
const MAGIC: &[(&[u8], &str)] = &[
    (b"%PDF", "a PDF document"),
    (b"\x89PNG", "a picture"),
    (b"\xFF\xD8\xFF", "a picture"),
    (b"GIF8", "a picture"),
    (b"II*\0", "a picture"),
    (b"MM\0*", "a picture"),
    (b"BM", "a picture"),
    (b"Rar!", "a RAR archive"),
    (b"7z\xBC\xAF\x27\x1C", "a 7z archive"),
    (b"\x1F\x8B", "a gzip archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xFD7zXZ\0", "an xz archive"),
    (b"{\\rtf", "an RTF document"),
    (b"MIME-Version:", "a web archive"),
    (b"SQLite format 3", "a database"),
    (b"PAR1", "a Parquet file"),
    (b"PK\x07\x08", "one piece of an archive in several files"),
    (b"ID;P", "a SYLK table"),
];

/// What the bytes are, where they are no zip container.
pub(crate) fn foreign(bytes: &[u8]) -> Option<OpenError> {
    if bytes.is_empty() {
        return Some(OpenError::Empty);
    }
    if bytes.starts_with(LOCAL) || bytes.starts_with(END) {
        return None;
    }
    if bytes.starts_with(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1") {
        return Some(compound(bytes));
    }
    // The sheet streams of Excel 2 to 5, before compound files.
    if let [9, 0 | 2 | 4 | 8, 4..=16, 0, ..] = bytes {
        return Some(OpenError::Unsupported(".xls (Excel 4 or older)"));
    }
    if bytes.get(4..8) == Some(b"ftyp") {
        return Some(OpenError::NotAWorkbook("a picture or a film"));
    }
    if bytes.get(257..262) == Some(b"ustar") {
        return Some(OpenError::NotAWorkbook("a tar archive"));
    }
    // Text may begin with these letters, too.
    let letters = |start: &&[u8]| matches!(*start, b"BM" | b"BZh") && !bytes.contains(&0);
    let magic = MAGIC.iter().find(|(start, _)| bytes.starts_with(start));
    if let Some((_, what)) = magic.filter(|(start, _)| !letters(start)) {
        return Some(OpenError::NotAWorkbook(what));
    }
    let window = bytes.len().saturating_sub(66_000);
    let tail = bytes.get(window..).unwrap_or(&[]);
    if memmem::rfind(tail, END).is_some() {
        return Some(OpenError::Ambiguous("bytes stand in front of the first entry".to_owned()));
    }
    Some(OpenError::NotAWorkbook(text(bytes)))
}

/// What a compound file (OLE) holds.
fn compound(bytes: &[u8]) -> OpenError {
    let holds = |name: &str| {
        let units: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        memmem::find(bytes, &units).is_some()
    };
    if holds("EncryptedPackage") {
        OpenError::Encrypted
    } else if holds("Workbook\0") || holds("Book\0") {
        OpenError::Unsupported(".xls")
    } else if holds("WordDocument") {
        OpenError::NotAWorkbook("a Word document (.doc)")
    } else if holds("PowerPoint Document") {
        OpenError::NotAWorkbook("a presentation (.ppt)")
    } else {
        OpenError::NotAWorkbook("an OLE container without a workbook")
    }
}

/// What kind of text the bytes are.
fn text(bytes: &[u8]) -> &'static str {
    let head = bytes.get(..bytes.len().min(4_096)).unwrap_or(&[]);
    let plain: Vec<u8> = match head {
        // UTF-16: its ASCII characters are enough to tell.
        [0xFF, 0xFE, rest @ ..] | [0xFE, 0xFF, rest @ ..] => {
            rest.iter().copied().filter(|b| *b != 0).collect()
        }
        _ => head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head).to_vec(),
    };
    let lower = plain.trim_ascii_start().to_ascii_lowercase();
    let holds = |what: &[u8]| memmem::find(&lower, what).is_some();
    let control = |byte: &u8| *byte < 9 || (14..27).contains(byte);
    if plain.iter().any(control) {
        UNKNOWN
    } else if holds(b"<html") || lower.starts_with(b"<!doctype html") || lower.starts_with(b"<table") {
        "an HTML page"
    } else if lower.starts_with(b"<") && holds(b"urn:schemas-microsoft-com:office:spreadsheet") {
        "an XML spreadsheet of Excel 2003"
    } else if lower.starts_with(b"<") && holds(b"urn:oasis:names:tc:opendocument") {
        "a flat OpenDocument file"
    } else if lower.starts_with(b"<") {
        "XML text"
    } else if lower.starts_with(b"{") || lower.starts_with(b"[{") {
        "JSON text"
    } else if lower.is_empty() {
        "blank text"
    } else {
        TEXT
    }
}

/// What a zip container is that holds no workbook part.
pub(super) fn other_package(package: &Package) -> OpenError {
    let kinds = [
        ("xl/workbook.bin", OpenError::Unsupported(".xlsb")),
        ("ppt/presentation.xml", OpenError::NotAWorkbook("a presentation (.pptx)")),
        ("visio/document.xml", OpenError::NotAWorkbook("a drawing (.vsdx)")),
        ("OFD.xml", OpenError::NotAWorkbook("an OFD document")),
        ("Index/Document.iwa", OpenError::Unsupported(".numbers")),
    ];
    if let Some((_, error)) = kinds.into_iter().find(|(part, _)| package.contains(part)) {
        return error;
    }
    match package.read("mimetype").as_deref().map(<[u8]>::trim_ascii) {
        Ok(kind) if kind.starts_with(b"application/vnd.oasis.opendocument.spreadsheet") => {
            OpenError::Unsupported(".ods")
        }
        Ok(kind) if kind.starts_with(b"application/vnd.oasis.opendocument") => {
            OpenError::NotAWorkbook("an OpenDocument file without a table sheet")
        }
        _ => OpenError::NotAWorkbook("a zip archive without a workbook"),
    }
}
