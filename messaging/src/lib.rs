//! Versioned, typed RPC over message brokers, wire-compatible with OpenStack's oslo.messaging.
//!
//! A service is a trait; [`#[rpc_api]`](macro@rpc_api) turns it into a typed client and a
//! server-side endpoint; a [`Transport`] carries the messages over RabbitMQ, or in memory.
//!
//! ```text
//!  your code
//!    │  scheduler.select_hosts(spec, props).timeout(5 s).await
//!    ▼
//!  SchedulerClient ──► Call ──► Transport ──► driver ──► broker ──► driver ──► RpcServer
//!                                                                                │
//!                    your impl Scheduler ◄── SchedulerEndpoint ◄── Dispatcher ◄──┘
//! ```
//!
//! # A first call
//!
#![cfg_attr(all(feature = "macros", feature = "tokio"), doc = "```")]
#![cfg_attr(not(all(feature = "macros", feature = "tokio")), doc = "```ignore")]
//! use messaging::{Context, Proxy as _, RpcServer, Target, Transport, rpc_api};
//!
//! #[rpc_api(topic = "greeter", version = "1.0")]
//! trait Greeter {
//!     async fn greet(&self, ctx: &Context, name: String) -> Result<String, String>;
//! }
//!
//! struct Friendly;
//!
//! impl Greeter for Friendly {
//!     async fn greet(&self, _: &Context, name: String) -> Result<String, String> {
//!         Ok(format!("hello, {name}"))
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let transport = Transport::connect("memory://").await?; // or "rabbit://guest:guest@localhost:5672/"
//! let server = RpcServer::builder(&transport, Target::topic("greeter").server("one"))
//!     .endpoint(GreeterEndpoint::new(Friendly))
//!     .start()
//!     .await?;
//!
//! let greeter = GreeterClient::new(&transport);
//! assert_eq!(greeter.greet("bus".into()).await?, "hello, bus");
//! # server.stop();
//! # server.wait().await;
//! # Ok(()) }
//! ```
//!
//! [`guide`] is the documentation in the order in which it reads as a book.
//!
//! # The parts
//!
//! - [`rpc_api`](macro@rpc_api) describes an API: versions on methods and parameters, timeouts,
//!   casts, idempotence. It generates a client, which is a [`Proxy`], and an [`Endpoint`].
//! - A client of a literal version, `scheduler.prepare().version(version!("2.3"))`, does not compile
//!   where it sends what is newer; one whose version is known at run time refuses it before anything
//!   is sent.
//! - A client is cheap to clone. [`Proxy::prepare`] derives another from it, for one server, one
//!   version, another timeout. Its methods return a [`Call`] or a [`Cast`], which is sent when it is
//!   awaited; [`Call::gather`] asks every server, and gives their answers as a stream.
//!   [`RpcClient`] does the same for methods that are named at run time.
//! - [`Proxy::negotiate`] asks the servers, and gives a client pinned to the highest version that
//!   all of them speak.
//! - [`RpcServer`] serves several endpoints behind one topic, [`BaseApi`] among them. An
//!   [`Executor`] says how handlers run and how many at once.
//! - [`introspection`] is what each server tells of itself: who it is, what it serves, what it has
//!   done; and how a client finds that a server has another contract than its own.
//! - [`Transport`] is the connection to a broker, made from a URL or a [`Config`].
//! - [`driver`] is what a broker must be able to do, [`runtime`] what an executor must.
//!
//! # Tests
//!
//! `SchedulerClient::local(implementation)` is a client with no transport. [`testing`] has mocks, a
//! recording driver and virtual time, and shows each.
//!
//! # Errors
//!
//! A call returns [`CallError<E>`]: [`Remote`](CallError::Remote) with the method's own error, or
//! [`Rpc`](CallError::Rpc) with an [`Error`] of the road, whose [`ErrorKind`] says what happened.
//! Both answer the same questions, such as [`is_timeout`](CallError::is_timeout), and the text ends
//! with the next step. [`errors`] has a section for each kind: what it means, whether the method
//! may have run, and what to do.
//!
//! [`Call::retry`] makes a call again where its error may pass by itself, after pauses as a
//! [`RetryPolicy`] says. It is there for methods that are `#[rpc(idempotent)]`; on any other it does
//! not compile.
//!
//! A method's error type derives [`RemoteError`]; on the wire it is a class with arguments, which a
//! Python caller gets as an exception of its own. What nobody knows arrives as [`Failure`], data.
//!
//! # Values
//!
//! Arguments and results travel as JSON, written and read by serde. What a Python peer writes
//! beside JSON (wire document, section 7.2) is read where the type can hold it, and else refused by
//! an error that names the argument or the result; in a context it is kept as its text:
//!
//! - `NaN`, `Infinity` and `-Infinity` are values of `f64` and `f32`, also within structs, lists and
//!   options. `serde_json::Value` cannot hold them, nor can what serde reads by way of any type:
//!   untagged enums and flattened structs. Sent by Rust they are null, as serde_json writes them.
//! - Integers have any size: take `u128` or `i128`, `f64` for the nearest float, or
//!   `Box<serde_json::value::RawValue>` for every digit.
//! - Half of a surrogate pair, `"\ud800"`, is U+FFFD in a `String`.
//!
//! Lists and objects stand within each other up to 127 deep.
//!
//! # What is promised
//!
//! - A method runs at most once: its message is acknowledged before it runs, and a message that
//!   comes twice to one server runs once. One gap is left: a broker drops acknowledgements that it
//!   has received and not yet read when a connection ends. What began a few milliseconds before
//!   its connection was lost, or its server killed, may run on another server as well. A method that is `idempotent` is acknowledged after it ran,
//!   and runs again if its server dies.
//! - A cast returns when the broker has confirmed the message.
//! - A call ends by its deadline, 60 s unless told otherwise. A request for a topic that
//!   nobody has served is an error at once, not a time-out; once its queue is there, a request
//!   waits in it.
//! - A panic in a handler is an error reply and nothing else.
//!
//! [`delivery`] says it fault by fault, with the test that holds each statement, and with the
//! gaps. [`oslo_messaging`] is the peer's features, row by row, with what is here.
//!
//! # Features
//!
//! | feature | default | what |
//! | --- | --- | --- |
//! | `macros` | yes | `#[rpc_api]` and `#[derive(RemoteError)]` |
//! | `amqp` | yes | the driver for RabbitMQ |
//! | `tls` | yes | TLS for RabbitMQ, without a C toolchain |
//! | `tokio` | yes | run on tokio |
//! | `smol` | no | run on smol; both may be on at once |
//! | `schema` | no | JSON schemas of what travels, in a [`contract`] |
//! | `opentelemetry` | no | traces that go on at the other end, and metrics: [`telemetry`] |
//! | `health` | no | health probes over HTTP, on tokio: [`health`] |
//! | `conformance` | no | the suite that every driver passes |

// The vocabulary: plain data, no I/O.
mod version;
#[macro_use]
mod pinned;
mod target;
mod context;
mod descriptor;
pub mod contract;
mod url;
mod config;
mod error;
mod wire;
// The calling and the serving side.
mod rpc;
pub mod introspection;
// The road between.
mod transport;
pub mod driver;
// Across.
pub mod health;
pub mod telemetry;
pub mod runtime;
pub mod testing;
#[doc(hidden)]
pub mod __private;
#[cfg(any(test, fuzzing))]
#[doc(hidden)]
pub mod targets;
#[cfg(feature = "bench")]
#[doc(hidden)]
pub mod steps;
// Pages of the documentation, and no more.
#[cfg(any(doc, doctest))]
#[cfg_attr(all(feature = "macros", feature = "tokio"), doc = include_str!("../docs/cancellation.md"))]
pub mod cancellation {}
#[cfg(doc)]
#[doc = include_str!("../docs/delivery.md")]
pub mod delivery {}
#[cfg(doc)]
#[doc = include_str!("../docs/errors.md")]
pub mod errors {}
#[cfg(doc)]
#[doc = include_str!("../docs/faults.md")]
pub mod faults {}
// Its examples are compiled as those of every other page.
#[cfg(any(doc, doctest))]
pub mod guide {
    #![cfg_attr(all(feature = "macros", feature = "tokio"), doc = include_str!("../docs/guide/README.md"))]
    pub mod first_call {
        #![cfg_attr(all(feature = "macros", feature = "tokio"), doc = include_str!("../docs/guide/first_call.md"))]
    }
    pub mod from_python {
        #![cfg_attr(all(feature = "macros", feature = "tokio"), doc = include_str!("../docs/guide/from_python.md"))]
    }
    pub mod operating {
        #![cfg_attr(all(feature = "macros", feature = "tokio"), doc = include_str!("../docs/guide/operating.md"))]
    }
    pub mod shutdown {
        #![cfg_attr(all(feature = "macros", feature = "tokio"), doc = include_str!("../docs/guide/shutdown.md"))]
    }
    pub mod two_processes {
        #![cfg_attr(all(feature = "macros", feature = "tokio"), doc = include_str!("../docs/guide/two_processes.md"))]
    }
    pub mod writing_a_driver {
        #![cfg_attr(all(feature = "macros", feature = "tokio"), doc = include_str!("../docs/guide/writing_a_driver.md"))]
    }
}
#[cfg(doc)]
#[doc = include_str!("../docs/malformed.md")]
pub mod malformed {}
#[cfg(doc)]
#[doc = include_str!("../docs/oslo_messaging.md")]
pub mod oslo_messaging {}
#[cfg(doc)]
#[doc = include_str!("../docs/performance.md")]
pub mod performance {}
#[cfg(doc)]
#[doc = include_str!("../docs/scaling.md")]
pub mod scaling {}
#[cfg(doc)]
#[doc = include_str!("../docs/recovery.md")]
pub mod recovery {}
#[cfg(doc)]
#[doc = include_str!("../docs/versions.md")]
pub mod versions {}

#[cfg(feature = "macros")]
#[doc = include_str!("../docs/remote_error.md")]
pub use messaging_macros::RemoteError;
#[cfg(feature = "macros")]
#[doc = include_str!("../docs/rpc_api.md")]
pub use messaging_macros::rpc_api;

pub use config::{Compression, Config, FailoverStrategy, LoginMethod, RabbitOptions, TlsVersion};
pub use context::Context;
pub use descriptor::{ApiDescriptor, MethodDescriptor, ParamDescriptor};
pub use driver::{Event, Events, Health};
pub use error::{CallError, Error, ErrorKind, Failure, FailureParts, RemoteError, Stage};
pub use pinned::{AnyVersion, Argument, Omitted, Pin, Pinned, omitted};
pub use rpc::Reply;
pub use rpc::client::{
    Answers, AtMostOnce, Call, CallFuture, Cast, Gather, Gathered, Idempotent, MayRunAgain,
    Negotiate, Negotiated, Prepare, Proxy, Retried, RetryPolicy, RpcClient, Setting,
    VersionSetting,
};
pub use rpc::dispatcher::{
    AccessPolicy, AccessRequest, Answer, BaseApi, Endpoint, Handled, Invocation, Unpack,
};
pub use rpc::server::{
    CutOff, Execute, Executor, Job, RpcServer, RpcServerBuilder, ShutdownReport,
};
pub use target::Target;
pub use transport::Transport;
pub use url::TransportUrl;
pub use version::{ParseVersionError, Version};

/// The README's example is compiled and run with the other documentation.
#[cfg(all(doctest, feature = "macros", feature = "tokio"))]
#[doc = include_str!("../../README.md")]
struct Readme;
