//! `schema`: the JSON schema of what a command writes for programs.

use jixiao_render::schema;

use crate::args::{Schema, Subject};
use crate::console::Console;
use crate::failure::Exit;

pub(super) fn run(args: &Schema, console: &mut Console<'_>) -> Exit {
    let schema = match args.subject {
        Subject::Check => schema::CHECK,
        Subject::Rules => schema::RULES,
        Subject::Profiles => schema::PROFILES,
        Subject::Summary => schema::SUMMARY,
    };
    console.product(schema.text.as_bytes());
    Exit::Done
}
