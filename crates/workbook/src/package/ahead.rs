//! Reading a large part ahead of its scanner, for callers that have a thread to do it; this crate starts none.

use std::io::Read;

/// Hands a stream on to who consumes it, perhaps reading it ahead meanwhile.
pub trait Ahead {
    /// What `consume` makes of a stream of the same content, and the same error, as `source`.
    fn read<T>(&self, source: Stream<'_>, consume: impl FnOnce(Stream<'_>) -> T) -> T;
}

/// The content of a part as it is inflated.
pub type Stream<'a> = Box<dyn Read + Send + 'a>;

/// Reads when the consumer asks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OnDemand;

impl Ahead for OnDemand {
    fn read<T>(&self, source: Stream<'_>, consume: impl FnOnce(Stream<'_>) -> T) -> T {
        consume(source)
    }
}
