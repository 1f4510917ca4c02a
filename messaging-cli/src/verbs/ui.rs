//! `ui`: the page of what topics serve, in a browser, with the servers that are there.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use messaging_page::Document;
use messaging_page::live::{Bus, DescribeError};
use messaging_page::server::{Options, Server};
use serde_json::json;

use crate::app::App;
use crate::bus;
use crate::complete;
use crate::exit::{Exit, Failure};
use crate::interrupt;
use crate::output::NAME;

/// How long servers are waited for, unless told otherwise.
const WINDOW: Duration = Duration::from_secs(2);

/// Serves a page of what topics serve: methods, arguments, errors, code to copy, and the servers
/// that are there with what they have done.
///
/// It listens on this machine alone, below a path that is drawn anew each time: the address that it
/// prints is as good as a password, and other users of the machine do not get at it. Calling is off
/// unless `--allow-calls` is given. It runs until ctrl-C.
#[derive(Debug, clap::Args)]
pub(crate) struct Ui {
    /// The topics, whose live servers are asked what they serve.
    #[arg(required_unless_present = "contract", value_name = "TOPIC", add = complete::topics())]
    topics: Vec<String>,
    /// A lock file, or another file of contracts, in place of what servers tell; for servers that
    /// tell nothing.
    #[arg(long, value_name = "FILE", conflicts_with = "topics")]
    contract: Option<PathBuf>,
    /// Lets methods be called from the page, as whoever started it.
    #[arg(long)]
    allow_calls: bool,
    /// Where to listen; a port of 0 is any that is free.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// A name by which browsers may reach it, beside `localhost` and addresses.
    #[arg(long, value_name = "NAME")]
    host: Vec<String>,
}

impl Ui {
    pub(crate) async fn run(&self, app: &App) -> Result<(), Failure> {
        let connection = interrupt::ends(app.connect()).await?;
        let window = connection.settings.timeout_or(WINDOW);
        let live = Bus::new(&connection.transport).waiting(window);
        let document = match &self.contract {
            Some(path) => super::contract::read(path)?,
            None => {
                interrupt::ends(async {
                    live.describe(&self.topics).await.map_err(|error| match error {
                        DescribeError::Bus(error) => error.into(),
                        DescribeError::Nobody(_) => {
                            let failure = Failure::new(Exit::Nobody, error.to_string())
                                .hint("`--contract FILE` takes what they serve from a file");
                            let known = bus::known(&connection.settings);
                            let named = self.topics.iter();
                            named.fold(failure, |it, topic| bus::with_known(it, topic, &known))
                        }
                        other => Failure::new(Exit::Unreadable, other.to_string()),
                    })
                })
                .await?
            }
        };
        let mut options = Options::default();
        options.listen = self.listen;
        options.allow_calls = self.allow_calls;
        options.hosts.clone_from(&self.host);
        let server = self.bind(document, live, options).await?;
        let url = server.url();
        match app.output.is_json() {
            true => app.output.json_line(&json!({ "url": url, "calls": self.allow_calls }))?,
            false => app.output.line(format_args!("{NAME}{url}{NAME:#}"))?,
        }
        app.output.note("open this address, and keep it to yourself; ctrl-C ends it");
        server.run(interrupt::asked()).await;
        Ok(())
    }

    async fn bind(
        &self,
        document: Document,
        bus: Bus,
        options: Options,
    ) -> Result<Server, Failure> {
        Server::bind(document, Arc::new(bus), options).await.map_err(|error| {
            let listen = self.listen;
            Failure::new(Exit::Other, format!("the page cannot be served at {listen}: {error}"))
                .hint("`--listen 127.0.0.1:0` takes any port that is free")
        })
    }
}
