//! Names that there are not, and what somebody meant who wrote them.

use super::Config;
use super::known::{self, Known, OWN, OWN_OPTIONS, RABBIT, RABBIT_OPTIONS};
use super::sources::Place;
use crate::error::shortened;
use crate::{Error, ErrorKind, TransportUrl};

/// Refuses options of RabbitMQ's group, and of our own, that there are not, wherever they stand. In
/// DEFAULT, which other libraries share, nobody can tell.
pub(super) fn check(config: &Config, url: &TransportUrl) -> Result<(), Error> {
    let sources = &config.sources;
    for (group, options) in [(RABBIT, RABBIT_OPTIONS), (OWN, OWN_OPTIONS)] {
        for (name, place) in sources.names_in(group) {
            let known = options.iter().find(|known| known.is_called(name));
            known.ok_or_else(|| unknown(name, group, &place))?;
        }
        for (name, place) in sources.variables_in(group) {
            // The environment knows no older names, as in oslo.config.
            let known = options.iter().find(|known| known.name == name);
            known.ok_or_else(|| unknown(&name, group, &place))?;
        }
    }
    if url.scheme == "memory"
        && let Some(name) = url.query.keys().find(|name| known::own(name).is_none())
    {
        let name = shortened(name);
        let what = format!(
            "{}: `memory://` takes the options of the group {OWN} alone, and has `{name}`",
            Place::Query
        );
        return Err(Error::new(ErrorKind::Config, what));
    }
    for name in url.query.keys() {
        known::in_query(name).ok_or_else(|| unknown(name, RABBIT, &Place::Query))?;
    }
    for (name, _) in &config.named {
        known::any(name).ok_or_else(|| unknown(name, RABBIT, &Place::Builder))?;
    }
    Ok(())
}

fn unknown(name: &str, group: &str, place: &Place) -> Error {
    let options: &[Known] = if group == OWN { OWN_OPTIONS } else { RABBIT_OPTIONS };
    let names = options.iter().map(|known| known.name);
    let advice = match nearest(name, names) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "the page `configuration` of this library's documentation lists those there are"
            .to_owned(),
    };
    let name = shortened(name);
    let what = format!("{place}: option `{name}` is none of the group {group}; {advice}");
    Error::new(ErrorKind::Config, what)
}

/// The name that differs least from `wrong`, if one is near enough to be meant.
fn nearest<'a>(wrong: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // A name from outside may be of any length; no option is called anything so long.
    if wrong.len() > 80 {
        return None;
    }
    let wrong = wrong.to_ascii_lowercase();
    names
        .into_iter()
        .map(|name| (distance(&wrong, name), name))
        .filter(|(distance, name)| *distance <= name.len() / 3)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// How many bytes have to be put in, taken out or replaced.
fn distance(from: &str, to: &str) -> usize {
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (above, from) in from.bytes().enumerate() {
        // What stood left above, which is overwritten as the row goes on.
        let mut corner = above;
        let mut left = above + 1;
        let mut next = vec![left];
        for (to, above) in to.bytes().zip(row.iter().skip(1).copied()) {
            left = (corner + usize::from(from != to)).min(above + 1).min(left + 1);
            corner = above;
            next.push(left);
        }
        row = next;
    }
    row.last().copied().unwrap_or(from.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_told_from_another_word() {
        let names = ["rabbit_quorum_queue", "rabbit_ha_queues", "ssl"];
        assert_eq!(nearest("rabbit_quroum_queue", names), Some("rabbit_quorum_queue"));
        assert_eq!(nearest("RABBIT_HA_QUEUE", names), Some("rabbit_ha_queues"));
        assert_eq!(nearest("sssl", names), Some("ssl"));
        assert_eq!(nearest("rabbit_password", names), None);
        assert_eq!(
            (distance("kitten", "sitting"), distance("", "abc"), distance("ab", "")),
            (3, 3, 2)
        );
    }
}
