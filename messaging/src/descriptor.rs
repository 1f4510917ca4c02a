//! An API as plain data: what `#[rpc_api]` knows of a trait.

use std::marker::PhantomData;
use std::time::Duration;

use crate::Version;
use crate::contract::{SchemaWriter, Schemas};

/// A whole API: `SchedulerClient::API`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ApiDescriptor {
    /// The trait's name.
    pub name: &'static str,
    /// The topic that clients send to unless told otherwise.
    pub topic: &'static str,
    /// The namespace; none is the null namespace.
    pub namespace: Option<&'static str>,
    /// The version declared.
    pub version: Version,
    /// The trait's documentation.
    pub docs: &'static str,
    /// The methods, in the order in which they are declared.
    pub methods: &'static [MethodDescriptor],
    pub(crate) schemas: Schemas,
}

impl ApiDescriptor {
    /// An API of the null namespace, without documentation, for an [`Endpoint`](crate::Endpoint)
    /// that is written by hand; its other fields can be set.
    #[must_use]
    pub const fn new(
        name: &'static str,
        version: Version,
        methods: &'static [MethodDescriptor],
    ) -> Self {
        Self::__new(name, "", None, version, "", methods)
    }

    /// The method of this name on the wire.
    #[must_use]
    pub fn method(&self, name: &str) -> Option<&'static MethodDescriptor> {
        self.methods.iter().find(|method| method.name == name)
    }

    #[doc(hidden)]
    #[must_use]
    pub const fn __new(
        name: &'static str,
        topic: &'static str,
        namespace: Option<&'static str>,
        version: Version,
        docs: &'static str,
        methods: &'static [MethodDescriptor],
    ) -> Self {
        Self { name, topic, namespace, version, docs, methods, schemas: Schemas::NONE }
    }

    #[doc(hidden)]
    #[must_use]
    pub const fn __with_schemas(mut self, write: fn(&mut SchemaWriter<'_>)) -> Self {
        self.schemas = Schemas::told_by(write);
        self
    }
}

/// One method of an API: `SchedulerClient::SELECT_HOSTS`.
///
/// `S` is what the method takes after its context and what it returns, as the type of a function,
/// such as `fn(RequestSpec) -> Result<Vec<Host>, SchedulerError>`; `()` where it does not matter.
#[derive(Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct MethodDescriptor<S = ()> {
    /// The name on the wire.
    pub name: &'static str,
    /// The version that brought the method.
    pub since: Version,
    /// Whether it is only ever cast: sent without a reply.
    pub cast: bool,
    /// Whether running it twice does no more than running it once, so that it is acknowledged
    /// after it ran and runs again when its server dies.
    pub idempotent: bool,
    /// Whether it runs to its end also where its caller has given up. A method that blocks always
    /// does, since its thread cannot be stopped.
    pub no_cancel: bool,
    /// How long a call waits unless told otherwise; none is the transport's default.
    pub timeout: Option<Duration>,
    /// The method's documentation.
    pub docs: &'static str,
    /// The parameters after the context, in order.
    pub params: &'static [ParamDescriptor],
    signature: PhantomData<S>,
}

impl MethodDescriptor {
    /// Stands for every method that its API does not name, for an [`Endpoint`](crate::Endpoint)
    /// whose methods are known at run time only: [`Invocation::method`](crate::Invocation::method)
    /// says which was called. They are counted as one, which is called `*`.
    pub const ANY: Self =
        Self::__new("*", Version::new(1, 0), false, false, None, "Every other method.", &[]);
}

impl<S> MethodDescriptor<S> {
    /// The same description without the types.
    #[must_use]
    pub const fn erased(&self) -> MethodDescriptor {
        let Self { name, since, cast, idempotent, no_cancel, timeout, docs, params, .. } = *self;
        let signature = PhantomData;
        MethodDescriptor {
            name,
            since,
            cast,
            idempotent,
            no_cancel,
            timeout,
            docs,
            params,
            signature,
        }
    }

    #[doc(hidden)]
    #[must_use]
    #[allow(clippy::fn_params_excessive_bools)] // called by generated code alone
    pub const fn __new(
        name: &'static str,
        since: Version,
        cast: bool,
        idempotent: bool,
        timeout: Option<Duration>,
        docs: &'static str,
        params: &'static [ParamDescriptor],
    ) -> Self {
        let (no_cancel, signature) = (false, PhantomData);
        Self { name, since, cast, idempotent, no_cancel, timeout, docs, params, signature }
    }

    #[doc(hidden)]
    #[must_use]
    pub const fn __no_cancel(mut self) -> Self {
        self.no_cancel = true;
        self
    }
}

/// Whatever the signature is: there is none in it.
impl<S> Clone for MethodDescriptor<S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<S> Copy for MethodDescriptor<S> {}

/// The name on the wire, where a method is named by text.
impl<S> From<MethodDescriptor<S>> for String {
    fn from(method: MethodDescriptor<S>) -> Self {
        method.name.to_owned()
    }
}

/// One parameter of a method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ParamDescriptor {
    /// The name on the wire.
    pub name: &'static str,
    /// The version that brought the parameter: older peers do not know it.
    pub since: Version,
    /// Whether a request may leave it out.
    pub optional: bool,
}

impl ParamDescriptor {
    #[doc(hidden)]
    #[must_use]
    pub const fn __new(name: &'static str, major: u32, minor: u32, optional: bool) -> Self {
        Self { name, since: Version::new(major, minor), optional }
    }
}
