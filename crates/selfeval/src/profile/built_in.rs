//! The profiles that come with the program.

use super::{Profile, written};

/// The name of the profile that holds where none is asked for.
pub(super) const NATIONAL: &str = "national";

/// A profile that comes with the program.
#[derive(Clone, Copy, Debug)]
pub struct BuiltIn {
    /// Its name.
    pub name: &'static str,
    /// Its text.
    pub toml: &'static str,
}

/// Every built-in profile: those that are kept right first, then the examples, which are marked 未经核实.
pub const BUILT_IN: &[BuiltIn] = &[
    BuiltIn { name: NATIONAL, toml: include_str!("../../profiles/national.toml") },
    BuiltIn { name: "sichuan", toml: include_str!("../../profiles/sichuan.toml") },
    BuiltIn { name: "hubei", toml: include_str!("../../profiles/hubei.toml") },
    BuiltIn { name: "shanghai", toml: include_str!("../../profiles/shanghai.toml") },
    BuiltIn { name: "beijing-2016", toml: include_str!("../../profiles/beijing-2016.toml") },
];

impl BuiltIn {
    /// The profile; a test holds that each text is one.
    pub fn profile(&self) -> Profile {
        let base = if self.name == NATIONAL { Profile::default() } else { national() };
        written::overlaid(base, self.toml, None).unwrap_or_default()
    }
}

/// The national profile as `cargo xtask codegen` writes it from its text: nearly every run asks for it, and reading
/// TOML takes as long as a tenth of a small form.
const NATIONAL_JSON: &str = include_str!("../../profiles/national.json");

/// The national profile.
pub(super) fn national() -> Profile {
    let written = serde_json::from_str(NATIONAL_JSON).ok();
    written.or_else(|| BUILT_IN.first().map(BuiltIn::profile)).unwrap_or_default()
}
