//! What the doctor found.

use serde_json::{Map, Value, json};

use crate::exit::{Exit, Failure};
use crate::output::{BAD, FAINT, GOOD, NAME, Output, WARN};
use crate::text;

/// How bad a thing is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    /// As it should be.
    Good,
    /// Worth to be known.
    Note,
    /// Something is to be done.
    Finding,
}

/// One thing that was looked at.
#[derive(Clone, Debug)]
pub(super) struct Item {
    pub(super) level: Level,
    /// What it is about: `broker`, `permissions`, and so on.
    pub(super) area: &'static str,
    /// What was found.
    pub(super) text: String,
    /// What to do about it.
    pub(super) advice: Option<String>,
    /// The same for programs.
    pub(super) data: Map<String, Value>,
}

/// All that was looked at.
#[derive(Debug, Default)]
pub(super) struct Report {
    items: Vec<Item>,
}

impl Item {
    pub(super) fn good(area: &'static str, text: impl Into<String>) -> Self {
        Self { level: Level::Good, area, text: text.into(), advice: None, data: Map::new() }
    }

    pub(super) fn note(area: &'static str, text: impl Into<String>) -> Self {
        Self { level: Level::Note, ..Self::good(area, text) }
    }

    pub(super) fn finding(area: &'static str, text: impl Into<String>) -> Self {
        Self { level: Level::Finding, ..Self::good(area, text) }
    }

    #[must_use]
    pub(super) fn advise(self, advice: impl Into<String>) -> Self {
        Self { advice: Some(advice.into()), ..self }
    }

    #[must_use]
    pub(super) fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.data.insert(name.to_owned(), value.into());
        self
    }
}

impl Report {
    pub(super) fn add(&mut self, item: Item) {
        self.items.push(item);
    }

    pub(super) fn extend(&mut self, items: impl IntoIterator<Item = Item>) {
        self.items.extend(items);
    }

    /// Whether something of this name was looked at already.
    pub(super) fn names(&self, area: &str, name: &str) -> bool {
        self.items.iter().any(|item| {
            item.area == area && item.data.get("name").and_then(Value::as_str) == Some(name)
        })
    }

    #[cfg(test)]
    pub(super) fn items(&self) -> &[Item] {
        &self.items
    }

    fn count(&self, level: Level) -> usize {
        self.items.iter().filter(|item| item.level == level).count()
    }

    /// Writes it; an error if something is to be done.
    pub(super) fn write(&self, output: Output) -> Result<(), Failure> {
        match output.is_json() {
            true => output.json(&self.document())?,
            false => self.write_lines(output)?,
        }
        match self.count(Level::Finding) {
            0 => Ok(()),
            _ => Err(Failure::told(Exit::Finding)),
        }
    }

    fn document(&self) -> Value {
        let item = |item: &Item| {
            let mut document = json!({
                "level": match item.level {
                    Level::Good => "good",
                    Level::Note => "note",
                    Level::Finding => "finding",
                },
                "area": item.area,
                "message": item.text,
            });
            if let Some(advice) = &item.advice {
                document["advice"] = json!(advice);
            }
            if !item.data.is_empty() {
                document["data"] = item.data.clone().into();
            }
            document
        };
        json!({
            "well": self.count(Level::Finding) == 0,
            "findings": self.count(Level::Finding),
            "items": self.items.iter().map(item).collect::<Vec<_>>(),
        })
    }

    fn write_lines(&self, output: Output) -> Result<(), Failure> {
        let mut area = "";
        for item in &self.items {
            if item.area != area {
                area = item.area;
                output.line(format_args!("{NAME}{area}{NAME:#}"))?;
            }
            let (mark, style) = match item.level {
                Level::Good => ("ok  ", GOOD),
                Level::Note => ("note", WARN),
                Level::Finding => ("BAD ", BAD),
            };
            let text = text::line(&item.text);
            output.line(format_args!("  {style}{mark}{style:#} {text}"))?;
            if let Some(advice) = &item.advice {
                let advice = text::line(advice);
                output.line(format_args!("       {FAINT}do:{FAINT:#} {advice}"))?;
            }
        }
        let (findings, notes) = (self.count(Level::Finding), self.count(Level::Note));
        let plural = |count: usize| if count == 1 { "" } else { "s" };
        output.line("")?;
        output.line(match findings {
            0 => format!("{GOOD}well{GOOD:#}: {notes} note{}", plural(notes)),
            _ => format!(
                "{BAD}{findings} finding{}{BAD:#}, {notes} note{}",
                plural(findings),
                plural(notes)
            ),
        })
    }
}
