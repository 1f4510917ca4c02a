//! Every path that generated code may use, in one table.
//!
//! All are absolute, so that nothing which the user's module shadows is picked up by mistake.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{Ident, Path};

use super::names::{self, Free};

/// Tokens that are written many times: a stream would be handed to the compiler and back each
/// time.
#[derive(Clone)]
pub(crate) struct Tokens(Vec<TokenTree>);

impl Tokens {
    fn of(stream: TokenStream) -> Self {
        Self(stream.into_iter().collect())
    }

    /// The same tokens, `ours_at` that place: for a path in which a bound can fail.
    pub(crate) fn placed(&self, span: Span) -> Self {
        let mut placed = self.clone();
        let at = names::ours_at(span);
        placed.0.iter_mut().for_each(|token| token.set_span(at));
        placed
    }
}

impl ToTokens for Tokens {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        tokens.extend(self.0.iter().cloned());
    }
}

macro_rules! paths {
    ($root:ident: $($name:ident = { $($path:tt)* })*) => {
        pub(crate) struct Paths {
            $(pub(crate) $name: Tokens,)*
            free: Free,
        }

        impl Paths {
            /// The paths under `root`; none means the crate `::messaging`.
            pub(crate) fn new(root: Option<&Path>) -> Self {
                let $root = root.map_or_else(|| quote!(::messaging), |root| quote!(#root));
                Self { $($name: Tokens::of(quote!($($path)*)),)* free: Free::of(&TokenStream::new()) }
            }
        }
    };
}

impl Paths {
    /// The same paths for what is made of the trait with these tokens.
    pub(crate) fn for_trait(root: Option<&Path>, tokens: &TokenStream) -> Self {
        Self { free: Free::of(tokens), ..Self::new(root) }
    }

    /// The endpoint's type parameter for the implementation.
    pub(crate) fn of_implementation(&self) -> Ident {
        self.free.implementation.clone()
    }

    /// The client's type parameter for what the compiler knows of its version.
    pub(crate) fn of_version(&self) -> Ident {
        self.free.pin.clone()
    }
}

paths! { root:
    // What users of the runtime crate know.
    any_version = { #root::AnyVersion }
    api_descriptor = { #root::ApiDescriptor }
    argument = { #root::Argument }
    call = { #root::Call }
    cast = { #root::Cast }
    endpoint = { #root::Endpoint }
    failure = { #root::Failure }
    idempotent = { #root::Idempotent }
    invocation = { #root::Invocation }
    method_descriptor = { #root::MethodDescriptor }
    param_descriptor = { #root::ParamDescriptor }
    pin = { #root::Pin }
    pinned = { #root::Pinned }
    proxy = { #root::Proxy }
    remote_error = { #root::RemoteError }
    version = { #root::Version }
    // What generated code alone may touch. What is of `alloc` is here too, since not every crate
    // can name `::std`.
    absent = { #root::__private::absent }
    arc = { #root::__private::Arc }
    begun = { #root::__private::Begun }
    blocking = { #root::__private::blocking }
    client_core = { #root::__private::ClientCore }
    context_as = { #root::__private::context_as }
    from_core = { #root::__private::FromCore }
    error_classes = { #root::__private::ErrorClasses }
    error_schema = { #root::__private::ErrorSchema }
    field = { #root::__private::field }
    field_or = { #root::__private::field_or }
    future_of = { #root::__private::future_of }
    has = { #root::__private::Has }
    handle = { #root::__private::handled }
    handled = { #root::__private::Handled }
    has_schemas = { #root::__private::HAS_SCHEMAS }
    left_out = { #root::__private::left_out }
    message = { #root::__private::message }
    module = { #root::__private::module }
    named = { #root::__private::named }
    no_reply = { #root::__private::no_reply }
    pack = { #root::__private::Pack }
    is_own_module = { #root::__private::is_own_module }
    positional = { #root::__private::positional }
    reply = { #root::__private::reply }
    serves = { #root::__private::Serves }
    takes = { #root::__private::Takes }
    to_value = { #root::__private::to_value }
    unpack = { #root::__private::Unpack }
    unknown = { #root::__private::unknown }
    // The standard library.
    clone = { ::core::clone::Clone }
    debug = { ::core::fmt::Debug }
    default = { ::core::default::Default }
    duration = { ::core::time::Duration }
    formatter = { ::core::fmt::Formatter<'_> }
    formatted = { ::core::fmt::Result }
    future = { ::core::future::Future }
    none = { ::core::option::Option::None }
    option = { ::core::option::Option }
    phantom = { ::core::marker::PhantomData }
    send = { ::core::marker::Send }
    some = { ::core::option::Option::Some }
    sync = { ::core::marker::Sync }
}
