//! A topic or a server that there is not, and what there is instead.

use std::time::Duration;

use messaging::driver::Look;

use super::{ask, known, nobody, with_known};
use crate::connect::Connection;
use crate::exit::{Exit, Failure};
use crate::text;

/// How long the servers may take to say their names.
const PATIENCE: Duration = Duration::from_secs(2);

/// That a topic has no queue, or no server of that name, with what there is.
pub(crate) async fn missing(connection: &Connection, topic: &str, server: Option<&str>) -> Failure {
    let shown = text::line(topic);
    let Some(server) = server else {
        let failure = nobody(&shown, Look::Missing);
        return with_known(failure, topic, &known(&connection.settings));
    };
    let failure = Failure::new(
        Exit::Nobody,
        format!("topic `{shown}` has no server `{}`", text::line(server)),
    );
    let asked = ask(connection, topic, None, PATIENCE, |it| it.ping()).await;
    let heard = asked.map(|asked| asked.heard).unwrap_or_default();
    let names: Vec<_> = heard.into_iter().filter_map(|it| it.server).collect();
    match names.as_slice() {
        [] => failure,
        names => failure.hint(format!("its servers: {}", text::line(&names.join(", ")))),
    }
}
