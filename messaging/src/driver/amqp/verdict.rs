//! What became of a message, for whoever may send it again.

use std::sync::Arc;
use std::time::Duration;

use super::connection::Connection;
use super::failure;
use super::fate::Fate;
use super::fault::{Fault, Refusal};
use super::routes::Route;
use crate::driver::Address;
use crate::{Error, ErrorKind};

/// How one try to publish failed.
pub(super) enum Failed {
    /// The broker does not have the message, and another try may help.
    NotTaken(Error),
    /// The broker does not have it, because the exchange is gone.
    NoExchange(Error),
    /// Another try would not help, or might make a second copy.
    ForGood(Error),
}

/// What a fate says of the message, to whoever may try again.
pub(super) fn verdict(
    fate: Fate,
    to: &Address,
    route: &Route,
    connection: &Arc<Connection>,
    within: Duration,
) -> Result<(), Failed> {
    Err(match fate {
        Fate::Confirmed => return Ok(()),
        Fate::Unroutable => Failed::ForGood(unroutable(to, route)),
        Fate::NotTaken => Failed::NotTaken(Error::new(
            ErrorKind::Connection,
            format!(
                "the broker did not take a message to {to} (basic.nack), as a quorum queue does \
                 without a majority of its nodes; its log says why"
            ),
        )),
        Fate::NotWritten(fault) => not_written(to, connection, fault),
        // It may stand in a buffer, and be written when the broker reads again.
        Fate::Late => Failed::ForGood(not_confirmed(to, connection, Fault::Silence(within))),
        Fate::Lost { fault, alone } => match fault.refusal() {
            Some(Refusal::NotFound) if alone => Failed::NoExchange(failure::publishing(to, fault)),
            // A broker that failed may have it, and so may one that was lost, or that closed the
            // channel over another message.
            Some(Refusal::Internal) | None => Failed::ForGood(not_confirmed(to, connection, fault)),
            Some(_) if alone => Failed::ForGood(failure::publishing(to, fault)),
            Some(_) => Failed::ForGood(not_confirmed(to, connection, fault)),
        },
    })
}

/// Of an error that came before anything was published.
pub(super) fn may_retry(error: Error) -> Failed {
    match error.kind() {
        ErrorKind::Connection => Failed::NotTaken(error),
        _ => Failed::ForGood(error),
    }
}

fn not_written(to: &Address, connection: &Arc<Connection>, fault: Fault) -> Failed {
    let fault = connection.explain(fault);
    match fault.refusal() {
        Some(Refusal::Internal) | None => Failed::NotTaken(failure::publishing(to, fault)),
        // It stood in line when the channel was closed over another.
        Some(Refusal::NotFound) => Failed::NoExchange(failure::publishing(to, fault)),
        Some(Refusal::Precondition) if !fault.words().contains("user_id") => {
            Failed::NotTaken(failure::publishing(to, fault))
        }
        Some(_) => Failed::ForGood(failure::publishing(to, fault)),
    }
}

fn not_confirmed(to: &Address, connection: &Arc<Connection>, fault: Fault) -> Error {
    let fault = connection.explain(fault);
    let text = format!(
        "{connection} did not confirm a message to {to}: {}{}; it may have it: {}",
        fault.words(),
        connection.hint(),
        ErrorKind::NotConfirmed.next_step(),
    );
    fault.into_error(ErrorKind::NotConfirmed, text)
}

fn unroutable(to: &Address, route: &Route) -> Error {
    let exchange = route.exchange.as_ref().map_or("", |exchange| exchange.name.as_str());
    let advice = match to {
        Address::Reply { .. } => "the client that waited there is gone",
        _ => "is a server of this topic running, on this exchange and virtual host?",
    };
    Error::new(
        ErrorKind::Unroutable,
        format!(
            "no queue takes messages for {to} (exchange `{exchange}`, routing key `{}`); {advice}",
            route.key
        ),
    )
}
