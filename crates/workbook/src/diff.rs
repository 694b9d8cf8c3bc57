//! What differs between two workbooks: which parts, and which cells.
