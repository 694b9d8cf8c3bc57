//! `convert --suggest-map`: a first mapping for a table that is not recognised, which a person corrects.

use jixiao_selfeval::layout::suggest;

use super::Terms;
use crate::ahead::build_grids;
use crate::args::{Convert, Sources};
use crate::console::Console;
use crate::failure::{Exit, Failure, What};
use crate::listing::{Listing, Wanted};
use crate::output::{self, Replace, Sync, Target};

pub(super) fn run(args: &Convert, console: &mut Console<'_>) -> Result<Exit, Failure> {
    let Sources { inputs, files_from, .. } = &args.work.tables.sources;
    let mut listing = Listing::of(inputs, files_from.as_deref(), Wanted::Submissions)?;
    let terms = Terms::of(&args.work, &listing, &[])?;
    let input = match (listing.inputs.pop(), listing.inputs.is_empty()) {
        (Some(input), true) => input?,
        _ => return Err(Failure::new("--suggest-map", What::OneInput)),
    };
    let failed = |what| Failure::new(input.shown(), what);
    let workbook = console.opener().open(input.read(terms.limits.file_bytes)?, &terms.limits);
    let workbook = workbook.map_err(failed)?;
    build_grids(&workbook);
    let text = suggest(&workbook, terms.profiles.by(&input)?).ok_or_else(|| failed(What::NoLabels))?;
    match args.target.output.as_deref().map(Target::of) {
        Some(Target::File(path)) => {
            let replace = Replace::of(false, args.target.force);
            output::permit(&path, input.path(), replace)?;
            if let Some(staged) = output::stage(&path, text.as_bytes(), replace, Sync::Now)? {
                staged.commit()?;
            }
            let shown = path.display();
            let line = console.lang().of(
                format!("{shown}：对照文件。核对每一行，再用 --map 指定它。\n"),
                format!("{shown}: a mapping. See every line of it, then name it with --map.\n"),
            );
            console.report(&line);
        }
        _ => console.product(text.as_bytes()),
    }
    Ok(Exit::Done)
}
