//! Texts become values as oslo.config's types do it.

use std::borrow::Cow;

use super::known::Kind;

impl Kind {
    /// The text as Rust reads it, or what was expected of it.
    pub(crate) fn read(self, text: &str) -> Result<Cow<'_, str>, String> {
        match self {
            Self::Text => Ok(Cow::Borrowed(text)),
            Self::Bool => match boolean(text) {
                Some(true) => Ok(Cow::Borrowed("true")),
                Some(false) => Ok(Cow::Borrowed("false")),
                None => Err("true or false".to_owned()),
            },
            Self::Int { min } => {
                let number = integer(text).filter(|number| min.is_none_or(|min| *number >= min));
                number.map(|number| Cow::Owned(number.to_string())).ok_or_else(|| match min {
                    None => "a whole number".to_owned(),
                    Some(min) => format!("a whole number of at least {min}"),
                })
            }
            Self::Float { min, max } => {
                let fits = |number: &f64| *number >= min && max.is_none_or(|max| *number <= max);
                let number = digits(text).and_then(|text| text.parse::<f64>().ok()).filter(fits);
                number.map(|number| Cow::Owned(number.to_string())).ok_or_else(|| match max {
                    None => format!("a number of at least {min}"),
                    Some(max) => format!("a number from {min} to {max}"),
                })
            }
        }
    }
}

/// The words for yes and no that oslo.config knows.
pub(crate) fn boolean(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" | "on" => Some(true),
        "false" | "0" | "no" | "off" => Some(false),
        _ => None,
    }
}

pub(crate) fn integer(text: &str) -> Option<i64> {
    digits(text)?.parse().ok()
}

/// Without the blanks around and the underscores between digits that Python allows.
fn digits(text: &str) -> Option<String> {
    let text = text.trim();
    let misplaced = |at: usize| {
        let digit_at = |at: Option<usize>| {
            at.and_then(|at| text.as_bytes().get(at)).is_some_and(u8::is_ascii_digit)
        };
        !digit_at(at.checked_sub(1)) || !digit_at(at.checked_add(1))
    };
    if text.match_indices('_').any(|(at, _)| misplaced(at)) {
        return None;
    }
    Some(text.replace('_', ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What oslo.config 10.7 makes of them.
    #[test]
    fn numbers_are_those_of_python() {
        let int = |text| integer(text);
        assert_eq!([int("+5"), int(" -5 "), int("1_000"), int("007")], [5, -5, 1000, 7].map(Some));
        assert!(
            ["", "1.0", "0x10", "_1", "1_", "1__0", "- 5"].iter().all(|text| int(text).is_none())
        );
        let float = Kind::Float { min: 0.0, max: Some(4.5) };
        assert_eq!(float.read("1e0").unwrap(), "1");
        assert_eq!(float.read("4.6").unwrap_err(), "a number from 0 to 4.5");
        assert!(float.read("nan").is_err());
        assert_eq!(Kind::Bool.read("oN").unwrap(), "true");
        assert_eq!(
            Kind::Int { min: Some(1) }.read("0").unwrap_err(),
            "a whole number of at least 1"
        );
    }
}
