//! What is counted anyway, read when somebody collects: of every transport and every server.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError, Weak};

use opentelemetry::KeyValue;
use opentelemetry::metrics::{AsyncInstrument, Meter};

use super::conventions::{SYSTEM, metrics};

/// What is told of a transport or a server.
#[derive(Debug)]
pub(crate) struct Observation {
    pub(crate) what: &'static str,
    pub(crate) value: u64,
    /// `Service/method`, where it is about one.
    pub(crate) method: Option<String>,
    /// Where it is about a server.
    pub(crate) topic: Option<String>,
}

/// A transport, or a server.
pub(crate) trait Observable: Send + Sync {
    fn observe(&self, tell: &mut dyn FnMut(Observation));
}

/// All that there are, and what those have counted that there are no more: a counter only grows.
#[derive(Default)]
struct All {
    there: Vec<Weak<dyn Observable>>,
    /// Bounded by the methods and topics that there were.
    past: BTreeMap<Key, u64>,
    /// The most that was told of a counter, so that it never falls while one goes away: collectors
    /// would take that for a new start.
    told: BTreeMap<Key, u64>,
}

/// What, of which method, for which topic.
type Key = (&'static str, Option<String>, Option<String>);

static ALL: Mutex<All> =
    Mutex::new(All { there: Vec::new(), past: BTreeMap::new(), told: BTreeMap::new() });

fn all() -> MutexGuard<'static, All> {
    // It is whole at every point where a panic could happen.
    ALL.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Has one observed, for as long as it is there.
pub(crate) fn observe(one: Weak<dyn Observable>) {
    let mut all = all();
    all.there.retain(|other| other.strong_count() > 0);
    all.there.push(one);
}

/// One that is going away has counted so much.
pub(crate) fn retire(one: &dyn Observable) {
    if !super::meters::is_installed() {
        return;
    }
    one.observe(&mut |Observation { what, value, method, topic }| {
        if value > 0 && !GAUGES.contains(&what) {
            let mut all = all();
            let sum = all.past.entry((what, method, topic)).or_default();
            *sum = sum.saturating_add(value);
        }
    });
}

/// What is at this moment, in place of what was since the start.
const GAUGES: [&str; 2] = [metrics::SERVER_IN_FLIGHT, metrics::CLIENT_IN_FLIGHT];

pub(super) fn register(meter: &Meter) {
    let counters = [
        (metrics::EXPIRED, "{call}", "Calls not begun, because their callers had given up"),
        (metrics::SERVER_CANCELLED, "{call}", "Methods ended, because their callers had given up"),
        (metrics::DUPLICATES, "{message}", "Messages that came before, and were not run again"),
        (metrics::REDELIVERED, "{message}", "Messages that were given out before"),
        (metrics::BUSY, "{call}", "Calls refused because all workers were busy"),
        (metrics::GIVEN_UP, "{message}", "Messages rejected after too many attempts"),
        (metrics::MALFORMED, "{message}", "Messages that were no request"),
        (metrics::LATE_REPLIES, "{reply}", "Replies whose calls had given up"),
        (metrics::RECONNECTS, "{connection}", "Connections made anew after one was lost"),
    ];
    for (name, unit, what) in counters {
        let counter = meter.u64_observable_counter(name).with_unit(unit).with_description(what);
        counter.with_callback(move |instrument| tell_of(name, instrument)).build();
    }
    let what = ["Methods that run", "Calls that wait for their answers"];
    for (name, what) in GAUGES.into_iter().zip(what) {
        let gauge = meter.i64_observable_up_down_counter(name).with_unit("{call}");
        let gauge = gauge.with_description(what);
        gauge.with_callback(move |instrument| tell_of(name, &Signed(instrument))).build();
    }
}

/// Sums what is told of `name`, since transports and servers have no labels of their own: a label
/// for each would grow without end in a process that makes them again and again.
fn tell_of(name: &'static str, instrument: &dyn AsyncInstrument<u64>) {
    let (there, mut sums) = {
        let all = all();
        let past = all.past.iter().filter(|((what, ..), _)| *what == name);
        let sums: BTreeMap<Key, u64> = past.map(|(key, sum)| (key.clone(), *sum)).collect();
        (all.there.iter().filter_map(Weak::upgrade).collect::<Vec<_>>(), sums)
    };
    for one in there {
        one.observe(&mut |Observation { what, value, method, topic }| {
            if what == name {
                let sum = sums.entry((what, method, topic)).or_default();
                *sum = sum.saturating_add(value);
            }
        });
    }
    if !GAUGES.contains(&name) {
        let mut all = all();
        for (key, sum) in &mut sums {
            let told = all.told.entry(key.clone()).or_default();
            *told = (*told).max(*sum);
            *sum = *told;
        }
    }
    for ((_, method, topic), sum) in sums {
        let mut labels = vec![KeyValue::new("rpc.system.name", SYSTEM)];
        labels.extend(method.map(|method| KeyValue::new("rpc.method", method)));
        labels.extend(topic.map(|topic| KeyValue::new("server.address", topic)));
        instrument.observe(sum, &labels);
    }
}

struct Signed<'a>(&'a dyn AsyncInstrument<i64>);

impl AsyncInstrument<u64> for Signed<'_> {
    fn observe(&self, value: u64, labels: &[KeyValue]) {
        self.0.observe(i64::try_from(value).unwrap_or(i64::MAX), labels);
    }
}
