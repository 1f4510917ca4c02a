//! A server and clients in this process, for rows that look at one message closely.

use std::sync::Arc;
use std::time::Duration;

use messaging::{Error, Executor, Proxy as _, RpcServer, Target, Transport};

use crate::ledger::{Pen, Reader};
use crate::load::{Plan, Queues};
use crate::program::{Program, Role, Side, Task};
use crate::roles::Service;
use crate::work::{WorkClient, WorkEndpoint};
use crate::world::World;

/// A topic of its own, with whoever serves and calls there.
#[derive(Debug)]
pub(crate) struct Here {
    pub(crate) plan: Plan,
    pub(crate) topic: String,
    folder: std::path::PathBuf,
}

/// A server in this process.
pub(crate) struct Served {
    pub(crate) server: RpcServer,
    pub(crate) transport: Transport,
    pub(crate) ledger: Reader,
}

impl Here {
    pub(crate) fn new(world: &World, side: Side, url: &str, queues: Queues) -> Self {
        let topic = format!("t{}", uuid::Uuid::new_v4().simple());
        let folder = world.ledgers();
        std::fs::create_dir_all(&folder).expect("the folder of the run is there");
        Self { plan: Plan::new(side, url, queues), topic, folder }
    }

    pub(crate) fn exchange(&self) -> String {
        self.task(Role::Serve, "any").exchange
    }

    fn url(&self) -> &str {
        &self.plan.servers[0]
    }

    /// What a process of this topic is told.
    pub(crate) fn task(&self, role: Role, name: &str) -> Task {
        self.plan.task(role, name, self.url(), &self.topic, &self.folder)
    }

    /// A server that is a process, ready.
    pub(crate) async fn program(&self, name: &str) -> Result<Program, String> {
        let mut server = Program::start(self.plan.side, &self.task(Role::Serve, name));
        crate::load::ready(std::slice::from_mut(&mut server)).await?;
        Ok(server)
    }

    /// A server in this process.
    pub(crate) async fn serve(&self, name: &str) -> Result<Served, Error> {
        let task = self.task(Role::Serve, name);
        let transport = Transport::from_config(&task.config()).await?;
        let service = Service::new(name, task.work, Arc::new(Pen::open(&task.ledger)));
        let server = RpcServer::builder(&transport, Target::topic(&self.topic).server(name))
            .endpoint(WorkEndpoint::new(service))
            .executor(Executor::tasks(task.workers))
            .start()
            .await?;
        Ok(Served { server, transport, ledger: Reader::new(task.ledger) })
    }

    /// A client at a URL of its own, whose calls may take so long.
    pub(crate) async fn client_at(
        &self,
        url: &str,
        timeout: Duration,
    ) -> Result<(WorkClient, Transport), Error> {
        let mut task = self.task(Role::Send, "here");
        url.clone_into(&mut task.url);
        let transport = Transport::from_config(&task.config()).await?;
        let client = WorkClient::new(&transport).prepare().topic(&self.topic).timeout(timeout);
        Ok((client.build()?, transport))
    }

    pub(crate) async fn client(&self, timeout: Duration) -> Result<(WorkClient, Transport), Error> {
        self.client_at(self.url(), timeout).await
    }
}

/// An error as a row tells it.
pub(crate) fn told(error: impl std::fmt::Display) -> String {
    error.to_string()
}
