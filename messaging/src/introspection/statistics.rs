//! What a server has done.

use serde::{Deserialize, Serialize};

use super::Durations;
use crate::Version;

/// What a server has done since it was made, method by method; the answer to
/// [`Introspection::stats`](super::Introspection::stats).
///
/// Every number but `in_flight` and `uptime` only grows. The built-in API does not count itself.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Statistics {
    /// The server's name.
    pub server: String,
    /// The topic that it serves.
    pub topic: String,
    /// For how many seconds it has been there.
    pub uptime: f64,
    /// Messages that were no request.
    pub malformed: u64,
    /// Requests for what is not served: of an unknown namespace, version or method, or of a
    /// method that the access policy does not allow.
    pub unknown: u64,
    /// Calls that were refused, because all workers were busy; see
    /// [`refuse_beyond`](crate::RpcServerBuilder::refuse_beyond).
    pub busy: u64,
    /// Messages that were attempted too often, and rejected; see
    /// [`max_attempts`](crate::RpcServerBuilder::max_attempts).
    pub given_up: u64,
    /// The APIs served.
    pub apis: Vec<ApiStatistics>,
}

/// What a server has done for one API.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ApiStatistics {
    /// The API's name.
    pub api: String,
    /// Its namespace; none is the null namespace.
    #[serde(default)]
    pub namespace: Option<String>,
    /// The version served.
    pub version: Version,
    /// Its methods, in the order in which they are declared.
    #[serde(default)]
    pub methods: Vec<MethodStatistics>,
}

/// What became of the calls and casts of one method.
///
/// `calls` is `in_flight` and all that ended: `succeeded`, `failed`, `refused`, `panicked`,
/// `cut_off` and `cancelled`. What was not begun is no part of it: `expired` and `duplicates`.
/// `redelivered` is a part of those that were begun. The numbers are read while calls go on, so they
/// may be a call apart.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct MethodStatistics {
    /// The method's name on the wire.
    pub method: String,
    /// Calls and casts that were begun.
    pub calls: u64,
    /// Those that run now.
    pub in_flight: u64,
    /// Those that returned a result.
    pub succeeded: u64,
    /// Those that returned an error of the method's own.
    pub failed: u64,
    /// Those whose arguments do not fit: missing, unexpected, or of another type.
    pub refused: u64,
    /// Those that panicked.
    pub panicked: u64,
    /// Those that were cut off when the server was shut down.
    pub cut_off: u64,
    /// Those that were ended before their time, because their callers had given up.
    pub cancelled: u64,
    /// Calls that were not begun, because their callers had given up.
    pub expired: u64,
    /// Messages that came before, and were not run again.
    pub duplicates: u64,
    /// Of `calls`, those whose message the broker had given out before.
    pub redelivered: u64,
    /// How long those took that ended by themselves.
    pub durations: Durations,
}

impl Statistics {
    /// The numbers of one method, by the namespace of its API and its name. Of two versions of an
    /// API it is the one that is asked first.
    #[must_use]
    pub fn method(&self, namespace: Option<&str>, method: &str) -> Option<&MethodStatistics> {
        let mut of_namespace = self.apis.iter().filter(|api| api.namespace.as_deref() == namespace);
        of_namespace.find_map(|api| api.methods.iter().find(|it| it.method == method))
    }
}

impl MethodStatistics {
    /// Those that ended with an error, whosever it was: `failed`, `refused`, `panicked` and
    /// `cut_off`.
    #[must_use]
    pub fn errors(&self) -> u64 {
        [self.failed, self.refused, self.panicked, self.cut_off]
            .into_iter()
            .fold(0, u64::saturating_add)
    }
}
