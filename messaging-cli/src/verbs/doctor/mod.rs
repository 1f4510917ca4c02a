//! `doctor`: what is wrong with a broker, or with what is asked of it.

mod broker;
mod management;
mod permissions;
mod queues;
mod report;
mod topology;

use std::time::Duration;

use messaging::driver::operator::Operator;
use messaging::runtime;

use self::report::Report;
use crate::app::App;
use crate::bus::{self, Management};
use crate::complete;
use crate::connect::Settings;
use crate::exit::Failure;

/// How long one question may take, unless told otherwise.
const PATIENCE: Duration = Duration::from_secs(10);

/// Looks for what is wrong, and says what to do about it. Changes nothing.
///
/// It names the broker, and looks at the connection: encryption, heartbeat, how long a message takes,
/// whether an alarm holds senders up. It asks whether the user may do what servers and clients do.
/// For each topic it lays what the options would declare beside what there is: what exists is
/// declared once more, which changes nothing and is answered by the difference where there is one;
/// what does not exist is not declared. It looks for queues that nobody reads, and for reply queues
/// that were left behind. With `--management` it looks at all queues of the virtual host, at the
/// nodes, and at the clock.
///
/// The one thing that it makes is a private queue, which goes with its connection, and a message of
/// a few bytes to it. The exit code is 12 where something is to be done.
#[derive(Debug, clap::Args)]
pub(crate) struct Doctor {
    /// The topics; the default is those of the context.
    #[arg(value_name = "TOPIC", add = complete::topics())]
    topics: Vec<String>,
    /// A server of the topics, whose own queue is looked at; may be given several times.
    #[arg(long = "server", value_name = "NAME")]
    servers: Vec<String>,
    /// A queue to look at, such as a reply queue; may be given several times.
    #[arg(long = "queue", value_name = "NAME")]
    queues: Vec<String>,
    /// The HTTP API of RabbitMQ's management plugin: `http://user:password@host:15672`; the default
    /// is the context's.
    #[arg(long, value_name = "URL")]
    management: Option<String>,
}

impl Doctor {
    pub(crate) async fn run(&self, app: &App) -> Result<(), Failure> {
        let settings = Settings::of(&app.globals)?;
        let url = self.management.as_ref().or(settings.context.management.as_ref());
        let topics = match self.topics.is_empty() {
            true => &settings.context.topics,
            false => &self.topics,
        };
        if topics.iter().any(String::is_empty) {
            return Err(Failure::usage("a topic has a name"));
        }
        let within = settings.timeout_or(PATIENCE);
        let operator = Operator::connect(&settings.config, runtime::current()?).await?;
        let management = url.map(|url| Management::new(url, operator.virtual_host()));
        let management = management.transpose()?;
        let mut report = Report::default();

        let version = broker::greeting(&operator, within, &mut report).await;
        broker::connection(&operator, &mut report);
        broker::options(operator.options(), version, &mut report);
        broker::alarms(&operator, &settings.config, within, &mut report).await?;
        permissions::of_clients(&operator, within, &mut report).await?;
        let known = bus::known(&settings);
        for topic in topics {
            permissions::of_servers(&operator, topic, within, &mut report).await?;
            topology::topic(&operator, topic, &self.servers, &known, within, &mut report).await?;
        }
        for queue in &self.queues {
            queues::named(&operator, queue, within, &mut report).await?;
        }
        if let Some(management) = management {
            let virtual_host = operator.virtual_host().to_owned();
            let asking = tokio::task::spawn_blocking(move || {
                management::look(&management, &virtual_host, within)
            });
            let items = asking.await.unwrap_or_default();
            report.extend(items);
        } else {
            report.add(queues::not_asked(topics.is_empty()));
        }
        operator.close(Duration::from_secs(1)).await;
        report.write(app.output)
    }
}
