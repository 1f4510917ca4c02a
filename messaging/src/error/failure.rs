//! Failures as they travel: data, never code.

use std::convert::Infallible;
use std::fmt;
use std::ops::{Deref, DerefMut};

use serde_json::{Map, Value};

use super::Printable;

/// What a server answered in place of a result (wire document, section 11.1).
///
/// It is data: no class is ever looked up or instantiated by name. It is one word wide; its parts
/// are the fields of [`FailureParts`], to which it dereferences: `failure.message`.
#[derive(Clone, PartialEq)]
pub struct Failure(Box<FailureParts>);

/// The parts of a [`Failure`].
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct FailureParts {
    /// The name of the class, without its module: `ValueError`.
    pub class: String,
    /// The module of the class: `builtins`.
    pub module: String,
    /// The text of the error. Of one that is longer than 64 KiB the start travels.
    pub message: String,
    /// The lines of the peer's traceback, as it formatted them. Of one that is longer than 64 KiB
    /// or 1024 lines the start and the end travel.
    pub traceback: Vec<String>,
    /// The positional arguments from which a Python caller rebuilds the exception.
    pub args: Vec<Value>,
    /// The named arguments, likewise.
    pub kwargs: Map<String, Value>,
    /// Where it came about.
    origin: Origin,
}

/// Where a failure came about: for the statistics of a server, and for its callers, who are told
/// whether the method ran.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) enum Origin {
    /// In the method itself, here or elsewhere.
    #[default]
    Method,
    /// Before it: the request cannot be read, or its arguments do not fit. A server of this library
    /// says so; a Python peer answers with a `TypeError` like any other.
    Arguments,
    /// It panicked.
    Panic,
}

/// Two failures that say the same are equal, wherever they came about.
impl PartialEq for Origin {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Failure {
    /// A failure of this class with this text, which is also its one positional argument, as for
    /// most exceptions of Python.
    #[must_use]
    pub fn new(
        module: impl Into<String>,
        class: impl Into<String>,
        message: impl Into<String>,
    ) -> Self {
        let message = message.into();
        Self(Box::new(FailureParts {
            class: class.into(),
            module: module.into(),
            args: vec![Value::String(message.clone())],
            message,
            ..FailureParts::default()
        }))
    }

    /// The same failure with other positional arguments.
    #[must_use]
    pub fn with_args(mut self, args: Vec<Value>) -> Self {
        self.0.args = args;
        self
    }

    /// The same failure with named arguments.
    #[must_use]
    pub fn with_kwargs(mut self, kwargs: Map<String, Value>) -> Self {
        self.0.kwargs = kwargs;
        self
    }

    /// The same failure, come about elsewhere than in the method.
    pub(crate) fn of(mut self, origin: Origin) -> Self {
        self.0.origin = origin;
        self
    }

    pub(crate) fn origin(&self) -> Origin {
        self.0.origin
    }

    /// Whether it is of this class. The suffix `_Remote`, which a Python service adds to the
    /// module and the class of an exception that it passes on, is taken off first.
    #[must_use]
    pub fn is(&self, module: &str, class: &str) -> bool {
        self.class.trim_end_matches("_Remote") == class
            && self.module.trim_end_matches("_Remote") == module
    }
}

impl Deref for Failure {
    type Target = FailureParts;

    fn deref(&self) -> &FailureParts {
        &self.0
    }
}

impl DerefMut for Failure {
    fn deref_mut(&mut self) -> &mut FailureParts {
        &mut self.0
    }
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Failure")
            .field("class", &self.class)
            .field("module", &self.module)
            .field("message", &self.message)
            .field("args", &self.args)
            .field("kwargs", &self.kwargs)
            .field("traceback", &self.traceback)
            .finish()
    }
}

/// On one line, with what would speak to a terminal escaped; [`message`](FailureParts::message) is
/// as it came.
impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (module, class) = (Printable(&self.module), Printable(&self.class));
        write!(f, "{module}.{class}: {}", Printable(&self.message))
    }
}

impl std::error::Error for Failure {}

/// An error that a method returns: how it becomes a [`Failure`] on the server, and how a client
/// recognises it.
///
/// Write `#[derive(RemoteError)]` on an enum whose variants are the errors; each becomes a class
/// that a Python caller can rebuild.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot travel as the error of a method",
    note = "write `#[derive(messaging::RemoteError)]` on it, or use `messaging::Failure`"
)]
pub trait RemoteError: Sized + Send + 'static {
    /// The failure that the server answers with.
    fn to_failure(&self) -> Failure;

    /// The error that `failure` stands for; none if it is not one of this type's.
    fn from_failure(failure: &Failure) -> Option<Self>;
}

/// Any failure, as it came.
impl RemoteError for Failure {
    fn to_failure(&self) -> Failure {
        self.clone()
    }

    fn from_failure(failure: &Failure) -> Option<Self> {
        Some(failure.clone())
    }
}

/// For methods that do not fail.
impl RemoteError for Infallible {
    fn to_failure(&self) -> Failure {
        match *self {}
    }

    fn from_failure(_: &Failure) -> Option<Self> {
        None
    }
}

/// An error that is no more than its text; on the wire it is Python's `RuntimeError`.
impl RemoteError for String {
    fn to_failure(&self) -> Failure {
        Failure::new("builtins", "RuntimeError", self.as_str())
    }

    fn from_failure(failure: &Failure) -> Option<Self> {
        failure.is("builtins", "RuntimeError").then(|| failure.message.clone())
    }
}
