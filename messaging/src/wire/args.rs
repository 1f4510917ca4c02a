//! Named arguments.

use std::ops::Range;

use serde::de::Error as _;
use serde_json::Error;

use super::bounds;
use super::json::for_each_field;
use super::part::{Part, place};

/// Named arguments, each as the JSON that was sent, in the message in which they came; of several
/// with one name the last, as JSON readers have it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Args {
    message: String,
    /// In the order of their names.
    fields: Vec<Field>,
}

#[derive(Clone, Debug)]
pub(super) struct Field {
    name: Part,
    value: Range<usize>,
}

impl Args {
    /// The fields of an object that stands in `message`, each unread.
    ///
    /// # Errors
    ///
    /// If it is no object, or has too much in it.
    pub(super) fn fields(message: &str, object: &str) -> Result<Vec<Field>, Error> {
        let mut fields = Vec::new();
        for_each_field(object, |name, value| {
            bounds::named(name)?;
            let value = place(message, value);
            match find(message, &fields, name) {
                Ok(known) => {
                    if let Some(field) = fields.get_mut(known) {
                        field.value = value;
                    }
                }
                Err(_) if fields.len() == bounds::NAMED => {
                    let most = bounds::NAMED;
                    return Err(Error::custom(format_args!("more than {most} arguments")));
                }
                Err(at) => {
                    fields.insert(at, Field { name: Part::of(message, name.clone()), value })
                }
            }
            Ok(())
        })?;
        Ok(fields)
    }

    pub(super) fn new(message: String, fields: Vec<Field>) -> Self {
        Self { message, fields }
    }

    /// The text of a part of the message in which they came.
    pub(crate) fn part<'m>(&'m self, part: &'m Part) -> &'m str {
        part.text(&self.message)
    }

    /// The argument of this name.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let found = find(&self.message, &self.fields, name).ok()?;
        self.fields.get(found).map(|field| self.value(field))
    }

    /// Takes one out; whether it was there.
    pub(crate) fn remove(&mut self, name: &str) -> bool {
        let found = find(&self.message, &self.fields, name);
        found.is_ok_and(|found| {
            self.fields.remove(found);
            true
        })
    }

    /// Adds one that is not there.
    pub(crate) fn fill_in(&mut self, name: &str, json: &str) {
        if let Err(at) = find(&self.message, &self.fields, name) {
            let begin = self.message.len();
            self.message.push_str(json);
            let value = begin..self.message.len();
            self.fields.insert(at, Field { name: Part::Own(name.into()), value });
        }
    }

    /// Each name with its value, in the order of the names.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.fields.iter().map(|field| (field.name.text(&self.message), self.value(field)))
    }

    /// All of them, as one object.
    pub(crate) fn object(&self) -> String {
        let mut object = String::from("{");
        for (name, value) in self.iter() {
            if object.len() > 1 {
                object.push(',');
            }
            object.push_str(&serde_json::Value::from(name).to_string());
            object.push(':');
            object.push_str(value);
        }
        object.push('}');
        object
    }

    #[cfg(any(test, fuzzing))]
    pub(super) fn len(&self) -> usize {
        self.fields.len()
    }

    fn value(&self, field: &Field) -> &str {
        self.message.get(field.value.clone()).unwrap_or_default()
    }
}

/// Where the field of this name is, or would be.
fn find(message: &str, fields: &[Field], name: &str) -> Result<usize, usize> {
    fields.binary_search_by(|field| field.name.text(message).cmp(name))
}
