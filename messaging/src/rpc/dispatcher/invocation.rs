//! One request, as an endpoint gets it.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use crate::context::Deadline;
use crate::runtime::Runtime;
use crate::version::Requested;
use crate::wire::{Args, Part, Request};
use crate::{Context, MethodDescriptor, Version};

/// One request, as an endpoint gets it: method, arguments, context.
pub struct Invocation {
    pub(super) method: Cow<'static, str>,
    /// In the message of the arguments.
    namespace: Option<Part>,
    pub(super) version: Option<Version>,
    pub(super) args: Args,
    pub(super) context: Context,
    pub(super) runtime: Arc<dyn Runtime>,
}

impl Invocation {
    /// What `request` asks for, which `method` is or stands for, until `caller` gives up; `attempt`
    /// is which time it came.
    pub(crate) fn of(
        method: &'static str,
        request: Request,
        caller: Option<Deadline>,
        attempt: u32,
        runtime: Arc<dyn Runtime>,
    ) -> Self {
        let version = request.version().and_then(Requested::parse).map(Requested::version);
        let is_any = method == MethodDescriptor::ANY.name;
        let method = match is_any {
            true => Cow::Owned(request.method().to_owned()),
            false => Cow::Borrowed(method),
        };
        let context = Context::from_wire(request.context);
        Self {
            method,
            namespace: request.namespace,
            version,
            args: request.args,
            context: context.with_deadline(caller).with_attempt(attempt),
            runtime,
        }
    }

    /// Of `method` with `args` alone.
    pub(crate) fn with_args(method: String, args: Args, runtime: Arc<dyn Runtime>) -> Self {
        let context = Context::new();
        Self { method: method.into(), namespace: None, version: None, args, context, runtime }
    }

    /// The method's name on the wire.
    #[must_use]
    pub fn method(&self) -> &str {
        &self.method
    }

    /// The namespace asked for.
    #[must_use]
    pub fn namespace(&self) -> Option<&str> {
        self.namespace.as_ref().map(|part| self.args.part(part))
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
            .field("namespace", &self.namespace())
            .field("version", &self.version)
            .field("args", &self.args.iter().map(|(name, _)| name).collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}
