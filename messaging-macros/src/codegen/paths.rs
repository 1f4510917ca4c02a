//! Every path that generated code may use, in one table.
//!
//! All are absolute, so that nothing which the user's module shadows is picked up by mistake.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Ident, ItemTrait, Path};

use super::names;

macro_rules! paths {
    ($root:ident: $($name:ident = { $($path:tt)* })*) => {
        pub(crate) struct Paths {
            $(pub(crate) $name: TokenStream,)*
            /// Names that a trait leaves free.
            free: Option<Free>,
        }

        impl Paths {
            /// The paths under `root`; none means the crate `::messaging`.
            pub(crate) fn new(root: Option<&Path>) -> Self {
                let $root = root.map_or_else(|| quote!(::messaging), |root| quote!(#root));
                Self { $($name: quote!($($path)*),)* free: None }
            }
        }
    };
}

/// Names that a trait leaves free. To find them, all of its tokens are looked at, so that is done
/// once.
struct Free {
    implementation: Ident,
    pin: Ident,
}

impl Paths {
    /// The same paths for what is made of `item`.
    pub(crate) fn for_trait(root: Option<&Path>, item: &ItemTrait) -> Self {
        let free = Free { implementation: names::implementation(item), pin: names::pin(item) };
        Self { free: Some(free), ..Self::new(root) }
    }

    /// The endpoint's type parameter for the implementation.
    pub(crate) fn of_implementation(&self, item: &ItemTrait) -> Ident {
        self.free
            .as_ref()
            .map_or_else(|| names::implementation(item), |it| it.implementation.clone())
    }

    /// The client's type parameter for what the compiler knows of its version.
    pub(crate) fn of_version(&self, item: &ItemTrait) -> Ident {
        self.free.as_ref().map_or_else(|| names::pin(item), |it| it.pin.clone())
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
    ok = { ::core::result::Result::Ok }
    option = { ::core::option::Option }
    phantom = { ::core::marker::PhantomData }
    send = { ::core::marker::Send }
    some = { ::core::option::Option::Some }
    sync = { ::core::marker::Sync }
}
