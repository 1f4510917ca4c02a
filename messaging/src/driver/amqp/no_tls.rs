//! TLS, in a build without it.

use std::io;

use super::operator::Sealed;
use super::peer::Peer;
use crate::runtime::{Runtime, Socket};
use crate::{Error, ErrorKind, RabbitOptions};

/// There is none.
pub(super) enum Tls {}

impl Tls {
    #[allow(clippy::unused_async)] // as its counterpart
    pub(super) async fn of(
        options: &RabbitOptions,
        _: &dyn Runtime,
    ) -> Result<Option<Self>, Error> {
        match options.ssl {
            false => Ok(None),
            true => Err(Error::new(
                ErrorKind::Config,
                "option `ssl` asks for TLS, and this build has none; switch the feature `tls` on",
            )),
        }
    }

    #[allow(clippy::unused_async)] // as its counterpart
    pub(super) async fn over(&self, _: Box<dyn Socket>, _: &Peer) -> io::Result<Box<dyn Socket>> {
        match *self {}
    }

    #[allow(clippy::unused_async)] // as its counterpart
    pub(super) async fn seal(
        &self,
        _: Box<dyn Socket>,
        _: &Peer,
    ) -> io::Result<(Box<dyn Socket>, Sealed)> {
        match *self {}
    }
}
