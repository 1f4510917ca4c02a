//! Keywords as names; they travel without the `r#`.

#![allow(non_camel_case_types)]

use messaging::{Context, Failure, Proxy as _, RemoteError as _, rpc_api};

/// A trait whose name is a keyword.
#[rpc_api(topic = "raw", version = "1.0")]
pub trait r#trait {
    /// A method whose name is a keyword.
    async fn r#match(&self, ctx: &Context, r#struct: u32, r#type: String) -> Result<u32, Failure>;
}

/// An error with a keyword for a field.
#[derive(Debug, messaging::RemoteError)]
pub enum Refused {
    /// By a field.
    r#Field {
        /// Which.
        r#type: u32,
    },
}

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("refused")
    }
}

struct Raw;

impl r#trait for Raw {
    async fn r#match(&self, _: &Context, r#struct: u32, r#type: String) -> Result<u32, Failure> {
        Ok(r#struct + u32::try_from(r#type.len()).unwrap())
    }
}

fn main() {
    let _ = traitEndpoint::new(Raw);
    let method = traitClient::MATCH;
    assert_eq!(traitClient::API.name, "trait");
    assert_eq!(
        (method.name, method.params[0].name, method.params[1].name),
        ("match", "struct", "type")
    );
    assert!(Refused::Field { r#type: 1 }.to_failure().kwargs.contains_key("type"));
}
