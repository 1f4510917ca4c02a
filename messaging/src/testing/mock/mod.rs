//! An API that is answered by closures.

mod on;
mod rules;
mod signature;

use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;
use std::sync::Arc;

pub use on::On;
pub use signature::{Answers, AnswersWith, Signature};

use super::journal::Journal;
use crate::rpc::dispatcher::{Endpoint, Handled, Invocation, Unpack};
use crate::rpc::local::LocalServer;
use crate::runtime::Runtime;
use crate::{ApiDescriptor, Failure, MethodDescriptor, Proxy};
use rules::Rules;

/// A server of the API of the client `C` whose methods are closures.
///
/// Each method is named by its constant, which carries the types: what a closure takes and returns
/// is checked by the compiler. The client is an ordinary one, over a
/// [local server](super::LocalServer): arguments and results travel as JSON, versions are checked,
/// deadlines hold. A method that has no answer is an error, for a cast as well, that names it and
/// those that have.
///
/// What was asked is remembered: a mock dereferences to its [`Journal`], which has the assertions,
/// and [`calls`](Self::calls) gives the arguments as the method's own types. Clones share all.
///
#[cfg_attr(all(feature = "macros", feature = "tokio"), doc = "```")]
#[cfg_attr(not(all(feature = "macros", feature = "tokio")), doc = "```ignore")]
/// # use messaging::{Context, Proxy as _, rpc_api};
/// # #[rpc_api(topic = "scheduler", version = "1.0")]
/// # trait Scheduler {
/// #     async fn select_hosts(&self, ctx: &Context, ram: u32, zone: String) -> Result<Vec<String>, String>;
/// # }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use messaging::ErrorKind;
/// use messaging::testing::Mock;
///
/// let mock = Mock::<SchedulerClient>::new();
/// mock.on(SchedulerClient::SELECT_HOSTS).once().errs(ErrorKind::Unroutable);
/// mock.on(SchedulerClient::SELECT_HOSTS).answers(|ram, zone| match ram {
///     ..4096 => Ok(vec![format!("host-1.{zone}")]),
///     _ => Err("no host is so large".to_owned()),
/// });
///
/// let scheduler = mock.client();
/// assert!(scheduler.select_hosts(1024, "north".into()).await.is_err());
/// assert_eq!(scheduler.select_hosts(2048, "north".into()).await?, ["host-1.north"]);
/// assert_eq!(mock.calls(SchedulerClient::SELECT_HOSTS)[1], (2048, "north".to_owned()));
/// # Ok(()) }
/// ```
pub struct Mock<C> {
    rules: Arc<Rules>,
    runtime: Option<Arc<dyn Runtime>>,
    _client: PhantomData<fn() -> C>,
}

impl<C: Proxy> Mock<C> {
    /// A mock that answers nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self { rules: Arc::new(Rules::of(C::API)), runtime: None, _client: PhantomData }
    }

    /// The same on `runtime`, by whose clock deadlines are told. The default is the one that the
    /// calling code runs on, at each call.
    #[must_use]
    pub fn on_runtime(self, runtime: Arc<dyn Runtime>) -> Self {
        Self { runtime: Some(runtime), ..self }
    }

    /// Says what `method` answers; see [`On`].
    ///
    /// # Panics
    ///
    /// If the method is one of another API.
    #[track_caller]
    pub fn on<S: Signature>(&self, method: MethodDescriptor<S>) -> On<'_, S> {
        let (name, api) = (method.name, C::API.name);
        let is_known = C::API.method(name) == Some(&method.erased());
        assert!(is_known, "API `{api}` has no such method `{name}`; use a constant of its client");
        On::new(&self.rules, method)
    }

    /// The client.
    #[must_use]
    pub fn client(&self) -> C {
        let mut server = LocalServer::new().endpoint(Described(C::API));
        if let Some(runtime) = &self.runtime {
            server = server.runtime(Arc::clone(runtime));
        }
        server.script(Arc::<Rules>::clone(&self.rules)).client()
    }

    /// The arguments of each request for `method` that was kept, in order, also of those that were
    /// not answered. An argument that was left out is its default where the client knew it.
    ///
    /// # Panics
    ///
    /// If arguments that a client named by text cannot be read as the method's types.
    #[must_use]
    #[track_caller]
    pub fn calls<S: Signature>(&self, method: MethodDescriptor<S>) -> Vec<S::Args> {
        let read = |args| match S::take(&mut Unpack::of_args(method.name, args), method.params) {
            Ok(args) => args,
            Err(failure) => panic!("a request for `{}` cannot be read: {failure}", method.name),
        };
        self.rules.played(method.name).into_iter().map(read).collect()
    }

    /// That every answer that was given for a number of times was used so often.
    ///
    /// # Panics
    ///
    /// If not, naming those that were not.
    #[track_caller]
    pub fn assert_used_up(&self) {
        let left = self.rules.left();
        let api = C::API.name;
        assert!(left.is_empty(), "the mock of API `{api}` was not asked for: {}", left.join(", "));
    }
}

impl<C: Proxy> Default for Mock<C> {
    fn default() -> Self {
        Self::new()
    }
}

impl<C> Clone for Mock<C> {
    fn clone(&self) -> Self {
        let (rules, runtime) = (Arc::clone(&self.rules), self.runtime.clone());
        Self { rules, runtime, _client: PhantomData }
    }
}

impl<C> Deref for Mock<C> {
    type Target = Journal;

    fn deref(&self) -> &Journal {
        self.rules.journal()
    }
}

impl<C> fmt::Debug for Mock<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Mock").field(&self.rules).finish()
    }
}

/// What is known of the API without an implementation; the rules answer in its place.
struct Described(ApiDescriptor);

impl Endpoint for Described {
    fn api(&self) -> ApiDescriptor {
        self.0
    }

    fn handle(&self, invocation: Invocation) -> Handled {
        let failure: Failure =
            crate::rpc::dispatcher::no_such_method(invocation.namespace(), invocation.method());
        Box::pin(async { Err(failure) })
    }
}
