//! The records that the parts of an .xlsb are made of, and the texts in them.

use std::io::Read;

use super::legacy::damaged;
use super::ole::{half, word};
use crate::error::OpenError;
use crate::package::Package;

/// The longest record that is held.
const LONGEST: usize = 16 << 20;

/// A text of two-byte characters after its length, and what follows it.
pub(super) fn wide(data: &[u8]) -> Result<(String, &[u8]), OpenError> {
    let length = (word(data, 0) as usize).saturating_mul(2);
    let parted = data.get(4..).and_then(|rest| rest.split_at_checked(length));
    let (text, rest) =
        parted.ok_or_else(|| OpenError::Truncated("a text ends beyond its record".to_owned()))?;
    let units = text.chunks_exact(2).map(|pair| half(pair, 0));
    Ok((char::decode_utf16(units).map(|c| c.unwrap_or('\u{fffd}')).collect(), rest))
}

/// Hands every record of a part to a reader: kind and content.
pub(super) fn records(
    package: &Package,
    part: &str,
    mut take: impl FnMut(u16, &[u8]) -> Result<(), OpenError>,
) -> Result<(), OpenError> {
    let mut stream = std::io::BufReader::new(package.stream(part)?);
    let mut data = Vec::new();
    loop {
        let Some(first) = byte(&mut stream, part)? else { return Ok(()) };
        let mut kind = u16::from(first);
        if first & 0x80 != 0 {
            kind = u16::from(first & 0x7F) | u16::from(needed(&mut stream, part)? & 0x7F) << 7;
        }
        let mut length = 0;
        for step in 0..4 {
            let next = needed(&mut stream, part)?;
            length |= usize::from(next & 0x7F) << (7 * step);
            if next & 0x80 == 0 {
                break;
            }
        }
        if length > LONGEST {
            return Err(damaged(format!("{part} has a record of {length} bytes")));
        }
        data.resize(length, 0);
        stream.read_exact(&mut data).map_err(|error| ended(error, part))?;
        take(kind, &data)?;
    }
}

fn byte(stream: &mut impl Read, part: &str) -> Result<Option<u8>, OpenError> {
    let mut one = [0];
    let count = stream.read(&mut one).map_err(|error| OpenError::inside(error, part))?;
    Ok((count == 1).then_some(one[0]))
}

fn needed(stream: &mut impl Read, part: &str) -> Result<u8, OpenError> {
    byte(stream, part)?.ok_or_else(|| OpenError::Truncated(format!("{part} ends inside a record")))
}

fn ended(error: std::io::Error, part: &str) -> OpenError {
    if error.kind() == std::io::ErrorKind::UnexpectedEof {
        return OpenError::Truncated(format!("{part} ends inside a record"));
    }
    OpenError::inside(error, part)
}
