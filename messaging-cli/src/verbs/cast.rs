//! `cast`: sends, and waits for no answer.

use serde_json::json;

use crate::app::App;
use crate::exit::Failure;
use crate::request::RequestArgs;
use crate::text;

/// Casts a method: sends it without waiting for an answer.
///
/// It is done when the broker has confirmed that it has the message.
#[derive(Debug, clap::Args)]
#[command(override_usage = "messaging-cli cast [OPTIONS] <TOPIC> <METHOD> [ARGS]...")]
pub(crate) struct Cast {
    #[command(flatten)]
    request: RequestArgs,
    /// One server among those of the topic; the default is any.
    #[arg(long, value_name = "NAME", conflicts_with = "fanout")]
    server: Option<String>,
    /// Sends it to every server of the topic that listens at this moment.
    #[arg(long)]
    fanout: bool,
}

impl Cast {
    pub(crate) async fn run(&self, app: &App) -> Result<(), Failure> {
        let connection = app.connect().await?;
        let request = self.request.prepare(app, &connection, self.server.as_deref()).await?;
        let Some(request) = request else { return Ok(()) };
        let mut cast = request.client.cast(&request.method, &request.args);
        if self.fanout {
            cast = cast.fanout();
        }
        cast.await.map_err(|error| request.failed(error.into()))?;
        let (method, topic) = (text::line(&request.method), text::line(&request.topic));
        if app.output.is_json() {
            return app.output.json(&json!({
                "sent": true,
                "topic": request.topic,
                "method": request.method,
                "fanout": self.fanout,
                "consumers": request.consumers,
            }));
        }
        let whom = match (self.fanout, request.consumers, &self.server) {
            (true, Some(consumers), _) => format!("the {consumers} servers of topic {topic}"),
            (true, None, _) => format!("all servers of topic {topic}"),
            (false, _, Some(server)) => format!("server {} of topic {topic}", text::line(server)),
            (false, _, None) => format!("topic {topic}"),
        };
        app.output.line(format_args!("{method} is sent to {whom}"))?;
        if request.consumers == Some(0) {
            app.output.note("nobody reads the queue at this moment");
        }
        Ok(())
    }
}
