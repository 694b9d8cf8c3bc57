//! Work areas that are not in use, kept for whoever needs one next: to clear one takes longer than a small part.

use std::sync::{Mutex, PoisonError};

/// As many are kept as parts are read or written at a time on a large machine.
const MOST: usize = 64;

/// Work areas of one kind.
#[derive(Debug)]
pub(crate) struct Spare<T>(Mutex<Vec<T>>);

impl<T> Spare<T> {
    pub(crate) const fn new() -> Self {
        Self(Mutex::new(Vec::new()))
    }

    /// One that was used before, as it was left.
    pub(crate) fn take(&self) -> Option<T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }

    /// Keeps one for later, unless there are enough.
    pub(crate) fn keep(&self, area: T) {
        let mut areas = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if areas.len() < MOST {
            areas.push(area);
        }
    }
}
