//! The load of a row: servers and clients as processes of their own, and what they wrote down.

use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::time::Instant;

use crate::judge::{Tally, judge};
use crate::ledger::{Moment, What, now, since};
use crate::program::{Program, Role, Side, Task};

/// What a load is made of.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) side: Side,
    /// A URL for each server.
    pub(crate) servers: Vec<String>,
    /// A URL for each client.
    pub(crate) clients: Vec<String>,
    pub(crate) queues: Queues,
    /// Options beside those of the queues.
    pub(crate) options: Vec<(&'static str, String)>,
    pub(crate) deadline: Duration,
    pub(crate) workers: usize,
    pub(crate) work: Duration,
    /// The pause between two calls of a client.
    pub(crate) every: Duration,
    pub(crate) casts: bool,
}

/// How queues are declared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Queues {
    /// As they are by default: in the memory of one node.
    Transient,
    /// The shared ones on the disk of one node.
    Durable,
    /// All of them quorum queues.
    Quorum,
}

/// The heartbeat that all processes ask for, in seconds: the matrix counts in it.
pub(crate) const HEARTBEAT: u64 = 4;

impl Plan {
    /// Three servers and four clients at one URL, 200 calls and 50 casts each second.
    pub(crate) fn new(side: Side, url: &str, queues: Queues) -> Self {
        let every = match side {
            Side::Ours => Duration::from_millis(20),
            // So much as seven Python processes can do on two cores with a margin.
            Side::Peer => Duration::from_millis(100),
        };
        Self {
            side,
            servers: vec![url.to_owned(); 3],
            clients: vec![url.to_owned(); 4],
            queues,
            options: Vec::new(),
            deadline: Duration::from_secs(10),
            workers: 64,
            work: Duration::from_millis(5),
            every,
            casts: true,
        }
    }

    fn options(&self) -> Vec<(String, String)> {
        let mut all = vec![
            ("heartbeat_timeout_threshold", HEARTBEAT.to_string()),
            // The longest pause between two tries to connect: the figures of the matrix are
            // about seconds, and by default it grows to 30.
            ("rabbit_interval_max", "1".to_owned()),
            // And by default a second is waited before the first try.
            ("kombu_reconnect_delay", "0.1".to_owned()),
        ];
        match self.queues {
            Queues::Transient => {}
            Queues::Durable => all.push(("amqp_durable_queues", "true".to_owned())),
            Queues::Quorum => {
                all.push(("rabbit_quorum_queue", "true".to_owned()));
                all.push(("rabbit_transient_quorum_queue", "true".to_owned()));
            }
        }
        all.extend(self.options.iter().cloned());
        all.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }

    /// The task of one process.
    pub(crate) fn task(
        &self,
        role: Role,
        name: &str,
        url: &str,
        topic: &str,
        folder: &Path,
    ) -> Task {
        let milliseconds = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        Task {
            role,
            url: url.to_owned(),
            options: self.options(),
            exchange: format!("faults-{topic}"),
            topic: topic.to_owned(),
            name: name.to_owned(),
            ledger: folder.join(format!("{name}.jsonl")),
            workers: self.workers,
            work: milliseconds(self.work),
            every: milliseconds(self.every),
            deadline: milliseconds(self.deadline),
            calls: 0,
            casts: self.casts,
        }
    }
}

/// A load that runs.
#[derive(Debug)]
pub(crate) struct Load {
    pub(crate) plan: Plan,
    pub(crate) topic: String,
    folder: PathBuf,
    pub(crate) servers: Vec<Program>,
    pub(crate) clients: Vec<Program>,
    /// Those that were killed or replaced; their ledgers count.
    gone: Vec<Program>,
    started: u32,
    /// From when on clients are expected to be answered.
    steady: Moment,
    recovered: Option<Moment>,
}

/// How long processes may take to start, also Python's, on a busy machine.
const START_WITHIN: Duration = Duration::from_secs(40);

impl Load {
    /// Starts the servers, then the clients, and waits until each is answered.
    pub(crate) async fn start(plan: Plan, folder: &Path) -> Result<Self, String> {
        let topic = format!("t{}", uuid::Uuid::new_v4().simple());
        std::fs::create_dir_all(folder).map_err(|error| format!("{folder:?}: {error}"))?;
        let mut load = Self {
            topic,
            folder: folder.to_owned(),
            servers: Vec::new(),
            clients: Vec::new(),
            gone: Vec::new(),
            started: 0,
            steady: 0,
            recovered: None,
            plan,
        };
        for url in load.plan.servers.clone() {
            let server = load.program(Role::Serve, &url);
            load.servers.push(server);
        }
        ready(&mut load.servers).await?;
        for url in load.plan.clients.clone() {
            let client = load.program(Role::Send, &url);
            load.clients.push(client);
        }
        ready(&mut load.clients).await?;
        let begun = now();
        load.serving(begun, START_WITHIN).await.ok_or("the load does not get under way")?;
        // What every process does for the first time is done by now.
        tokio::time::sleep(Duration::from_secs(1)).await;
        load.steady = now();
        Ok(load)
    }

    fn program(&mut self, role: Role, url: &str) -> Program {
        self.named(role, url, None)
    }

    /// One that has the name of another for the broker, whose place it takes.
    fn named(&mut self, role: Role, url: &str, target: Option<String>) -> Program {
        self.started += 1;
        let prefix = if role == Role::Serve { "s" } else { "c" };
        let name = format!("{prefix}{}", self.started);
        let mut task = self.plan.task(role, &name, url, &self.topic, &self.folder);
        task.name = target.unwrap_or_else(|| name.clone());
        let mut program = Program::start(self.plan.side, &task);
        program.name = name;
        program
    }

    /// Lets it run undisturbed for a while.
    pub(crate) async fn go_on(&self, time: Duration) {
        tokio::time::sleep(time).await;
    }

    /// How long after a moment every process served again: each client had an answer, each server
    /// began something. None if one does not within that time from now.
    pub(crate) async fn serving(&mut self, from: Moment, within: Duration) -> Option<Duration> {
        let end = Instant::now() + within;
        loop {
            let mut last = Some(from);
            let servers = self.servers.iter_mut().map(|server| server.first(What::Begun, from));
            let servers = servers.map(|entry| entry.map(|entry| entry.at)).collect::<Vec<_>>();
            let clients = self.clients.iter_mut().map(|client| {
                client.ledger.catch_up();
                let mut entries = client.ledger.entries.iter();
                let found = entries.find(|entry| {
                    entry.at >= from && entry.what == What::Answered && entry.id.contains("ask")
                });
                found.map(|entry| entry.at)
            });
            for at in servers.into_iter().chain(clients.collect::<Vec<_>>()) {
                last = last.zip(at).map(|(last, at)| last.max(at));
            }
            if let Some(last) = last {
                self.recovered = Some(last);
                return Some(since(from, last));
            }
            if Instant::now() >= end {
                return None;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// [`serving`](Self::serving), or who does not.
    pub(crate) async fn recovers(
        &mut self,
        from: Moment,
        within: Duration,
    ) -> Result<Duration, String> {
        if let Some(time) = self.serving(from, within).await {
            return Ok(time);
        }
        let silent = |programs: &mut Vec<Program>, what: What| {
            let silent = programs.iter_mut().filter_map(|it| match it.first(what, from) {
                None => Some(format!("{}; its log ends with:\n{}", it.name, it.log())),
                Some(_) => None,
            });
            silent.collect::<Vec<_>>()
        };
        let mut all = silent(&mut self.servers, What::Begun);
        all.extend(silent(&mut self.clients, What::Answered));
        Err(format!("not serving again within {within:?}: {}", all.join("\n")))
    }

    /// Kills a server by SIGKILL, and starts another with the same name's URL in its place.
    pub(crate) fn replace_server(&mut self, index: usize) {
        let url = self.plan.servers[index].clone();
        let target = self.servers[index].target.clone();
        let next = self.named(Role::Serve, &url, Some(target));
        let mut killed = std::mem::replace(&mut self.servers[index], next);
        killed.kill();
        self.gone.push(killed);
    }

    /// One more server.
    pub(crate) async fn add_server(&mut self, url: &str) -> Result<(), String> {
        let server = self.program(Role::Serve, url);
        self.servers.push(server);
        ready(&mut self.servers).await
    }

    /// Stops a server as an operator does, and waits for its end.
    pub(crate) async fn stop_server(&mut self, index: usize) -> bool {
        let mut stopped = self.servers.remove(index);
        let ended = stopped.ended(Duration::from_secs(20)).await;
        self.gone.push(stopped);
        ended
    }

    /// Stops the clients, lets what waits be done, stops the servers, and judges.
    pub(crate) async fn finish(mut self) -> Result<Tally, String> {
        let stopped = now();
        for client in &mut self.clients {
            client.ask_to_end();
        }
        let mut problems = Vec::new();
        for client in &mut self.clients {
            if !client.ended(self.plan.deadline + Duration::from_secs(15)).await {
                problems.push(format!("{} did not end; its log:\n{}", client.name, client.log()));
            }
        }
        self.until_quiet().await;
        for server in &mut self.servers {
            server.ask_to_end();
        }
        for server in &mut self.servers {
            if !server.ended(Duration::from_secs(25)).await {
                problems.push(format!("{} did not end; its log:\n{}", server.name, server.log()));
            }
        }
        let servers: Vec<_> = self
            .servers
            .iter()
            .chain(self.gone.iter().filter(|it| it.name.starts_with('s')))
            .collect();
        let clients: Vec<_> = self
            .clients
            .iter()
            .chain(self.gone.iter().filter(|it| it.name.starts_with('c')))
            .collect();
        let alive: Vec<_> = self.servers.iter().map(|server| server.name.clone()).collect();
        let mut tally = judge(
            &servers,
            &clients,
            &alive,
            self.plan.deadline,
            self.steady,
            stopped,
            self.recovered,
        );
        tally.problems.extend(problems);
        Ok(tally)
    }

    /// Waits until no server has begun anything for a second: nothing waits any more.
    async fn until_quiet(&mut self) {
        let end = Instant::now() + Duration::from_secs(30);
        let mut count = usize::MAX;
        loop {
            let mut now_begun = 0;
            for server in &mut self.servers {
                server.ledger.catch_up();
                now_begun += server.ledger.entries.len();
            }
            if now_begun == count || Instant::now() >= end {
                return;
            }
            count = now_begun;
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }
}

/// Waits until all are ready.
pub(crate) async fn ready(programs: &mut [Program]) -> Result<(), String> {
    let end = Instant::now() + START_WITHIN;
    for program in programs {
        while program.first(What::Ready, 0).is_none() {
            if !program.runs() || Instant::now() >= end {
                return Err(format!(
                    "{} does not start; its log:\n{}",
                    program.name,
                    program.log()
                ));
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
    Ok(())
}
