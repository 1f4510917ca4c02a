//! Contracts, changed one by one, and what is said of each.

use messaging::Proxy as _;
use messaging::contract::{Contract, Needs, Report, Verdict, compare};
use messaging::{Context, Failure, rpc_api};
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// An API over one type, which goes there as an argument and comes back as a result.
#[rpc_api(topic = "carrier", version = "1.0", schema)]
pub(crate) trait Carrier<T: Serialize + DeserializeOwned + JsonSchema + Send + 'static> {
    async fn there(&self, ctx: &Context, value: T) -> Result<(), Failure>;

    async fn back(&self, ctx: &Context) -> Result<T, Failure>;
}

/// What is said of a type that became another one.
pub(crate) fn carried<Old, New>() -> Report
where
    Old: Serialize + DeserializeOwned + JsonSchema + Send + 'static,
    New: Serialize + DeserializeOwned + JsonSchema + Send + 'static,
{
    compare(&CarrierClient::<Old>::contract(), &CarrierClient::<New>::contract())
}

/// The verdicts of the one change at `method`: an old client, a new client, and what it needs;
/// `works` and `patch` where there is none.
pub(crate) fn of_method(report: &Report, method: &str) -> [String; 3] {
    let changes: Vec<_> =
        report.changes.iter().filter(|it| it.method.as_deref() == Some(method)).collect();
    assert!(changes.len() < 2, "more than one change\n{report}");
    let said = changes.first().map_or((Verdict::Works, Verdict::Works, Needs::Patch), |change| {
        (change.old_client.verdict, change.new_client.verdict, change.needs)
    });
    [said.0.to_string(), said.1.to_string(), said.2.to_string()]
}

/// A contract from JSON, as a lock file holds it.
pub(crate) fn contract(json: serde_json::Value) -> Contract {
    #[derive(Deserialize)]
    struct Whole(Contract);

    serde_json::from_value::<Whole>(json).expect("a contract").0
}
