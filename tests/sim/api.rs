//! What the servers serve: methods that do as each request tells them, and write it down.

use std::sync::Arc;
use std::time::Duration;

use messaging::{Context, RemoteError, rpc_api};
use serde::{Deserialize, Serialize};

use crate::chaos::Link;
use crate::ledger::{Kind, LifeId, OpId, Outcome, Pending, RunEnd, name_of, op_in};
use crate::world::World;

/// What a handler is to do.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Plan {
    /// For how long it runs.
    pub(crate) millis: u64,
    pub(crate) end: PlannedEnd,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum PlannedEnd {
    Return,
    Fail,
    Panic,
}

impl Plan {
    /// A cast has nobody to tell that it failed.
    fn of_a_cast(self) -> Self {
        match self.end {
            PlannedEnd::Fail => Self { end: PlannedEnd::Return, ..self },
            PlannedEnd::Return | PlannedEnd::Panic => self,
        }
    }
}

/// Which run of which operation answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Done {
    pub(crate) op: String,
    pub(crate) run: usize,
    pub(crate) server: String,
}

#[derive(Clone, Debug, PartialEq, RemoteError)]
pub(crate) enum Refusal {
    Planned {
        op: String,
        run: usize,
    },
    /// What a relay was told.
    Inner {
        op: String,
        run: usize,
    },
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self:?}")
    }
}

/// `op` names the operation in the ledger.
#[rpc_api(topic = "sim", version = "1.0")]
pub(crate) trait Sim {
    /// At most once.
    async fn once(&self, ctx: &Context, op: String, plan: Plan) -> Result<Done, Refusal>;

    /// At least once.
    #[rpc(idempotent)]
    async fn again(&self, ctx: &Context, op: String, plan: Plan) -> Result<Done, Refusal>;

    /// At most once, and to its end, whoever waits for it.
    #[rpc(no_cancel)]
    async fn keep(&self, ctx: &Context, op: String, plan: Plan) -> Result<Done, Refusal>;

    /// Nobody is told; at most once.
    #[rpc(cast)]
    async fn tell(&self, ctx: &Context, op: String, plan: Plan);

    /// Nobody is told; at least once.
    #[rpc(cast, idempotent)]
    async fn tell_again(&self, ctx: &Context, op: String, plan: Plan);

    /// Calls `once` within the time of its own caller.
    async fn relay(&self, ctx: &Context, op: String, plan: Plan) -> Result<Done, Refusal>;
}

/// One life of a server.
pub(crate) struct Host {
    pub(crate) world: Arc<World>,
    pub(crate) life: LifeId,
    pub(crate) name: String,
    pub(crate) link: Arc<Link>,
    /// Over the transport of the server itself.
    pub(crate) client: SimClient,
}

impl Host {
    async fn run(&self, op: &str, method: &'static str, plan: Plan) -> Result<Done, Refusal> {
        let run = Running::begin(self, op, method);
        self.world.clock.sleep(Duration::from_millis(plan.millis)).await;
        let index = run.index;
        match plan.end {
            PlannedEnd::Return => {
                run.end(RunEnd::Returned);
                Ok(Done { op: op.to_owned(), run: index, server: self.name.clone() })
            }
            PlannedEnd::Fail => {
                run.end(RunEnd::Failed);
                Err(Refusal::Planned { op: op.to_owned(), run: index })
            }
            PlannedEnd::Panic => {
                run.end(RunEnd::Panicked);
                // Not `panic!`, which would tell the terminal of each of thousands.
                std::panic::resume_unwind(Box::new("as the request wants it"));
            }
        }
    }
}

impl Sim for Host {
    async fn once(&self, _: &Context, op: String, plan: Plan) -> Result<Done, Refusal> {
        self.run(&op, "once", plan).await
    }

    async fn again(&self, _: &Context, op: String, plan: Plan) -> Result<Done, Refusal> {
        self.run(&op, "again", plan).await
    }

    async fn keep(&self, _: &Context, op: String, plan: Plan) -> Result<Done, Refusal> {
        self.run(&op, "keep", plan).await
    }

    async fn tell(&self, _: &Context, op: String, plan: Plan) {
        let _ = self.run(&op, "tell", plan.of_a_cast()).await;
    }

    async fn tell_again(&self, _: &Context, op: String, plan: Plan) {
        let _ = self.run(&op, "tell_again", plan.of_a_cast()).await;
    }

    async fn relay(&self, ctx: &Context, op: String, plan: Plan) -> Result<Done, Refusal> {
        let run = Running::begin(self, &op, "relay");
        let ledger = &self.world.ledger;
        let within = ctx.remaining().unwrap_or_default();
        let inner = Pending::enter(ledger, Kind::Relayed, &self.name, None, plan, within, false);
        let called = self.client.once(name_of(inner.op), plan).context(ctx).await;
        ledger.about(Some(inner.op), |op| op.closed = self.link.is_closed());
        inner.ended(Outcome::of_call(&called));
        let index = run.index;
        if called.is_ok() {
            run.end(RunEnd::Returned);
            Ok(Done { op, run: index, server: self.name.clone() })
        } else {
            run.end(RunEnd::Failed);
            Err(Refusal::Inner { op, run: index })
        }
    }
}

/// A handler that runs. Dropped without having ended, it was cut off.
struct Running<'a> {
    host: &'a Host,
    op: Option<OpId>,
    index: usize,
    ended: bool,
}

impl<'a> Running<'a> {
    fn begin(host: &'a Host, op: &str, method: &'static str) -> Self {
        let op = op_in(op.as_bytes());
        let index = op.map_or(0, |op| host.world.ledger.begun(op, host.life, method));
        Self { host, op, index, ended: false }
    }

    fn end(mut self, end: RunEnd) {
        self.note(end);
    }

    fn note(&mut self, end: RunEnd) {
        self.ended = true;
        if let Some(op) = self.op {
            self.host.world.ledger.run_ended(op, self.index, end);
        }
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        if !self.ended {
            self.note(RunEnd::Dropped);
        }
    }
}
