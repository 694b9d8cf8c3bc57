//! `profile`: the built-in profiles, the whole of one, and whether a file is one.

use jixiao_render::profiles;

use crate::args::{Listing, Profile, ProfileAction};
use crate::console::Console;
use crate::failure::{Exit, Failure};
use crate::profiles::named;

pub(super) fn run(args: &Profile, console: &mut Console<'_>) -> Result<Exit, Failure> {
    let lang = console.lang();
    let text = match &args.action {
        ProfileAction::List(list) if list.format == Listing::Json => profiles::json(),
        ProfileAction::List(_) => profiles::list(lang),
        ProfileAction::Show(one) => named(&one.named)?.to_toml(),
        ProfileAction::Check(one) => profiles::differences(&named(&one.named)?, lang),
    };
    console.product(text.as_bytes());
    Ok(Exit::Done)
}
