//! A client that finds that a server has another contract than its own.

use std::time::Duration;

use super::core::{ClientCore, FromCore as _};
use crate::contract::Contract;
use crate::driver::Notes;
use crate::error::shortened;
use crate::introspection::{ContractDifference, Introspection};
use crate::transport::Seen;
use crate::wire::notes;
use crate::{ApiDescriptor, CallError, Error, ErrorKind, Proxy as _};

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
        let described = match introspection.describe().await {
            Ok(described) => described,
            Err(error) => {
                let text =
                    "the contract of a server is not this client's; it does not say what differs";
                return tracing::warn!(topic, api = name, server, %error, "{text}");
            }
        };
        let known = Contract::of(&api);
        match ContractDifference::between(&known, namespace.as_deref(), &described) {
            Some(difference) => {
                let text = "the contract of a server is not this client's";
                tracing::warn!(topic, api = name, server, "{text}: {difference}");
            }
            None => tracing::debug!(topic, api = name, server, "two hashes of one contract"),
        }
    }));
}

/// How the contract of the server that answers differs from the client's; none if it does not.
pub(super) async fn difference(
    core: ClientCore,
    known: Contract,
) -> Result<Option<ContractDifference>, Error> {
    let described = match Introspection::beside(&core).describe().await {
        Ok(described) => described,
        Err(CallError::Rpc(error)) => return Err(error),
        Err(CallError::Remote(never)) => match never {},
    };
    let namespace = core.settings().namespace.as_deref();
    Ok(ContractDifference::between(&known, namespace, &described))
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
