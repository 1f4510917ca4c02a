//! A client that finds that a server has another contract than its own.

use std::convert::Infallible;
use std::time::Duration;

use super::core::{ClientCore, FromCore as _};
use crate::contract::{Contract, Verdict};
use crate::driver::Notes;
use crate::error::shortened;
use crate::introspection::{ContractDifference, Description, Introspection};
use crate::transport::Seen;
use crate::wire::notes;
use crate::{ApiDescriptor, CallError, Error, ErrorKind, Gathered, Proxy as _};

/// How long a server may take to say what it serves, when nobody waits for that.
const WITHIN: Duration = Duration::from_secs(10);

/// What an error says, after its own text, that may come of a contract that is not the client's.
pub(super) const DIFFERS: &str =
    "; the server's contract is not this client's: `contract_difference()` names what differs";

/// Looks at the contract of the API that an answer comes from, and says whether it is another than
/// the client's. One that was not seen before is asked for in the background, and the log says what
/// is different.
pub(super) fn differs(core: &ClientCore, notes: &Notes) -> bool {
    let (Some(api), Some(theirs)) = (core.settings().api, notes.get(notes::CONTRACT)) else {
        return false;
    };
    let seen = core.known_contract(&api).see(theirs);
    if seen == Seen::New
        && let Some(server) = notes.get(notes::SERVER)
    {
        ask(core, api, server);
    }
    seen != Seen::Same
}

/// Asks one server, in the background, and tells the log.
fn ask(core: &ClientCore, api: ApiDescriptor, server: &str) {
    let introspection = Introspection::beside(core);
    let prepared = introspection.prepare().server(server).context(None).timeout(WITHIN).build();
    // A server may call itself what no broker takes.
    let Ok(introspection) = prepared else { return };
    let namespace = core.settings().namespace.clone();
    let server = shortened(server).into_owned();
    core.road().runtime().spawn(Box::pin(async move {
        let (topic, name) = (&introspection.core().settings().topic, api.name);
        let known = Contract::of(&api);
        let difference = match introspection.describe().await.map_err(own) {
            Ok(described) => ContractDifference::between(&known, namespace.as_deref(), &described),
            Err(error) => Err(error),
        };
        let text = "the contract of a server is not this client's";
        match difference {
            Ok(Some(difference)) if difference.verdict() <= Verdict::Careful => {
                tracing::info!(topic, api = name, server, "{text}: {difference}");
            }
            Ok(Some(difference)) => {
                tracing::warn!(topic, api = name, server, "{text}: {difference}");
            }
            Ok(None) => tracing::debug!(topic, api = name, server, "two hashes of one contract"),
            Err(error) => {
                tracing::warn!(topic, api = name, server, %error, "{text}; what differs is not known");
            }
        }
    }));
}

/// How the contract of the server that answers differs from the client's; none if it does not.
pub(super) async fn difference(
    core: ClientCore,
    known: Contract,
) -> Result<Option<ContractDifference>, Error> {
    let described = Introspection::beside(&core).describe().await.map_err(own)?;
    between(&core, &known, &described)
}

/// The same of every server of the topic.
pub(super) async fn differences(
    core: ClientCore,
    known: Contract,
    window: Duration,
) -> Result<Vec<Gathered<Option<ContractDifference>, Infallible>>, Error> {
    let everyone = Introspection::beside(&core).prepare().server(None).build()?;
    let answers = everyone.describe().gather(window).await?.all().await;
    let compared = answers.into_iter().map(|Gathered { server, result }| {
        let result = result.map_err(own);
        let result = result.and_then(|described| between(&core, &known, &described));
        Gathered { server, result: result.map_err(CallError::Rpc) }
    });
    Ok(compared.collect())
}

fn between(
    core: &ClientCore,
    known: &Contract,
    described: &Description,
) -> Result<Option<ContractDifference>, Error> {
    ContractDifference::between(known, core.settings().namespace.as_deref(), described)
}

fn own(error: CallError<Infallible>) -> Error {
    match error {
        CallError::Rpc(error) => error,
        CallError::Remote(never) => match never {},
    }
}

/// Whether an error can come of contracts that differ.
pub(super) fn may_explain(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::Decode
            | ErrorKind::BadRequest
            | ErrorKind::NoSuchMethod
            | ErrorKind::UnsupportedVersion
    )
}
