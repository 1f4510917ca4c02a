//! Which broker, and how: from the command line, the environment, files and contexts.

use std::env;
use std::sync::Arc;
use std::time::Duration;

use messaging::driver::{self, Address, Driver, Look};
use messaging::{Config, Transport, TransportUrl, runtime};

use crate::bus::Management;
use crate::context::{Context, Store, shown_url};
use crate::exit::{Exit, Failure};
use crate::globals::Globals;

/// The variable that holds a transport URL.
const URL: &str = "MESSAGING_URL";
/// The variable of oslo.config for the same.
const OSLO_URL: &str = "OS_DEFAULT__TRANSPORT_URL";

/// A connection to the broker.
#[derive(Clone, Debug)]
pub(crate) struct Connection {
    pub(crate) transport: Transport,
    /// The same connection, in a broker's words.
    pub(crate) driver: Arc<dyn Driver>,
    pub(crate) settings: Settings,
}

impl Connection {
    /// Looks at the queue of a topic, or of one server of it, and changes nothing.
    ///
    /// # Errors
    ///
    /// If the broker cannot be asked, or no queue can have that name.
    pub(crate) async fn look(
        &self,
        topic: &str,
        server: Option<&str>,
        within: Duration,
    ) -> Result<Look, Failure> {
        let exchange = self.transport.control_exchange().to_owned();
        let (topic, server) = (topic.to_owned(), server.map(str::to_owned));
        Ok(self.driver.look(&Address::Topic { exchange, topic, server }, within).await?)
    }
}

/// What the options, the environment, files and contexts say together.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) config: Config,
    /// Where the URL came from, and what it is without its password: for people.
    pub(crate) broker: String,
    /// The context that was used, if one was.
    pub(crate) context_name: Option<String>,
    pub(crate) context: Context,
    timeout: Option<Duration>,
}

impl Settings {
    /// Lays them over one another.
    pub(crate) fn of(globals: &Globals) -> Result<Self, Failure> {
        let (context_name, context) = context(globals)?;
        let is_named = globals.context_name.is_some();
        let has_files = !globals.config_file.is_empty() || !globals.config_dir.is_empty();
        let variable = |name| env::var(name).ok().filter(|it: &String| !it.is_empty());
        // Oslo's variables win over its files, as they do there; a URL of ours over both.
        let mut config = Config::new().environment();
        let mut broker = None;
        let url = match () {
            () if globals.url.is_some() => globals.url.clone(),
            () if has_files => {
                broker = Some("the configuration files".to_owned());
                None
            }
            () if is_named => context.url.clone(),
            () => variable(URL).or_else(|| match variable(OSLO_URL) {
                Some(_) => {
                    broker = Some(format!("the variable {OSLO_URL}"));
                    None
                }
                None => context.url.clone(),
            }),
        };
        if !has_files && globals.url.is_none() {
            config = with_files(config, &context);
            if url.is_none() && !context.config_files.is_empty() {
                broker.get_or_insert_with(|| "the configuration files of the context".to_owned());
            }
        }
        config = globals.config_dir.iter().fold(config, Config::folder);
        config = globals.config_file.iter().fold(config, Config::file);
        config = with_options(config, &context);
        for (name, value) in &globals.options {
            config = config.option(name, value);
        }
        if let Some(url) = &url {
            config = config.url(url);
        }
        if let Some(exchange) = globals.exchange.as_ref().or(context.exchange.as_ref()) {
            config = config.control_exchange(exchange);
        }
        let broker = match (&url, broker) {
            (Some(url), _) => shown_url(url),
            (None, Some(broker)) => broker,
            (None, None) => "rabbit://localhost:5672/".to_owned(),
        };
        let of_context = || Duration::try_from_secs_f64(context.timeout?).ok();
        let timeout = globals.timeout.or_else(of_context);
        let settings = Self { config, broker, context_name, context, timeout };
        settings.config.check()?;
        Ok(settings)
    }

    /// How long to wait: `--timeout`, or the context's time; none if neither is said.
    pub(crate) fn timeout(&self) -> Option<Duration> {
        self.timeout
    }

    /// The same, or this.
    pub(crate) fn timeout_or(&self, default: Duration) -> Duration {
        self.timeout.unwrap_or(default)
    }
}

/// What the URL of a broker begins with.
const SCHEMES: [&str; 4] = ["rabbit", "memory", "kombu+amqp", "kombu+rabbit"];

/// Checks what a context says by itself.
///
/// # Errors
///
/// What no connection can be made with: a file that cannot be read, an option that there is not.
pub(crate) fn check(context: &Context) -> Result<(), Failure> {
    let mut config = with_options(with_files(Config::new(), context), context);
    if let Some(url) = &context.url {
        url.parse::<TransportUrl>()?;
        let scheme = url.split_once("://").map_or("", |(scheme, _)| scheme);
        if !SCHEMES.contains(&scheme) {
            let shown = crate::text::line(scheme);
            return Err(Failure::usage(format!("nothing is connected to by `{shown}://`"))
                .hint("write the URL as rabbit://user:password@host:5672/vhost, or as memory://"));
        }
        config = config.url(url);
    }
    if let Some(management) = &context.management {
        Management::new(management, "/")?;
    }
    if context.topics.iter().any(String::is_empty) {
        return Err(Failure::usage("a topic has a name"));
    }
    if let Some(exchange) = &context.exchange {
        config = config.control_exchange(exchange);
    }
    Ok(config.check()?)
}

fn with_files(config: Config, context: &Context) -> Config {
    let config = context.config_dirs.iter().fold(config, Config::folder);
    context.config_files.iter().fold(config, Config::file)
}

fn with_options(config: Config, context: &Context) -> Config {
    context.options.iter().fold(config, |config, (name, value)| config.option(name, value))
}

fn context(globals: &Globals) -> Result<(Option<String>, Context), Failure> {
    if let Some(name) = &globals.context_name {
        return Ok((Some(name.clone()), Store::open()?.get(name)?));
    }
    // Another broker than that of the context: nothing of it applies, and nothing wrong in it harms.
    if globals.url.is_some() {
        return Ok((None, Context::default()));
    }
    // Whoever has no home directory has no contexts, and may go without.
    let Ok(store) = Store::open() else { return Ok((None, Context::default())) };
    match store.selected() {
        Some(name) => store.get(&name).map(|context| (Some(name), context)),
        None => Ok((None, Context::default())),
    }
}

/// The option by which a queue goes when nobody has used it for so many seconds.
const LEFT_FOR: (&str, &str) = ("rabbit_transient_queues_ttl", "60");

/// The same, of a program that is soon gone: where an answer may still come to its reply queue, that
/// one is left behind, and not for the half hour that services want. Whoever says otherwise is heard.
fn short_lived(settings: &Settings, globals: &Globals) -> Config {
    let (name, seconds) = LEFT_FOR;
    let is_said = settings.context.options.contains_key(name)
        || globals.options.iter().any(|(option, _)| option == name);
    if is_said { settings.config.clone() } else { settings.config.clone().option(name, seconds) }
}

/// What connecting may take at least, however short a time is given for what comes behind it.
const LEAST: Duration = Duration::from_secs(1);

/// Connects as the options, the environment, files and contexts say.
pub(crate) async fn connect(globals: &Globals) -> Result<Connection, Failure> {
    let settings = Settings::of(globals)?;
    let runtime = runtime::current()?;
    let config = short_lived(&settings, globals);
    let connecting = driver::connect(&config, Arc::clone(&runtime));
    let connected = match settings.timeout.map(|it| it.max(LEAST)) {
        Some(within) => tokio::time::timeout(within, connecting).await.map_err(|_| {
            let (broker, within) = (&settings.broker, crate::duration::show(within));
            Failure::new(Exit::Connection, format!("{broker} did not answer within {within}"))
                .hint("check that the broker runs, and its URL; allow more time by --timeout")
        })?,
        None => connecting.await,
    };
    let driver = connected.map_err(|error| {
        let failure = Failure::from(error);
        match &settings.context_name {
            Some(name) if globals.url.is_none() => failure
                .hint(format!("the broker is that of {} (context `{name}`)", settings.broker)),
            _ => failure,
        }
    })?;
    let transport = Transport::with_driver(&config, runtime, Arc::clone(&driver))?;
    Ok(Connection { transport, driver, settings })
}
