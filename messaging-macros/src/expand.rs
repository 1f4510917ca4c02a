//! The pipeline: parse, model, check, generate; or fall back.
//!
//! It works on the tokens of `proc_macro2`, so that tests can call it without a compiler.

use proc_macro2::TokenStream;
use syn::{Item, ItemTrait};

use crate::diagnostics::Diagnostics;
use crate::remote_error as error;
use crate::{check, codegen, fallback, parse};

pub(crate) fn rpc_api(arguments: TokenStream, tokens: TokenStream) -> TokenStream {
    let item: ItemTrait = match parse::item_trait(&tokens) {
        Ok(item) => item,
        Err(error) => return fallback::unchanged(&error, tokens),
    };
    let diagnostics = Diagnostics::new();
    let draft = parse::api(&diagnostics, arguments, &item);
    check::api(&diagnostics, &draft);
    match diagnostics.finish() {
        Ok(()) => codegen::api(&draft.api, item, &tokens),
        Err(error) => fallback::api(&error, draft, item, &tokens),
    }
}

pub(crate) fn remote_error(item: TokenStream) -> TokenStream {
    let item: Item = match syn::parse2(item) {
        Ok(item) => item,
        Err(error) => return error.into_compile_error(),
    };
    let diagnostics = Diagnostics::new();
    let model = error::parse(&diagnostics, &item);
    match (model, diagnostics.finish()) {
        (Some(model), Ok(())) => error::generate(&model),
        (model, outcome) => error::fallback(outcome.err(), model.as_ref(), &item),
    }
}
