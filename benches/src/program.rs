//! The command line of a program that is one side over a broker.

use std::future::{Future, pending};

use crate::Load;

/// Where the broker is, and on what it is met.
#[derive(Clone, Debug, clap::Args)]
pub struct Place {
    /// The broker: `rabbit://guest:guest@127.0.0.1:5672/`.
    #[arg(long, global = true, default_value = "rabbit://guest:guest@127.0.0.1:5672/")]
    pub url: String,
    /// The topic that is served and called.
    #[arg(long, global = true, default_value = "bench")]
    pub topic: String,
    /// Calls a method that is idempotent, where the side knows such.
    #[arg(long, global = true)]
    pub idempotent: bool,
    /// What the tasks run on.
    #[arg(long, global = true, value_enum, default_value_t = Tokio::Multi)]
    pub runtime: Tokio,
}

/// What a program is.
#[derive(Clone, Debug, clap::Subcommand)]
pub enum Role {
    /// Serves, and prints `ready` once it does; until it is stopped.
    Server,
    /// Calls, and prints what was measured.
    Client(Load),
    /// Casts, each awaited until the broker has confirmed it, and prints what was measured.
    Cast(Load),
}

/// How many threads tokio has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Tokio {
    /// One for each processor, as `#[tokio::main]` makes it.
    Multi,
    /// The one that there is.
    Current,
}

impl Place {
    /// The `host:port` of the broker.
    #[must_use]
    pub fn address(&self) -> &str {
        let authority = self.url.split_once("//").map_or(self.url.as_str(), |(_, rest)| rest);
        let authority = authority.split('/').next().unwrap_or_default();
        authority.rsplit_once('@').map_or(authority, |(_, address)| address)
    }

    /// The same broker as lapin and the specification write it, on the virtual host `/`, with the
    /// largest frame that ours names too.
    #[must_use]
    pub fn amqp(&self) -> String {
        format!("amqp://guest:guest@{}/%2f?frame_max=131072", self.address())
    }
}

impl Tokio {
    /// Runs a program, on a thread of the runtime rather than beside it: what is awaited there is
    /// woken without a hand-over.
    ///
    /// # Panics
    ///
    /// If there can be no runtime, or the program panics.
    pub fn run(self, program: impl Future<Output = ()> + Send + 'static) {
        let mut builder = match self {
            Self::Multi => tokio::runtime::Builder::new_multi_thread(),
            Self::Current => tokio::runtime::Builder::new_current_thread(),
        };
        let runtime = builder.enable_all().build().expect("threads");
        runtime.block_on(async { tokio::spawn(program).await }).expect("a program that ends");
    }
}

/// Says that the server serves, and waits to be stopped.
pub async fn ready() {
    println!("ready");
    pending().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_of_a_broker_is_read_from_its_url() {
        let url = "rabbit://guest:guest@127.0.0.1:27001/".to_owned();
        let place = Place { url, topic: String::new(), runtime: Tokio::Multi, idempotent: false };
        assert_eq!(place.address(), "127.0.0.1:27001");
    }
}
