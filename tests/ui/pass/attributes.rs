//! Attributes go where they belong, and names on the wire are as written.

#![deny(warnings)]

use messaging::{Context, Failure, Proxy as _, rpc_api};

fn ten() -> u32 {
    10
}

/// Has attributes.
///
/// ```text
///     indented
/// ```
#[rpc_api(topic = "attributes", version = "3.2")]
#[must_use]
#[diagnostic::on_unimplemented(message = "no `Attributes` here")]
pub trait Attributes {
    /// Named otherwise.
    #[rpc(name = "fooBar", since = "3.1")]
    #[rpc(timeout = "2h")]
    async fn foo_bar(
        &self,
        ctx: Context,
        #[serde(rename = "theCount", default = "ten")] count: u32,
        #[rpc(since = "3.2")]
        #[serde(default = "Vec::new")]
        list: Vec<String>,
        #[allow(unused_variables)]
        #[serde(default)]
        text: Option<String>,
    ) -> Result<(), Failure>;

    #[deprecated(since = "3.0.0", note = "use `foo_bar`")]
    #[doc(hidden)]
    async fn old(&self, ctx: &Context) -> Result<(), Failure>;
}

fn main() {
    let api = AttributesClient::API;
    assert_eq!(api.docs, "Has attributes.\n\n```text\n    indented\n```");
    let method = AttributesClient::FOO_BAR;
    assert_eq!(api.method("fooBar"), Some(&method.erased()));
    assert_eq!(method.docs, "Named otherwise.");
    assert_eq!(method.timeout, Some(std::time::Duration::from_secs(7200)));
    let names: Vec<_> = method.params.iter().map(|param| (param.name, param.optional)).collect();
    assert_eq!(names, [("theCount", true), ("list", true), ("text", true)]);
    assert_eq!(method.params[1].since, messaging::version!("3.2"));
}
