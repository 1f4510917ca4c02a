//! Every path that generated code may use, in one table.
//!
//! All are absolute, or begin at a name of ours, so that nothing which the user's module shadows is
//! picked up by mistake.

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
    ($door:ident: $($name:ident = { $($path:tt)* })*) => {
        pub(crate) struct Paths {
            $(pub(crate) $name: Tokens,)*
            free: Free,
        }

        impl Paths {
            /// The paths behind `$door`.
            fn behind($door: &TokenStream) -> Self {
                Self {
                    $($name: Tokens::of(quote!($($path)*)),)*
                    free: Free::of(&TokenStream::new()),
                }
            }
        }
    };
}

impl Paths {
    /// The paths into the runtime crate `root`; none means `::messaging`.
    pub(crate) fn new(root: Option<&Path>) -> Self {
        Self::behind(&door(root))
    }

    /// The same paths for what is made of the trait with these tokens.
    pub(crate) fn for_trait(root: Option<&Path>, tokens: &TokenStream) -> Self {
        Self { free: Free::of(tokens), ..Self::new(root) }
    }

    /// The same paths where [`short`] stands: each token of a path takes the compiler its time, and
    /// most of what is generated is paths.
    pub(crate) fn inside(&self) -> Self {
        let short = names::local("messaging");
        Self { free: self.free.clone(), ..Self::behind(&quote!(#short)) }
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

/// All of the runtime crate that generated code touches stands behind one door, where `root` does
/// not matter.
fn door(root: Option<&Path>) -> TokenStream {
    root.map_or_else(|| quote!(::messaging::__private), |root| quote!(#root::__private))
}

/// A short name for the door.
pub(crate) fn short(root: Option<&Path>) -> TokenStream {
    let (door, short) = (door(root), names::local("messaging"));
    quote!(use #door as #short;)
}

paths! { door:
    // What users of the runtime crate know under other paths.
    any_version = { #door::AnyVersion }
    api_descriptor = { #door::ApiDescriptor }
    argument = { #door::Argument }
    call = { #door::Call }
    cast = { #door::Cast }
    endpoint = { #door::Endpoint }
    failure = { #door::Failure }
    idempotent = { #door::Idempotent }
    invocation = { #door::Invocation }
    method_descriptor = { #door::MethodDescriptor }
    param_descriptor = { #door::ParamDescriptor }
    pin = { #door::Pin }
    pinned = { #door::Pinned }
    proxy = { #door::Proxy }
    remote_error = { #door::RemoteError }
    version = { #door::Version }
    // What generated code alone may touch. What is of `alloc` is here too, since not every crate
    // can name `::std`.
    absent = { #door::absent }
    arc = { #door::Arc }
    begun = { #door::Begun }
    blocking = { #door::blocking }
    client_core = { #door::ClientCore }
    context_as = { #door::context_as }
    from_core = { #door::FromCore }
    error_classes = { #door::ErrorClasses }
    error_schema = { #door::ErrorSchema }
    field = { #door::field }
    field_or = { #door::field_or }
    future_of = { #door::future_of }
    has = { #door::Has }
    handle = { #door::handled }
    handled = { #door::Handled }
    has_schemas = { #door::HAS_SCHEMAS }
    left_out = { #door::left_out }
    message = { #door::message }
    module = { #door::module }
    named = { #door::named }
    no_reply = { #door::no_reply }
    pack = { #door::Pack }
    is_own_module = { #door::is_own_module }
    positional = { #door::positional }
    reply = { #door::reply }
    serves = { #door::Serves }
    takes = { #door::Takes }
    to_value = { #door::to_value }
    unpack = { #door::Unpack }
    unknown = { #door::unknown }
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
