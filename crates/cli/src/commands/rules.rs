//! `rules`: the catalogue.

use jixiao_render::text::Detail;
use jixiao_render::{Lang, rules};

use crate::args::{Language, Listing, Rules};
use crate::console::Console;
use crate::failure::Exit;
use crate::help::chosen;

pub(super) fn run(args: &Rules, lang: Option<Language>, console: &mut Console<'_>) -> Exit {
    let text = match args.format {
        Listing::Text => rules::list(console.style(Detail::Usual)),
        Listing::Json => rules::json(chosen(lang).unwrap_or(Lang::Zh)),
    };
    console.product(text.as_bytes());
    Exit::Done
}
