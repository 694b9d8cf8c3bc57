//! Every error of the binary in one place: what happened, and the exit code. Its words stand in `words`.

mod edits;
mod kinds;
mod profiles;
mod words;

use std::io;

use jixiao_render::Lang;
use jixiao_render::json::Unread;
use jixiao_render::words::one_line;
use jixiao_selfeval::convert::NoForm;
use jixiao_selfeval::profile::ProfileError;
use jixiao_selfeval::{Finding, Words};
use jixiao_workbook::{OpenError, PatchError};

/// Exit codes, a contract. With several inputs the highest counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Exit {
    /// Done, and nothing at or above `--fail-on`.
    Done,
    /// Findings at or above it.
    Findings,
    /// The command line is wrong.
    Usage,
    /// An input could not be read, or has no table to fill.
    Input,
    /// An output could not be written.
    Output,
    /// The user or the system ended the run.
    Interrupted,
}

impl Exit {
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Findings => 1,
            Self::Usage => 2,
            Self::Input => 3,
            Self::Output => 4,
            Self::Interrupted => 130,
        }
    }
}

/// What stopped a command or one of its files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    /// The file, or what was typed; empty where there is none.
    pub(crate) about: String,
    pub(crate) what: What,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum What {
    Missing,
    NoMatch,
    EmptyFolder,
    Denied,
    NotRead(Words),
    NotText,
    Changed,
    Open(OpenError),
    /// A workbook of a format that can be checked, not filled: the format and the input.
    CheckOnly(&'static str, String),
    /// A workbook of a format that can be checked, but neither marked nor fixed.
    NotMarked(&'static str),
    /// What `merge` wrote, given as an input.
    Consolidated,
    /// The process that read the file stopped.
    ReaderStopped,
    /// The process that read the file was stopped, because it took too long: seconds.
    ReaderSlow(u64),
    NoTable(Box<Finding>),
    /// The table holds no project to convert.
    NoProjects,
    /// The form cannot take a submission.
    NoForm(NoForm),
    Exists,
    IsFolder,
    NotAFile,
    NotAFolder,
    NoFolder,
    ReadOnly,
    DeniedOutput,
    OpenElsewhere,
    SameAsInput,
    /// The output is what is converted, or the form it goes into.
    SameAsSource,
    SameOutput,
    NotWritten(Words),
    Terminal,
    /// A page is asked for together with fixes.
    PageOfFixes,
    /// A mapping is suggested for one input only.
    OneInput,
    /// Nothing in the input is like a heading, so that no mapping can be suggested.
    NoLabels,
    Patch(PatchError),
    NoProfile,
    Profile(ProfileError),
    /// The profile that stands beside an input cannot be used: its file, and why.
    Beside(String, Box<What>),
    /// The mapping is none; what is wrong with it.
    Mapping(Words),
    /// The JSON is no summary; what is wrong with it.
    Summary(Words),
    /// The summary, which comes through a pipe, holds more than one submission.
    Several(usize),
    /// The summary says that this input could not be read when it was written, and why.
    NotExtracted(String),
    Rule,
    Template(String),
}

impl What {
    /// The same with the command that suggests a mapping, for a table that was not recognised.
    pub(crate) fn or_mapped(mut self, input: &str) -> Self {
        if let Self::NoTable(finding) = &mut self {
            words::add_mapping(&mut finding.help, input);
        }
        self
    }
}

impl Failure {
    pub(crate) fn new(about: impl Into<String>, what: What) -> Self {
        Self { about: about.into(), what }
    }

    /// Reading failed: what the system says, in our words where it is common.
    pub(crate) fn reading(about: impl Into<String>, error: &io::Error) -> Self {
        let what = match error.kind() {
            io::ErrorKind::NotFound => What::Missing,
            io::ErrorKind::PermissionDenied => What::Denied,
            io::ErrorKind::InvalidData => What::NotText,
            _ => What::NotRead(words::system(error)),
        };
        Self::new(about, what)
    }

    /// Writing failed.
    pub(crate) fn writing(about: impl Into<String>, error: &io::Error) -> Self {
        let what = match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => What::NoFolder,
            io::ErrorKind::PermissionDenied => What::DeniedOutput,
            io::ErrorKind::ReadOnlyFilesystem => What::ReadOnly,
            io::ErrorKind::AlreadyExists => What::Exists,
            io::ErrorKind::IsADirectory => What::IsFolder,
            _ => What::NotWritten(words::system(error)),
        };
        Self::new(about, what)
    }

    pub(crate) fn exit(&self) -> Exit {
        match &self.what {
            What::Missing
            | What::NoMatch
            | What::EmptyFolder
            | What::Denied
            | What::NotRead(_)
            | What::Changed
            | What::Open(_)
            | What::CheckOnly(..)
            | What::NotMarked(_)
            | What::Consolidated
            | What::ReaderStopped
            | What::ReaderSlow(_)
            | What::NoTable(_)
            | What::NoProjects
            | What::Summary(_)
            | What::Several(_)
            | What::NotExtracted(_)
            | What::NoLabels
            | What::NoForm(_)
            | What::NotText
            | What::Patch(PatchError::NotEditable | PatchError::Open(_)) => Exit::Input,
            What::NoProfile
            | What::OneInput
            | What::Profile(_)
            | What::Beside(..)
            | What::Mapping(_)
            | What::Rule
            | What::Terminal
            | What::PageOfFixes
            | What::Template(_) => Exit::Usage,
            _ => Exit::Output,
        }
    }

    /// `错误：文件：事实。→ 做法。`
    pub(crate) fn line(&self, lang: Lang) -> String {
        let head = lang.of("错误：", "error: ");
        format!("{head}{}", self.sentence(lang))
    }

    /// The same without the leading word.
    pub(crate) fn sentence(&self, lang: Lang) -> String {
        let about = one_line(&self.about);
        let about = match (about.is_empty(), lang) {
            (true, _) => about,
            (false, Lang::Zh) => format!("{about}："),
            (false, Lang::En) => format!("{about}: "),
        };
        let (message, help) = words::of(&self.what);
        let (message, help) = (lang.pick(&message), lang.pick(&help));
        let text = match (help.is_empty(), lang) {
            (true, Lang::Zh) => format!("{about}{message}。"),
            (true, Lang::En) => format!("{about}{message}."),
            (false, Lang::Zh) => format!("{about}{message}。→ {help}。"),
            (false, Lang::En) => format!("{about}{message}. → {help}."),
        };
        one_line(&text)
    }

    /// The failure as a report in JSON holds it.
    pub(crate) fn unread(&self) -> Unread {
        let (message, help) = words::of(&self.what);
        Unread { code: self.code(), message, help }
    }

    fn code(&self) -> &'static str {
        match &self.what {
            What::Missing | What::NoMatch | What::EmptyFolder => "missing",
            What::Denied => "no-permission",
            What::Changed => "changed-while-read",
            What::Open(error) | What::Patch(PatchError::Open(error)) => open_code(error),
            What::CheckOnly(..) | What::NotMarked(_) | What::Consolidated => "unsupported",
            What::ReaderStopped => "reader-stopped",
            What::ReaderSlow(_) => "reader-slow",
            What::NoTable(_) | What::NoLabels => "no-table",
            What::NoProjects => "no-projects",
            What::Summary(_) => "summary",
            What::Several(_) => "several",
            What::NoForm(_) => "form",
            What::NotRead(_) | What::NotText | What::NotExtracted(_) => "not-read",
            What::Patch(_) => "edit-refused",
            What::Beside(..) => "profile",
            What::NoProfile
            | What::OneInput
            | What::Profile(_)
            | What::Mapping(_)
            | What::Rule
            | What::Terminal
            | What::PageOfFixes
            | What::Template(_) => "usage",
            _ => "not-written",
        }
    }
}

fn open_code(error: &OpenError) -> &'static str {
    match error {
        OpenError::Empty => "empty",
        OpenError::NotAWorkbook(_) => "not-a-workbook",
        OpenError::Unsupported(_) => "unsupported",
        OpenError::Encrypted => "encrypted",
        OpenError::Truncated(_) => "truncated",
        OpenError::Ambiguous(_) => "ambiguous",
        OpenError::OverLimit { .. } => "over-limit",
        OpenError::NoSheet(_) => "no-sheet",
        _ => "damaged",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_failure_says_what_and_what_to_do_in_both_languages() {
        let all = [
            What::Missing,
            What::NoMatch,
            What::EmptyFolder,
            What::Denied,
            What::Changed,
            What::Open(OpenError::Empty),
            What::Open(OpenError::Encrypted),
            What::CheckOnly(".xls", "a.xls".to_owned()),
            What::NotMarked(".ods"),
            What::Consolidated,
            What::ReaderStopped,
            What::ReaderSlow(20),
            What::NoTable(Box::new(jixiao_selfeval::rules::no_table(
                &jixiao_selfeval::layout::NoTable::default(),
            ))),
            What::NoProjects,
            What::Summary(jixiao_render::summary::from_json(b"{}").unwrap_err().words()),
            What::Several(2),
            What::NotExtracted("x".to_owned()),
            What::NoForm(NoForm::NoRow),
            What::NoForm(NoForm::Filled(3)),
            What::Exists,
            What::IsFolder,
            What::NotAFile,
            What::NotAFolder,
            What::NoFolder,
            What::ReadOnly,
            What::DeniedOutput,
            What::OpenElsewhere,
            What::SameAsInput,
            What::SameAsSource,
            What::OneInput,
            What::NoLabels,
            What::SameOutput,
            What::Terminal,
            What::PageOfFixes,
            What::Patch(PatchError::Signed),
            What::Patch(PatchError::Unmovable { part: "xl/x.xml".to_owned() }),
            What::Patch(PatchError::RowsOffSheet { row: 9 }),
            What::Rule,
            What::NoProfile,
            What::Profile(jixiao_selfeval::Profile::from_toml("nam = 1").unwrap_err()),
            What::Beside("a/jixiao.toml".to_owned(), Box::new(What::NotText)),
            What::Mapping(jixiao_selfeval::Mapping::from_toml("nam = 1").unwrap_err().words()),
            What::NotRead(words::system(&io::Error::from_raw_os_error(28))),
            What::NotText,
        ];
        for what in all {
            let failure = Failure::new("a.xlsx", what);
            for lang in [Lang::Zh, Lang::En] {
                let line = failure.line(lang);
                assert!(line.contains("→") && line.contains("a.xlsx"), "{line}");
                let chinese = line.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
                assert_eq!(chinese, lang == Lang::Zh, "{line}");
            }
        }
    }
}
