//! `explain`: one rule's page.

use jixiao_render::text::Detail;
use jixiao_selfeval::rules;

use crate::args::Explain;
use crate::console::Console;
use crate::failure::{Exit, Failure, What};

pub(super) fn run(args: &Explain, console: &mut Console<'_>) -> Result<Exit, Failure> {
    let code = args.code.trim_matches(['[', ']']);
    let rule = rules::find(code).ok_or_else(|| Failure::new(code, What::Rule))?;
    console.product(jixiao_render::rules::page(rule, console.style(Detail::Usual)).as_bytes());
    Ok(Exit::Done)
}
