//! The tokens of a worksheet part, for reader and patcher alike: a byte scanner over well-formed UTF-8 XML.
