//! One program for all targets: `FUZZ_TARGET` names the one that is run.

#![no_main]

use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;
use messaging::targets::{ALL, Target};

fuzz_target!(|bytes: &[u8]| {
    static TARGET: OnceLock<Target> = OnceLock::new();
    TARGET.get_or_init(chosen)(bytes);
});

fn chosen() -> Target {
    let name = std::env::var("FUZZ_TARGET").expect("FUZZ_TARGET names a target");
    let found = ALL.iter().find(|(other, _)| *other == name);
    found.unwrap_or_else(|| panic!("no target is called {name}")).1
}
