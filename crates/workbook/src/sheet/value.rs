//! What a cell holds: values that stand on their own, and values inside a grid.

use serde::{Deserialize, Serialize};

/// A value that stands on its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Value {
    /// Nothing.
    Blank,
    /// A number, in the digits written in the file.
    Number(String),
    /// Text.
    Text(String),
    /// A truth value.
    Bool(bool),
    /// An error, `#DIV/0!`.
    Error(String),
    /// A date written in ISO form (`t="d"`).
    Date(String),
}

/// A value inside a grid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ValueRef<'a> {
    /// Nothing.
    Blank,
    /// A number, in the digits written in the file.
    Number(&'a str),
    /// Text.
    Text(&'a str),
    /// A truth value.
    Bool(bool),
    /// An error, `#DIV/0!`.
    Error(&'a str),
    /// A date written in ISO form (`t="d"`).
    Date(&'a str),
}

impl Value {
    /// The same value, borrowed.
    pub fn as_ref(&self) -> ValueRef<'_> {
        match self {
            Self::Blank => ValueRef::Blank,
            Self::Number(digits) => ValueRef::Number(digits),
            Self::Text(text) => ValueRef::Text(text),
            Self::Bool(truth) => ValueRef::Bool(*truth),
            Self::Error(code) => ValueRef::Error(code),
            Self::Date(date) => ValueRef::Date(date),
        }
    }
}

impl<'a> ValueRef<'a> {
    /// The same value, standing on its own.
    pub fn to_value(self) -> Value {
        match self {
            Self::Blank => Value::Blank,
            Self::Number(digits) => Value::Number(digits.to_owned()),
            Self::Text(text) => Value::Text(text.to_owned()),
            Self::Bool(truth) => Value::Bool(truth),
            Self::Error(code) => Value::Error(code.to_owned()),
            Self::Date(date) => Value::Date(date.to_owned()),
        }
    }

    /// What the value reads as: digits, text, `TRUE`, `#DIV/0!`; empty for blank.
    pub fn as_text(self) -> &'a str {
        match self {
            Self::Blank => "",
            Self::Number(text) | Self::Text(text) | Self::Error(text) | Self::Date(text) => text,
            Self::Bool(true) => "TRUE",
            Self::Bool(false) => "FALSE",
        }
    }

    /// Whether nothing stands there: no value, or text of blanks only.
    pub fn is_blank(self) -> bool {
        match self {
            Self::Blank => true,
            Self::Text(text) => text.chars().all(char::is_whitespace),
            _ => false,
        }
    }
}
