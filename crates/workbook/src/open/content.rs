//! What a cell's type says of its value.

use crate::address::CellRef;
use crate::sheet::ValueRef;

use super::visit::Stop;

/// What a cell's `t` says of its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Type {
    Number,
    Shared,
    Text,
    Inline,
    Bool,
    Error,
    Date,
}

impl Type {
    /// The type that a cell's `t` names.
    pub(super) fn of(raw: &[u8]) -> Result<Self, Stop> {
        Ok(match raw {
            b"n" => Self::Number,
            b"s" => Self::Shared,
            b"str" => Self::Text,
            b"inlineStr" => Self::Inline,
            b"b" => Self::Bool,
            b"e" => Self::Error,
            b"d" => Self::Date,
            other => {
                let shown = String::from_utf8_lossy(other);
                return Stop::damaged(format!("a cell of the unknown type {shown:?}"));
            }
        })
    }

    /// A value other than text as it is stored under the type.
    pub(super) fn stored(self, value: &str, at: CellRef) -> Result<ValueRef<'_>, Stop> {
        let trimmed = value.trim_ascii();
        Ok(match self {
            _ if trimmed.is_empty() => ValueRef::Blank,
            Self::Number => ValueRef::Number(trimmed),
            Self::Text | Self::Inline | Self::Shared => ValueRef::Text(value),
            Self::Error => ValueRef::Error(trimmed),
            Self::Date => ValueRef::Date(trimmed),
            Self::Bool => match trimmed {
                "1" | "true" => ValueRef::Bool(true),
                "0" | "false" => ValueRef::Bool(false),
                other => return Stop::damaged(format!("{at} holds {other:?} as a truth value")),
            },
        })
    }
}
