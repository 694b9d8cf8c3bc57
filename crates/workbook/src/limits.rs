//! What a hostile file may not exceed.

/// Bounds on what is read. The defaults hold for every honest form by a wide margin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Inflated bytes of one part; 512 MiB.
    pub part_bytes: u64,
    /// Inflated bytes of all parts together; 1 GiB.
    pub file_bytes: u64,
    /// Entries of the container; 10,000.
    pub entries: usize,
    /// Inflated over compressed size of one part, looked at only above 1 MiB; 1,000.
    pub ratio: u64,
    /// Stored cells of one sheet; 5 million.
    pub cells: usize,
    /// Depth of nested elements; 256.
    pub depth: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            part_bytes: 512 << 20,
            file_bytes: 1 << 30,
            entries: 10_000,
            ratio: 1_000,
            cells: 5_000_000,
            depth: 256,
        }
    }
}
