//! What is printed: reports on one stream, errors and notes on the other, and what is a terminal.

use std::io::{ErrorKind, Write};

use jixiao_render::Lang;
use jixiao_render::text::{Colour, Detail, Style};
use jixiao_selfeval::Words;

use crate::Host;
use crate::failure::{Exit, Failure};
use crate::help::Stop;
use crate::legacy::Opener;

/// Which streams are terminals.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Screen {
    /// Standard output.
    pub out: bool,
    /// Standard error.
    pub err: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Volume {
    Usual,
    Quiet,
}

/// Both streams, the language, and whether a write failed.
pub(crate) struct Console<'a> {
    out: &'a mut dyn Write,
    err: &'a mut dyn Write,
    host: Host,
    lang: Lang,
    volume: Volume,
    broken: Option<ErrorKind>,
}

impl<'a> Console<'a> {
    pub(crate) fn new(out: &'a mut dyn Write, err: &'a mut dyn Write, host: Host, lang: Lang) -> Self {
        Self { out, err, host, lang, volume: Volume::Usual, broken: None }
    }

    pub(crate) fn quiet(&mut self, quiet: bool) {
        self.volume = if quiet { Volume::Quiet } else { Volume::Usual };
    }

    pub(crate) fn lang(&self) -> Lang {
        self.lang
    }

    pub(crate) fn screen(&self) -> Screen {
        self.host.screen
    }

    /// What opens workbooks.
    pub(crate) fn opener(&self) -> Opener {
        Opener::new(self.host.program.clone())
    }

    /// What computes formulas that are not computed here.
    #[cfg(feature = "engine")]
    pub(crate) fn engine(&self) -> Option<crate::engine::Engine> {
        self.host.program.as_deref().map(crate::engine::Engine::new)
    }

    /// Whether a progress bar may be shown.
    pub(crate) fn shows_progress(&self) -> bool {
        self.host.screen.err && self.volume == Volume::Usual
    }

    /// How reports on standard output look.
    pub(crate) fn style(&self, detail: Detail) -> Style {
        let plain = !self.host.screen.out || std::env::var_os("NO_COLOR").is_some();
        let colour = if plain { Colour::Never } else { Colour::Always };
        Style { lang: self.lang, colour, detail }
    }

    /// A report for people; silent where quiet is asked for.
    pub(crate) fn report(&mut self, text: &str) {
        if self.volume == Volume::Usual {
            self.product(text.as_bytes());
        }
    }

    /// A report for people on standard error, where standard output carries the product.
    pub(crate) fn aside(&mut self, text: &str) {
        if self.volume == Volume::Usual {
            let _ = self.err.write_all(text.as_bytes());
        }
    }

    /// What the command was asked to produce, quiet or not.
    pub(crate) fn product(&mut self, bytes: &[u8]) {
        if self.broken.is_none() {
            self.broken = self.out.write_all(bytes).err().map(|error| error.kind());
        }
    }

    /// A note that hinders nothing.
    pub(crate) fn note(&mut self, words: &Words) {
        let text = self.lang.pick(words);
        let line = self.lang.of(format!("注意：{text}。\n"), format!("note: {text}.\n"));
        self.aside(&line);
    }

    /// An error, quiet or not.
    pub(crate) fn failure(&mut self, failure: &Failure) {
        let line = format!("{}\n", failure.line(self.lang));
        let _ = self.err.write_all(line.as_bytes());
    }

    /// Help or version on standard output, a usage error on standard error.
    pub(crate) fn stop(&mut self, stop: &Stop) {
        match stop.exit {
            Exit::Done => self.product(stop.text.as_bytes()),
            _ => drop(self.err.write_all(stop.text.as_bytes())),
        }
    }

    /// The exit code, once everything is flushed. A reader that went away is no error.
    pub(crate) fn exit(&mut self, exit: Exit) -> u8 {
        let flushed = self.out.flush().err().map(|error| error.kind());
        match self.broken.or(flushed) {
            None | Some(ErrorKind::BrokenPipe) => exit.code(),
            Some(_) => exit.max(Exit::Output).code(),
        }
    }
}
