//! Where each option's value came from.

use std::collections::BTreeMap;
use std::fmt;

use super::known::{DEFAULT, DEFAULT_OPTIONS, Known, OWN, OWN_OPTIONS, RABBIT, RABBIT_OPTIONS};
use super::sources::Place;
use crate::error::{Printable, shortened};

/// What a resolution found out, for operators. It holds no secret.
#[derive(Default)]
pub(crate) struct Report {
    settings: BTreeMap<&'static str, Setting>,
    /// What is accepted and has no effect, or another one than its author may think.
    pub(crate) warnings: Vec<String>,
}

struct Setting {
    value: String,
    place: Place,
}

impl Report {
    /// Notes an option; a later word replaces an earlier one.
    pub(crate) fn note(&mut self, name: &'static str, value: &str, place: Place) {
        let value = Printable(&shortened(value)).to_string();
        self.settings.insert(name, Setting { value, place });
    }

    /// Where an option was set, if anywhere.
    pub(crate) fn place(&self, name: &str) -> Option<String> {
        self.settings.get(name).map(|setting| setting.place.to_string())
    }

    /// The options that are not as they are by default, with their values and places.
    pub(crate) fn set(&self) -> impl Iterator<Item = (&'static str, String)> {
        self.settings
            .iter()
            .map(|(name, setting)| (*name, format!("{} ({})", setting.value, setting.place)))
    }

    fn write(&self, f: &mut fmt::Formatter<'_>, options: &[Known]) -> fmt::Result {
        for option in options {
            let (value, place) = match self.settings.get(option.name) {
                Some(setting) => (setting.value.as_str(), &setting.place),
                None => (option.default, &Place::Default),
            };
            match option.without_effect {
                // What is not set and has no effect is of no interest.
                Some(_) if *place == Place::Default => {}
                Some(_) => writeln!(f, "# {place}; no effect\n# {} = {value}", option.name)?,
                // What is found out when it is needed is no value that a file could hold.
                None if value.starts_with('(') && *place == Place::Default => {
                    writeln!(f, "# {place}\n# {} = {value}", option.name)?;
                }
                None => writeln!(f, "# {place}\n{} = {value}", option.name)?,
            }
        }
        Ok(())
    }
}

impl fmt::Display for Report {
    /// Places stand above their options: a comment behind a value would be part of it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "[{DEFAULT}]")?;
        self.write(f, DEFAULT_OPTIONS)?;
        writeln!(f, "\n[{RABBIT}]")?;
        self.write(f, RABBIT_OPTIONS)?;
        writeln!(f, "\n[{OWN}]")?;
        self.write(f, OWN_OPTIONS)?;
        for warning in &self.warnings {
            writeln!(f, "# warning: {warning}")?;
        }
        Ok(())
    }
}
