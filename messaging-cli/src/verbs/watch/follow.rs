//! Where the copies come from, for as long as somebody watches.
//!
//! The broker's tracing gives copies of all that is sent, and changes nothing for anybody. Where it
//! is off, a private queue is bound as those of the servers are. Such a binding takes a message that
//! nobody else takes, and whoever sent it would not be told that nobody does; so there is one only
//! where a server's own queue takes the message as well.

use std::sync::Arc;
use std::time::Duration;

use messaging::driver::operator::{Operator, Sighting, Spying};
use messaging::{Config, Error, ErrorKind, runtime};
use tokio::sync::mpsc;
use tokio::time::{MissedTickBehavior, interval, sleep};

use super::Through;
use super::copies::Copies;
use super::tracing::{Tracing, is_own};

/// How long one question to the broker may take.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);
/// How often the queues of the servers are looked at.
const LOOK: Duration = Duration::from_secs(1);
/// Every how many looks the tracing is tried.
const TRIES: u32 = 5;
/// The pauses between attempts to connect again.
const PAUSES: [u64; 4] = [1, 2, 4, 8];
/// How many copies the broker keeps while we write slower than they come; the oldest are dropped.
const KEPT: u32 = 10_000;
/// How many bytes of them.
const KEPT_BYTES: u32 = 64 << 20;
/// How many copies are on their way to us at once.
const PREFETCH: u16 = 16;

/// What is watched.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    pub(super) config: Config,
    pub(super) topic: String,
    /// Servers that are known by name.
    pub(super) servers: Vec<String>,
    /// Whether a server that is not known by name is watched as well.
    pub(super) any_server: bool,
    pub(super) through: Through,
    /// Whether replies are wanted, where they can be had.
    pub(super) replies: bool,
}

/// What is told of the copies.
#[derive(Debug)]
pub(super) enum News {
    /// From now on there are copies.
    Begun {
        /// Whether they come of the broker's tracing.
        traced: bool,
        /// Where from.
        host: String,
        exchange: String,
        /// Why not of the tracing, if it was wanted.
        why: Option<String>,
    },
    Seen(Box<Sighting>),
    /// Some were dropped, because we are slower than they come.
    Behind,
    /// The broker is away, or its tracing; it goes on by itself.
    Lost(Error),
    /// It does not go on.
    Failed(Error),
}

/// Tells of the copies until nobody listens. The first connection is tried once.
pub(super) async fn follow(plan: Plan, tell: mpsc::Sender<News>) {
    let mut attempts = 0;
    let mut was_connected = false;
    loop {
        let mut began = false;
        let error = match over_a_connection(&plan, &tell, &mut began).await {
            Ok(()) => return,
            Err(error) => error,
        };
        was_connected |= began;
        if began {
            attempts = 0;
        }
        let is_final = !was_connected || !may_pass(error.kind());
        let news = if is_final { News::Failed(error) } else { News::Lost(error) };
        let tells = attempts == 0 || is_final;
        if (tells && tell.send(news).await.is_err()) || is_final {
            return;
        }
        let pause = PAUSES.get(attempts).or(PAUSES.last()).copied().unwrap_or(1);
        attempts += 1;
        tokio::select! {
            () = sleep(Duration::from_secs(pause)) => (),
            () = tell.closed() => return,
        }
    }
}

/// Whether it can be otherwise next time by itself. A broker that is starting refuses a login or a
/// virtual host for a moment.
fn may_pass(kind: ErrorKind) -> bool {
    !matches!(kind, ErrorKind::Config | ErrorKind::Target)
}

/// From the begin of a connection to its end; without an error when nobody listens any more.
async fn over_a_connection(
    plan: &Plan,
    tell: &mpsc::Sender<News>,
    began: &mut bool,
) -> Result<(), Error> {
    let runtime = runtime::current()?;
    let operator = Operator::connect(&plan.config, Arc::clone(&runtime)).await?;
    let spying = Spying {
        prefix: "watch_".to_owned(),
        prefetch: PREFETCH,
        most: KEPT,
        most_bytes: KEPT_BYTES,
    };
    let mut spy = operator.spy(&spying, PATIENCE).await?;
    // Whoever has sent anything is held up when the broker is short of memory: the one that looks on
    // is not the one that tries the tracing.
    let (mut tracing, mut why) = (None, None);
    if plan.through != Through::Copies {
        let prober = Operator::connect(&plan.config, runtime).await?;
        match Tracing::find(prober, &mut spy, plan, operator.control_exchange()).await? {
            Ok(found) => tracing = Some(found),
            Err(missing) if plan.through == Through::Trace => {
                return Err(Error::new(ErrorKind::Config, missing));
            }
            Err(missing) => why = Some(missing),
        }
    }
    let exchange = operator.control_exchange().to_owned();
    let mut copies = Copies::new(plan, &exchange);
    if tracing.is_none() {
        copies.keep(&operator, &spy).await?;
    }
    *began = true;
    let begun = News::Begun { traced: tracing.is_some(), host: operator.host(), exchange, why };
    if tell.send(begun).await.is_err() {
        return Ok(());
    }
    let mut looks = interval(LOOK);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (mut count, mut was_behind) = (0_u32, false);
    loop {
        tokio::select! {
            seen = spy.next() => {
                let seen = seen?;
                match &mut tracing {
                    Some(tracing) if is_own(&seen, spy.name()) => {
                        tracing.tried(&seen, &spy).await?;
                    }
                    _ if tell.send(News::Seen(Box::new(seen))).await.is_err() => return Ok(()),
                    _ => {}
                }
            }
            _ = looks.tick() => {
                count += 1;
                let waiting = spy.waiting(PATIENCE).await?;
                let is_behind = waiting >= u64::from(KEPT) * 9 / 10;
                if is_behind && !was_behind && tell.send(News::Behind).await.is_err() {
                    return Ok(());
                }
                was_behind = is_behind;
                match &mut tracing {
                    None => copies.keep(&operator, &spy).await?,
                    // Behind much that waits it would be told late.
                    Some(tracing) if count % TRIES == 0 && waiting == 0 => {
                        tracing.attempt(&spy).await?;
                    }
                    Some(_) => {}
                }
            }
            () = tell.closed() => return Ok(()),
        }
    }
}
