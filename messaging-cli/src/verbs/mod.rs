//! The verbs: a file or a folder for each.
//!
//! A verb is a struct of its arguments, by clap, and `run`, which takes the [`App`].

pub(crate) mod bench;
pub(crate) mod call;
pub(crate) mod cast;
pub(crate) mod completions;
pub(crate) mod contract;
pub(crate) mod ctx;
pub(crate) mod docs;
pub(crate) mod doctor;
pub(crate) mod gather;
pub(crate) mod info;
pub(crate) mod ls;
pub(crate) mod man;
pub(crate) mod ping;
pub(crate) mod serve;
pub(crate) mod stats;
pub(crate) mod top;
pub(crate) mod ui;
pub(crate) mod watch;

use crate::app::App;
use crate::cli::Verb;
use crate::exit::Failure;
use crate::interrupt;

/// Runs the verb that was asked for, and closes what it has connected.
pub(crate) async fn run(app: &App, verb: Verb) -> Result<(), Failure> {
    let done = chosen(app, verb).await;
    app.close().await;
    done
}

/// A verb that has more to say when it is interrupted is not run within [`interrupt::ends`], and
/// waits for [`interrupt::asked`] itself.
async fn chosen(app: &App, verb: Verb) -> Result<(), Failure> {
    match verb {
        Verb::Ls(verb) => interrupt::ends(verb.run(app)).await,
        Verb::Info(verb) => interrupt::ends(verb.run(app)).await,
        Verb::Stats(verb) => interrupt::ends(verb.run(app)).await,
        Verb::Ping(verb) => interrupt::ends(verb.run(app)).await,
        Verb::Call(verb) => interrupt::ends(verb.run(app)).await,
        Verb::Cast(verb) => interrupt::ends(verb.run(app)).await,
        Verb::Gather(verb) => verb.run(app).await,
        Verb::Serve(verb) => verb.run(app).await,
        Verb::Bench(verb) => verb.run(app).await,
        Verb::Top(verb) => verb.run(app).await,
        Verb::Watch(verb) => verb.run(app).await,
        Verb::Doctor(verb) => interrupt::ends(verb.run(app)).await,
        Verb::Ctx(verb) => verb.run(app),
        Verb::Contract(verb) => interrupt::ends(verb.run(app)).await,
        Verb::Docs(verb) => interrupt::ends(verb.run(app)).await,
        Verb::Ui(verb) => verb.run(app).await,
        Verb::Completions(verb) => verb.run(),
        Verb::Man(verb) => verb.run(app),
    }
}
