//! Submissions compared with those before them, in the order of the inputs, although they are read in parallel: each
//! waits for its turn, which comes once all inputs before it are read.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use jixiao_selfeval::given::{Meet, Met, Submissions};
use jixiao_selfeval::{Located, Summary};

use crate::failure::Failure;
use crate::input::Input;

/// Where submissions meet.
#[derive(Debug)]
pub(crate) struct Meeting {
    state: Mutex<State>,
    turned: Condvar,
}

#[derive(Debug)]
struct State {
    submissions: Submissions,
    /// The input whose turn it is.
    next: usize,
    /// Inputs that wait for nothing any more.
    done: Vec<bool>,
}

impl State {
    fn done(&mut self, index: usize) {
        if let Some(done) = self.done.get_mut(index) {
            *done = true;
        }
        while self.done.get(self.next).is_some_and(|done| *done) {
            self.next += 1;
        }
    }
}

impl Meeting {
    /// A meeting of several inputs; one alone has nobody to meet.
    pub(crate) fn of(inputs: &[Result<Input, Failure>]) -> Option<Self> {
        if inputs.len() < 2 {
            return None;
        }
        let done = vec![false; inputs.len()];
        let mut state = State { submissions: Submissions::default(), next: 0, done };
        let failed = inputs.iter().enumerate().filter(|(_, input)| input.is_err());
        failed.for_each(|(index, _)| state.done(index));
        Some(Self { state: Mutex::new(state), turned: Condvar::new() })
    }

    /// The turn of an input. It must be taken in the order of the inputs, and lets the next one go when it is
    /// dropped, whatever becomes of the input.
    pub(crate) fn turn(&self, index: usize, input: &Input) -> Turn<'_> {
        Turn { meeting: self, index, path: input.shown() }
    }

    fn done(&self, index: usize) {
        self.lock().done(index);
        self.turned.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The turn of one input.
#[derive(Debug)]
pub(crate) struct Turn<'a> {
    meeting: &'a Meeting,
    index: usize,
    path: String,
}

impl Meet for Turn<'_> {
    fn meet(&self, located: &Located, summary: &Summary) -> Vec<Met> {
        let mut state = self.meeting.lock();
        while state.next < self.index {
            state = self.meeting.turned.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        let met = state.submissions.meet(&self.path, located, summary);
        drop(state);
        self.meeting.done(self.index);
        met
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.meeting.done(self.index);
    }
}
