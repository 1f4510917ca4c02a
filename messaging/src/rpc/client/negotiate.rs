//! The highest version that all servers speak, found by asking them.

use std::fmt;
use std::future::IntoFuture;
use std::marker::PhantomData;
use std::ops::Deref;
use std::time::Duration;

use futures_util::future::BoxFuture;

use super::core::ClientCore;
use super::poll::{Poll, Said};
use super::{Prepare, Proxy};
use crate::{AnyVersion, Error, ErrorKind, Version};

/// How long servers are given to answer, unless told otherwise.
const WINDOW: Duration = Duration::from_secs(2);

/// How often it is begun again because servers came or went meanwhile.
const ATTEMPTS: usize = 3;

/// Asks the servers which versions they speak; made by [`Proxy::negotiate`], and sent when it is
/// awaited.
#[must_use = "servers are asked when it is awaited"]
pub struct Negotiate<C> {
    core: ClientCore,
    window: Duration,
    _client: PhantomData<fn() -> C>,
}

/// A client pinned to a version that all servers speak, and what was found. It is used as the
/// client that it holds.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Negotiated<C> {
    /// The client.
    pub client: C,
    /// The version that it is pinned to.
    pub version: Version,
    /// The servers that answered, each by its name; none for one in Python, which does not say.
    pub servers: Vec<Option<String>>,
}

impl<C> Negotiate<C> {
    pub(super) fn new(core: &ClientCore) -> Self {
        Self { core: core.clone(), window: WINDOW, _client: PhantomData }
    }

    /// How long servers are given to answer. The default is 2 s. The first question takes all of
    /// it, since it is not known how many servers there are; later ones end when as many have
    /// answered.
    pub fn window(mut self, window: Duration) -> Self {
        self.window = window;
        self
    }
}

impl<C: Proxy> Negotiate<C> {
    async fn ask(self) -> Result<Negotiated<C::At<AnyVersion>>, Error> {
        let poll = Poll { core: &self.core, api: C::API, window: self.window };
        for _ in 0..ATTEMPTS {
            if let Some((version, servers)) = agreed(&poll, self.highest()).await? {
                let client = Prepare::<C>::new(&self.core).version(version).build()?;
                return Ok(Negotiated { client, version, servers });
            }
        }
        Err(Error::new(
            ErrorKind::Timeout,
            format!(
                "{}: other servers answered each time, {ATTEMPTS} times over; negotiate again when \
                 no server starts or stops, or give slow ones more time with `.window(..)`",
                poll.place()
            ),
        ))
    }

    /// The highest version that this client may be pinned to.
    fn highest(&self) -> Version {
        let own = C::API.version;
        match self.core.settings().limit() {
            Some(limit) if limit.minor < own.minor => Version::new(own.major, limit.minor),
            _ => own,
        }
    }
}

/// The highest version up to `highest` that all servers speak, and which servers those are; none if
/// they changed while they were asked. What they speak has no gaps, so the search halves it.
async fn agreed(
    poll: &Poll<'_>,
    highest: Version,
) -> Result<Option<(Version, Vec<Option<String>>)>, Error> {
    let Said { servers, mut refused } = poll.ask(highest, None).await?;
    if servers.is_empty() {
        return Err(poll.nobody());
    }
    if refused.is_empty() {
        return Ok(Some((highest, servers)));
    }
    let (mut low, mut high) = (0, highest.minor);
    while low < high {
        let middle = low + (high - low) / 2;
        let said = poll.ask(Version::new(highest.major, middle), Some(&servers)).await?;
        if !said.refused.is_empty() {
            refused = said.refused;
            high = middle;
        } else if said.servers == servers {
            low = middle + 1;
        } else {
            return Ok(None);
        }
    }
    // All below `low` is spoken by all.
    match low.checked_sub(1) {
        Some(minor) => Ok(Some((Version::new(highest.major, minor), servers))),
        None => Err(poll.no_common_version(highest, &refused, servers.len())),
    }
}

impl<C: Proxy + 'static> IntoFuture for Negotiate<C> {
    type Output = Result<Negotiated<C::At<AnyVersion>>, Error>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.ask())
    }
}

impl<C> Negotiated<C> {
    /// The client alone.
    pub fn into_client(self) -> C {
        self.client
    }
}

impl<C> Deref for Negotiated<C> {
    type Target = C;

    fn deref(&self) -> &C {
        &self.client
    }
}

impl<C> fmt::Debug for Negotiate<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Negotiate")
            .field("client", &self.core)
            .field("window", &self.window)
            .finish()
    }
}
