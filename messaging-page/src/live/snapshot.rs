//! Who is there.

use messaging::introspection::{MethodStatistics, Statistics};
use serde::Serialize;

/// Who serves some topics, and what they have done, at one moment.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Snapshot {
    /// The servers that tell of themselves, by topic and name.
    pub servers: Vec<Instance>,
    /// How many answered and told nothing of themselves, as servers in Python do.
    pub silent: Vec<Silent>,
    /// What went wrong, a sentence each.
    pub problems: Vec<String>,
}

/// One server.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Instance {
    /// The topic that it serves.
    pub topic: String,
    /// Its name.
    pub server: String,
    /// For how many seconds it has been there.
    pub uptime: f64,
    /// What it has done.
    pub apis: Vec<ApiNumbers>,
}

/// The servers of a topic that tell nothing of themselves.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Silent {
    /// The topic.
    pub topic: String,
    /// How many they are.
    pub count: usize,
}

/// What a server has done for one API.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ApiNumbers {
    /// The API's name.
    pub api: String,
    /// Its namespace; none is the null namespace.
    pub namespace: Option<String>,
    /// The version served.
    pub version: String,
    /// Its methods.
    pub methods: Vec<MethodNumbers>,
}

/// What became of the calls and casts of one method.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct MethodNumbers {
    /// The method's name on the wire.
    pub method: String,
    /// Those that were begun.
    pub calls: u64,
    /// Those that run now.
    pub in_flight: u64,
    /// Those that ended with an error.
    pub errors: u64,
    /// The seconds within which half of them ended, to a bucket of the histogram; none without
    /// calls.
    pub p50: Option<f64>,
    /// The seconds within which 99 % of them ended, likewise.
    pub p99: Option<f64>,
}

impl Instance {
    pub(super) fn of(topic: &str, statistics: Statistics) -> Self {
        let apis = statistics.apis.into_iter().map(|api| ApiNumbers {
            api: api.api,
            namespace: api.namespace,
            version: api.version.to_string(),
            methods: api.methods.iter().map(MethodNumbers::of).collect(),
        });
        Self {
            topic: topic.to_owned(),
            server: statistics.server,
            uptime: statistics.uptime,
            apis: apis.collect(),
        }
    }
}

impl MethodNumbers {
    fn of(method: &MethodStatistics) -> Self {
        let within = |share| method.durations.within(share).map(|time| time.as_secs_f64());
        Self {
            method: method.method.clone(),
            calls: method.calls,
            in_flight: method.in_flight,
            errors: method.errors(),
            p50: within(0.5),
            p99: within(0.99),
        }
    }
}
