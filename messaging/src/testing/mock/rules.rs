//! The answers of a mock, in the order in which they are used.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use futures_util::future::BoxFuture;

use crate::driver::Publish;
use crate::rpc::dispatcher::Invocation;
use crate::rpc::local::{Ran, Script};
use crate::testing::journal::{Journal, LIMIT};
use crate::testing::sent::Sent;
use crate::wire::Args;
use crate::{ApiDescriptor, Error, ErrorKind};

/// One answer on its way.
pub(super) type Play = BoxFuture<'static, Ran>;

type Closure = Box<dyn FnMut(Invocation) -> Play + Send>;

/// The answers of a mock, and what it was asked.
pub(super) struct Rules {
    api: ApiDescriptor,
    rules: Mutex<Vec<Rule>>,
    journal: Journal,
    /// The arguments of what reached a rule, or would have: the last, as many as a journal keeps.
    played: Mutex<VecDeque<(String, Args)>>,
}

struct Rule {
    method: &'static str,
    /// How often it is used; none is without limit.
    times: Option<usize>,
    used: usize,
    /// Not under the lock of the rules: a closure may ask the mock.
    closure: Arc<Mutex<Closure>>,
}

impl Rules {
    pub(super) fn of(api: ApiDescriptor) -> Self {
        let (rules, journal, played) = (Mutex::default(), Journal::default(), Mutex::default());
        Self { api, rules, journal, played }
    }

    pub(super) fn journal(&self) -> &Journal {
        &self.journal
    }

    pub(super) fn add(&self, method: &'static str, times: Option<usize>, closure: Closure) {
        let closure = Arc::new(Mutex::new(closure));
        locked(&self.rules).push(Rule { method, times, used: 0, closure });
    }

    /// The arguments of each request for `method`.
    pub(super) fn played(&self, method: &str) -> Vec<Args> {
        let played = locked(&self.played);
        played.iter().filter(|(name, _)| name == method).map(|(_, args)| args.clone()).collect()
    }

    /// What was given for a number of times and not used so often.
    pub(super) fn left(&self) -> Vec<String> {
        let rules = locked(&self.rules);
        let left = rules.iter().filter_map(|rule| {
            let times = rule.times.filter(|times| rule.used < *times)?;
            Some(format!("`{}`, used {} of {times} times", rule.method, rule.used))
        });
        left.collect()
    }

    fn closure(&self, method: &str) -> Result<Arc<Mutex<Closure>>, Error> {
        let mut rules = locked(&self.rules);
        let free = |rule: &&mut Rule| {
            rule.method == method && rule.times.is_none_or(|times| rule.used < times)
        };
        if let Some(rule) = rules.iter_mut().find(free) {
            rule.used += 1;
            return Ok(Arc::clone(&rule.closure));
        }
        let api = self.api.name;
        let mut others: Vec<&str> = rules.iter().map(|rule| rule.method).collect();
        let used = rules.iter().filter(|rule| rule.method == method).map(|rule| rule.used);
        let asked: usize = used.sum();
        let why = if others.contains(&method) {
            format!("its answers are used up, which were for {asked} requests")
        } else {
            others.sort_unstable();
            others.dedup();
            let others: Vec<String> = others.iter().map(|other| format!("`{other}`")).collect();
            let others = if others.is_empty() { "nothing".to_owned() } else { others.join(", ") };
            format!("it has no answer, and mocked is {others}")
        };
        Err(Error::new(
            ErrorKind::NoSuchMethod,
            format!(
                "the mock of API `{api}` cannot answer `{method}`: {why}; say what it answers \
                 with `mock.on(..)`"
            ),
        ))
    }
}

impl Script for Rules {
    fn saw(&self, message: &Publish<'_>, at: Instant) {
        self.journal.note(Sent::new(message, at));
    }

    fn play(&self, invocation: Invocation) -> Play {
        {
            let mut played = locked(&self.played);
            if played.len() == LIMIT {
                played.pop_front();
            }
            played.push_back((invocation.method().to_owned(), invocation.args().clone()));
        }
        match self.closure(invocation.method()) {
            Ok(closure) => locked(&closure)(invocation),
            Err(error) => Box::pin(async { Err(error) }),
        }
    }
}

impl fmt::Debug for Rules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rules = locked(&self.rules);
        f.debug_struct("Rules")
            .field("api", &self.api.name)
            .field("methods", &rules.iter().map(|rule| rule.method).collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}

/// Whatever panicked meanwhile, the rules are whole.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
