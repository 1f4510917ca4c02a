//! How what a server serves differs from what a client knows.

#[cfg(test)]
mod tests;

use std::fmt;

use super::Description;
use crate::contract::{Change, Contract, Effect, Fingerprint, Report, Verdict, compare};
use crate::error::shortened;
use crate::{Error, ErrorKind, Version};

/// How the contract of a server differs from that of a client; see
/// [`Proxy::contract_difference`](crate::Proxy::contract_difference). Written out it is one line
/// that names each method.
///
/// The changes are those of [`compare`], from the lower version to the higher, whichever side has
/// it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ContractDifference {
    /// The server.
    pub server: String,
    /// The version that the client knows.
    pub known: Version,
    /// What the server serves; none if it has no API in the client's namespace.
    pub served: Option<Contract>,
    /// What changed between the two; none if the server does not serve the API.
    pub report: Option<Report>,
}

impl ContractDifference {
    /// How what a server serves in `namespace` differs from `known`; none if it does not.
    pub(crate) fn between(
        known: &Contract,
        namespace: Option<&str>,
        description: &Description,
    ) -> Result<Option<Self>, Error> {
        let server = description.server.clone();
        let absent = Self { server, known: known.version, served: None, report: None };
        let Some(api) = description.meant(known, namespace) else {
            return Ok(Some(absent));
        };
        let served = &api.contract;
        if Fingerprint::of(known).agrees(Fingerprint::of(served).as_str()) {
            return Ok(None);
        }
        check_size(&absent.server, served)?;
        let report = match is_newer(served.version, known.version) {
            true => compare(known, served),
            false => compare(served, known),
        };
        Ok(Some(Self { served: Some(served.clone()), report: Some(report), ..absent }))
    }

    /// Whether the server's is the newer of the two.
    #[must_use]
    pub fn is_server_newer(&self) -> bool {
        self.served.as_ref().is_none_or(|served| is_newer(served.version, self.known))
    }

    /// Each change, and what it means for this client with this server.
    pub fn changes(&self) -> impl Iterator<Item = (&Change, &Effect)> {
        let newer = self.is_server_newer();
        let changes = self.report.iter().flat_map(|report| &report.changes);
        changes.map(move |change| {
            (change, if newer { &change.old_client } else { &change.new_client })
        })
    }

    /// The names of the methods that differ, each once.
    #[must_use]
    pub fn methods(&self) -> Vec<&str> {
        let mut methods: Vec<_> =
            self.changes().filter_map(|(change, _)| change.method.as_deref()).collect();
        methods.sort_unstable();
        methods.dedup();
        methods
    }

    /// Whether this client and this server understand each other, by the worst of the changes.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        if self.served.is_none() {
            return Verdict::Breaks;
        }
        self.changes().map(|(_, effect)| effect.verdict).max().unwrap_or(Verdict::Works)
    }
}

/// Of two that are the same the server's counts as the newer, since clients are upgraded last.
fn is_newer(served: Version, known: Version) -> bool {
    served >= known
}

/// The most that is compared of each: a server may send any number, and comparing is not linear in
/// it.
const MOST: [(&str, usize); 4] =
    [("methods", 1000), ("parameters", 10_000), ("types", 2000), ("nodes of schemas", 100_000)];

fn check_size(server: &str, served: &Contract) -> Result<(), Error> {
    let params = served.methods.iter().map(|method| method.params.len()).sum();
    let counts = [served.methods.len(), params, served.types.len(), served.nodes()];
    let too_many = MOST.iter().zip(counts).find(|((_, most), count)| count > most);
    let Some(((what, most), count)) = too_many else { return Ok(()) };
    Err(Error::new(
        ErrorKind::Decode,
        format!(
            "server `{}` describes an API of {count} {what}, and no more than {most} are compared; \
             look at `describe()` yourself",
            shortened(server),
        ),
    ))
}

/// How many changes are written out; a server may send any number.
const WRITTEN: usize = 20;

impl fmt::Display for ContractDifference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let server = shortened(&self.server);
        let Some(served) = &self.served else {
            return write!(f, "server `{server}` does not serve this API");
        };
        let (theirs, ours) = (served.version, self.known);
        write!(f, "server `{server}` has version {theirs}, and this client knows {ours}")?;
        if self.changes().next().is_none() {
            return f.write_str("; no method differs");
        }
        match self.is_server_newer() {
            true => f.write_str("; what the server's changes: ")?,
            false => f.write_str("; what this client's changes: ")?,
        }
        for (number, (change, effect)) in self.changes().take(WRITTEN).enumerate() {
            let between = if number == 0 { "" } else { "; " };
            let (place, what) = (clipped(&change.place), clipped(&change.what));
            write!(f, "{between}{place}: {what} ({})", clipped(&effect.to_string()))?;
        }
        match self.changes().count().saturating_sub(WRITTEN) {
            0 => Ok(()),
            more => write!(f, "; and {more} more"),
        }
    }
}

/// The start of a text in which a server's names stand.
fn clipped(text: &str) -> &str {
    text.char_indices().nth(200).map_or(text, |(end, _)| &text[..end])
}
