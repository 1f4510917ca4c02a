//! A driver over the one in memory, between which and the broker everything happens that happens
//! on a network, as the weather has it.

mod inbox;
mod letter;
mod link;
mod mail;
mod receipt;
mod server;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use messaging::driver::{Address, Consumer, Driver, Inbox, Listen, Look, OpenInbox, Publish};
use messaging::{Error, ErrorKind};
use tokio::sync::oneshot;

use self::letter::Letter;
pub(crate) use self::link::Link;
use crate::ledger::op_in;
use crate::weather::Fault;
use crate::world::{World, within};

/// The driver of one process.
pub(crate) struct Chaos {
    world: Arc<World>,
    link: Arc<Link>,
    inner: Arc<dyn Driver>,
}

impl Chaos {
    pub(crate) fn new(world: &Arc<World>, link: &Arc<Link>, inner: Arc<dyn Driver>) -> Self {
        Self { world: Arc::clone(world), link: Arc::clone(link), inner }
    }

    async fn hand_over(&self, publish: &Publish<'_>) -> Result<(), Error> {
        let world = &self.world;
        let since = world.now();
        let until = since + publish.within;
        if publish.retries == Some(0) && !self.link.is_up() {
            return Err(told(ErrorKind::Connection));
        }
        let not_sent = || Err(told(ErrorKind::NotSent));
        let Some(generation) = within(world, publish.within, self.link.takes()).await else {
            return not_sent();
        };
        for (fault, kind) in [
            (Fault::NoConnection, ErrorKind::Connection),
            (Fault::Refused, ErrorKind::Refused),
            (Fault::Returned, ErrorKind::Unroutable),
        ] {
            if world.strikes(fault) {
                world.sleep(world.latency().min(until.saturating_sub(world.now()))).await;
                return Err(told(kind));
            }
        }
        if world.strikes(Fault::NotTaken) {
            world.sleep(until.saturating_sub(world.now())).await;
            return not_sent();
        }
        // Written: from here on it is on its way, whether or not anybody waits for it.
        let (confirm, confirmed) = oneshot::channel();
        Letter::write(self, publish, since, generation).send(confirm);
        let answer = async {
            match confirmed.await {
                Ok(answer) => answer,
                Err(_) => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            answer = answer => answer,
            () = self.link.lost(generation) => Err(told(ErrorKind::NotConfirmed)),
            () = world.sleep(until.saturating_sub(world.now())) => {
                Err(told(ErrorKind::NotConfirmed))
            }
        }
    }
}

/// An error as a driver gives it.
fn told(kind: ErrorKind) -> Error {
    Error::new(kind, "as the storm wants it")
}

#[async_trait]
impl Driver for Chaos {
    fn name(&self) -> &'static str {
        "chaos"
    }

    async fn publish(&self, publish: Publish<'_>) -> Result<(), Error> {
        let result = self.hand_over(&publish).await;
        if let Err(error) = &result {
            let op = op_in(publish.body);
            let kind = error.kind();
            self.world.ledger.note(|| {
                let (name, to) = (&self.link.name, publish.address);
                format!("{name} is told {kind:?} of op {op:?} to {to}")
            });
            self.world.ledger.about(op, |op| _ = op.told.insert(name_of(kind)));
        }
        result
    }

    async fn listen(&self, listen: Listen) -> Result<Box<dyn Consumer>, Error> {
        let up = within(&self.world, listen.within, self.link.up()).await;
        if up.is_none() || self.world.strikes(Fault::NoConnection) {
            return Err(told(ErrorKind::Connection));
        }
        let consumer = self.inner.listen(listen.clone()).await?;
        Ok(Box::new(server::ServerConsumer::over(self, listen, consumer)))
    }

    async fn open_inbox(&self, opening: OpenInbox) -> Result<Inbox, Error> {
        let patience = match opening.retries {
            Some(0) => Duration::ZERO,
            _ => opening.within,
        };
        let up = within(&self.world, patience, self.link.up()).await;
        if up.is_none() || self.world.strikes(Fault::NoConnection) {
            return Err(told(ErrorKind::Connection));
        }
        let Inbox { queue, consumer } = self.inner.open_inbox(opening).await?;
        self.world.declared(&queue);
        self.link.opened_inbox();
        let consumer = inbox::InboxConsumer::over(self, queue.clone(), consumer);
        Ok(Inbox { queue, consumer: Box::new(consumer) })
    }

    async fn look(&self, address: &Address, allowed: Duration) -> Result<Look, Error> {
        let looking = async {
            self.link.up().await;
            self.world.sleep(self.world.latency()).await;
            self.inner.look(address, allowed).await
        };
        let looked = within(&self.world, allowed, looking).await;
        looked.unwrap_or_else(|| Err(told(ErrorKind::Connection)))
    }

    async fn close(&self, within: Duration) {
        self.link.close();
        self.inner.close(within).await;
    }
}

/// The kind of an error by its name, as the ledger keeps it.
pub(crate) fn name_of(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::NotSent => "NotSent",
        ErrorKind::NotConfirmed => "NotConfirmed",
        ErrorKind::Connection => "Connection",
        ErrorKind::Refused => "Refused",
        ErrorKind::Unroutable => "Unroutable",
        ErrorKind::Closed => "Closed",
        _ => "another",
    }
}

impl fmt::Debug for Chaos {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Chaos").field("link", &self.link.name).finish_non_exhaustive()
    }
}
