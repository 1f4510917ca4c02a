//! One request, as an endpoint gets it.

use std::fmt;
use std::sync::Arc;

use crate::context::Deadline;
use crate::runtime::Runtime;
use crate::version::Requested;
use crate::wire::{Args, Request};
use crate::{Context, Version};

/// One request, as an endpoint gets it: method, arguments, context.
pub struct Invocation {
    pub(super) method: String,
    pub(super) namespace: Option<String>,
    pub(super) version: Option<Version>,
    pub(super) args: Args,
    pub(super) context: Context,
    pub(super) runtime: Arc<dyn Runtime>,
}

impl Invocation {
    /// What `request` asks for, until `caller` gives up; `attempt` is which time it came.
    pub(crate) fn of(
        request: Request,
        caller: Option<Deadline>,
        attempt: u32,
        runtime: Arc<dyn Runtime>,
    ) -> Self {
        Self::new(
            request.method,
            request.namespace,
            request.version.and_then(|text| Requested::parse(&text)).map(Requested::version),
            request.args,
            Context::from_wire(request.context).with_deadline(caller).with_attempt(attempt),
            runtime,
        )
    }

    pub(crate) fn new(
        method: String,
        namespace: Option<String>,
        version: Option<Version>,
        args: Args,
        context: Context,
        runtime: Arc<dyn Runtime>,
    ) -> Self {
        Self { method, namespace, version, args, context, runtime }
    }

    /// The method's name on the wire.
    #[must_use]
    pub fn method(&self) -> &str {
        &self.method
    }

    /// The namespace asked for.
    #[must_use]
    pub fn namespace(&self) -> Option<&str> {
        self.namespace.as_deref()
    }

    /// The version that the request was made for, where it names one.
    #[must_use]
    pub fn version(&self) -> Option<Version> {
        self.version
    }

    /// The arguments, before they are taken.
    pub(crate) fn args(&self) -> &Args {
        &self.args
    }

    /// What travelled beside the arguments.
    #[must_use]
    pub fn context(&self) -> &Context {
        &self.context
    }
}

impl fmt::Debug for Invocation {
    /// Without the arguments: they are the user's, and may be secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Invocation")
            .field("method", &self.method)
            .field("namespace", &self.namespace)
            .field("version", &self.version)
            .field("args", &self.args.keys())
            .finish_non_exhaustive()
    }
}
