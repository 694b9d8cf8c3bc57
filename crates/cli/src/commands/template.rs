//! `template`: the blank official form.

use std::path::Path;

use jixiao_render::template::{Lock, Options, funds, template};
use jixiao_selfeval::Profile;

use super::now;
use crate::args::Template;
use crate::console::Console;
use crate::failure::{Exit, Failure, What};
use crate::output::{self, Replace, Sync, Target};
use crate::profiles::named;

pub(super) fn run(args: &Template, console: &mut Console<'_>) -> Result<Exit, Failure> {
    let profile = args.profile.as_deref().map_or_else(|| Ok(Profile::national()), named)?;
    let target = Target::of(&args.output);
    let replace = if args.force { Replace::Other } else { Replace::Never };
    if let Target::File(path) = &target {
        output::permit(path, None, replace)?;
    }
    let bytes = template(&options(args, &profile))
        .map_err(|error| Failure::new("", What::Template(error.to_string())))?;
    match &target {
        Target::File(path) => write(path, &bytes, replace, args, console)?,
        Target::Standard if console.screen().out => return Err(Failure::new("-", What::Terminal)),
        Target::Standard => console.product(&bytes),
    }
    Ok(Exit::Done)
}

fn options(args: &Template, profile: &Profile) -> Options {
    Options {
        rows: args.rows,
        year: args.year,
        unit: args.unit.clone(),
        funds: funds(profile),
        lock: if args.protect { Lock::Computed } else { Lock::Open },
        created: now(),
    }
}

fn write(
    path: &Path,
    bytes: &[u8],
    replace: Replace,
    args: &Template,
    console: &mut Console<'_>,
) -> Result<(), Failure> {
    if let Some(staged) = output::stage(path, bytes, replace, Sync::Now)? {
        staged.commit()?;
    }
    let (shown, rows) = (path.display(), args.rows);
    let line = console.lang().of(
        format!("{shown}：空白汇总表，{rows} 个项目行，计算单元格已有公式。\n"),
        format!("{shown}: a blank form of {rows} project rows; computed cells hold their formulas.\n"),
    );
    console.report(&line);
    Ok(())
}
