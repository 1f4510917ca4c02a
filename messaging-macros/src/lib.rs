//! The macros of `messaging`. Use them through that crate, which documents them.

mod expand;
mod diagnostics;
mod parse;
mod model;
mod check;
mod codegen;
mod fallback;
mod remote_error;
#[cfg(test)]
mod tests;

use proc_macro::TokenStream;

/// Turns a trait into a typed RPC API; documented at `messaging::rpc_api`.
#[proc_macro_attribute]
pub fn rpc_api(arguments: TokenStream, item: TokenStream) -> TokenStream {
    expand::rpc_api(arguments.into(), item.into()).into()
}

/// Lets an error travel; documented at `messaging::RemoteError`.
#[proc_macro_derive(RemoteError, attributes(remote, serde))]
pub fn remote_error(item: TokenStream) -> TokenStream {
    expand::remote_error(item.into()).into()
}
