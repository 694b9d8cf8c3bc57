//! The command line as it is typed. What the flags mean is settled in `commands`; their help stands in `help`.

use std::path::PathBuf;

use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};

#[derive(Debug, Parser)]
#[command(name = "jixiao", version, disable_help_flag = true, disable_version_flag = true)]
#[command(disable_help_subcommand = true, arg_required_else_help = true)]
pub(crate) struct Line {
    #[command(subcommand)]
    pub(crate) command: Command,
    #[command(flatten)]
    pub(crate) common: Common,
}

#[derive(Debug, Args)]
pub(crate) struct Common {
    #[arg(long, global = true, value_enum, value_name = "zh|en")]
    pub(crate) lang: Option<Language>,
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,
    #[arg(long, short, global = true, action = ArgAction::Help)]
    help: Option<bool>,
    #[arg(long, short = 'V', action = ArgAction::Version)]
    version: Option<bool>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Fill(Fill),
    Check(Check),
    Merge(Merge),
    Clean(Clean),
    Convert(Convert),
    Extract(Extract),
    Template(Template),
    Explain(Explain),
    Rules(Rules),
    Profile(Profile),
    Schema(Schema),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Language {
    Zh,
    En,
}

/// Which files, how many at once, and how much of them is read.
#[derive(Debug, Args)]
pub(crate) struct Sources {
    #[arg(value_name = "IN", required_unless_present = "files_from")]
    pub(crate) inputs: Vec<PathBuf>,
    #[arg(long, value_name = "FILE|-")]
    pub(crate) files_from: Option<PathBuf>,
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub(crate) jobs: Option<u16>,
    #[command(flatten)]
    pub(crate) bounds: Bounds,
}

/// Files with tables, and how these are read.
#[derive(Debug, Args)]
pub(crate) struct Tables {
    #[command(flatten)]
    pub(crate) sources: Sources,
    #[arg(long, value_name = "NAME|FILE")]
    pub(crate) profile: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) choice: Chosen,
}

/// Files with tables, and how these are read and judged.
#[derive(Debug, Args)]
pub(crate) struct Work {
    #[command(flatten)]
    pub(crate) tables: Tables,
    #[arg(long, value_enum, value_name = "budget|executed")]
    pub(crate) weights: Option<Basis>,
}

/// Which table of a file is meant, and what its columns mean where that is not recognised.
#[derive(Debug, Args)]
pub(crate) struct Chosen {
    #[arg(long, value_name = "NAME|N")]
    pub(crate) sheet: Option<String>,
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) table: Option<u16>,
    #[arg(long, value_name = "FILE")]
    pub(crate) map: Option<PathBuf>,
}

/// Limits on what is read, raised for files that can be trusted.
#[derive(Clone, Copy, Debug, Args)]
#[expect(clippy::struct_field_names, reason = "each is a flag of the command line")]
pub(crate) struct Bounds {
    #[arg(long, value_name = "SIZE", value_parser = size)]
    pub(crate) max_part_size: Option<u64>,
    #[arg(long, value_name = "SIZE", value_parser = size)]
    pub(crate) max_size: Option<u64>,
    #[arg(long, value_name = "N")]
    pub(crate) max_cells: Option<usize>,
}

/// Bytes, or a number with K, M or G behind it: `512M`, `2G`.
fn size(text: &str) -> Result<u64, String> {
    let unit = text.trim_end_matches(['b', 'B']).trim_end_matches(['i', 'I']);
    let (digits, shift) = match unit.char_indices().last() {
        Some((at, 'k' | 'K')) => (unit.get(..at), 10),
        Some((at, 'm' | 'M')) => (unit.get(..at), 20),
        Some((at, 'g' | 'G')) => (unit.get(..at), 30),
        _ => (Some(unit), 0),
    };
    let number = digits.and_then(|digits| digits.trim().parse::<u64>().ok());
    let bytes = number.and_then(|number| number.checked_mul(1 << shift)).filter(|bytes| *bytes > 0);
    bytes.ok_or_else(|| "a size is a number of bytes, or 512M, 2G".to_owned())
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Basis {
    Budget,
    Executed,
}

#[derive(Debug, Args)]
pub(crate) struct Target {
    #[arg(long, short, value_name = "OUT")]
    pub(crate) output: Option<PathBuf>,
    #[arg(long)]
    pub(crate) force: bool,
}

#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub(crate) struct Fill {
    #[command(flatten)]
    pub(crate) work: Work,
    #[command(flatten)]
    pub(crate) target: Target,
    #[arg(long, conflicts_with = "output")]
    pub(crate) in_place: bool,
    #[arg(long)]
    pub(crate) recompute: bool,
    #[arg(long)]
    pub(crate) fix: bool,
    #[arg(long)]
    pub(crate) strict: bool,
    #[arg(long)]
    pub(crate) all: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    Text,
    Json,
    Jsonl,
    /// A page of its own.
    Html,
    /// The workbook itself with the findings marked in it.
    Xlsx,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Level {
    Error,
    Warning,
    Info,
    Never,
}

#[derive(Debug, Args)]
pub(crate) struct Check {
    #[command(flatten)]
    pub(crate) work: Work,
    #[command(flatten)]
    pub(crate) target: Target,
    #[arg(long, value_enum, default_value = "text", value_name = "text|json|jsonl|html|xlsx")]
    pub(crate) format: Format,
    #[arg(long, value_name = "FILE")]
    pub(crate) form: Option<PathBuf>,
    #[arg(long, value_name = "FILE")]
    pub(crate) prior: Option<PathBuf>,
    #[arg(long, value_name = "CODES", value_delimiter = ',')]
    pub(crate) select: Vec<String>,
    #[arg(long, value_name = "CODES", value_delimiter = ',')]
    pub(crate) ignore: Vec<String>,
    #[arg(long, value_enum, default_value = "error", value_name = "error|warning|info|never")]
    pub(crate) fail_on: Level,
    #[arg(long)]
    pub(crate) fix: bool,
    #[arg(long)]
    pub(crate) all: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Merge {
    #[command(flatten)]
    pub(crate) work: Work,
    #[arg(long, short, value_name = "OUT")]
    pub(crate) output: PathBuf,
    #[arg(long)]
    pub(crate) latest: bool,
    #[arg(long)]
    pub(crate) force: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Clean {
    #[command(flatten)]
    pub(crate) sources: Sources,
    #[command(flatten)]
    pub(crate) target: Target,
    #[arg(long, conflicts_with = "output")]
    pub(crate) in_place: bool,
}

/// Where the sources of a converted form's values go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Origins {
    /// Into a workbook beside the result.
    File,
    /// Into a sheet of the result.
    Sheet,
    /// Nowhere.
    None,
}

#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub(crate) struct Convert {
    #[command(flatten)]
    pub(crate) work: Work,
    #[command(flatten)]
    pub(crate) target: Target,
    #[arg(long, value_name = "TEMPLATE")]
    pub(crate) into: Option<PathBuf>,
    #[arg(long, conflicts_with_all = ["into", "map", "provenance", "comments", "trim"])]
    pub(crate) suggest_map: bool,
    #[arg(long, value_enum, default_value = "file", value_name = "file|sheet|none")]
    pub(crate) provenance: Origins,
    #[arg(long)]
    pub(crate) comments: bool,
    #[arg(long)]
    pub(crate) trim: bool,
    /// One workbook of all inputs, as `merge` makes it.
    #[arg(long, requires = "output", conflicts_with_all = ["into", "suggest_map", "provenance", "comments", "trim"])]
    pub(crate) merge: bool,
    #[arg(long, requires = "merge")]
    pub(crate) latest: bool,
    #[arg(long)]
    pub(crate) all: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Template {
    #[arg(long, short, value_name = "OUT")]
    pub(crate) output: PathBuf,
    #[arg(long, value_name = "N", default_value = "14", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(crate) rows: u32,
    #[arg(long, value_name = "Y", value_parser = clap::value_parser!(u16).range(2000..=2100))]
    pub(crate) year: Option<u16>,
    #[arg(long, value_name = "NAME")]
    pub(crate) unit: Option<String>,
    #[arg(long, value_name = "NAME|FILE")]
    pub(crate) profile: Option<PathBuf>,
    #[arg(long)]
    pub(crate) protect: bool,
    #[arg(long)]
    pub(crate) force: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Explain {
    #[arg(value_name = "CODE")]
    pub(crate) code: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Listing {
    Text,
    Json,
}

#[derive(Debug, Args)]
pub(crate) struct Rules {
    #[arg(long, value_enum, default_value = "text", value_name = "text|json")]
    pub(crate) format: Listing,
}

#[derive(Debug, Args)]
#[command(disable_help_subcommand = true)]
pub(crate) struct Profile {
    #[command(subcommand)]
    pub(crate) action: ProfileAction,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ProfileAction {
    List(Profiles),
    Show(OneProfile),
    Check(OneProfile),
}

#[derive(Debug, Args)]
pub(crate) struct Profiles {
    #[arg(long, value_enum, default_value = "text", value_name = "text|json")]
    pub(crate) format: Listing,
}

#[derive(Debug, Args)]
pub(crate) struct OneProfile {
    #[arg(value_name = "NAME|FILE")]
    pub(crate) named: PathBuf,
}

/// How what was read is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Written {
    Json,
    Csv,
}

#[derive(Debug, Args)]
pub(crate) struct Extract {
    #[command(flatten)]
    pub(crate) tables: Tables,
    #[command(flatten)]
    pub(crate) target: Target,
    #[arg(long, value_enum, default_value = "json", value_name = "json|csv")]
    pub(crate) format: Written,
}

/// What a schema is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Subject {
    Check,
    Rules,
    Profiles,
    Summary,
}

#[derive(Debug, Args)]
pub(crate) struct Schema {
    #[arg(value_enum, default_value = "check", value_name = "check|rules|profiles|summary")]
    pub(crate) subject: Subject,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_bytes_or_a_number_with_its_unit() {
        let cases = [
            ("1048576", 1 << 20),
            ("64k", 64 << 10),
            ("512M", 512 << 20),
            ("2GiB", 2 << 30),
            ("7 KB", 7 << 10),
        ];
        for (text, bytes) in cases {
            assert_eq!(size(text), Ok(bytes), "{text}");
        }
        for text in ["", "M", "-1", "1.5G", "0", "99999999999G", "5T"] {
            assert!(size(text).is_err(), "{text}");
        }
    }
}
