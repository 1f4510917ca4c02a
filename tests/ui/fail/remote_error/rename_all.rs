use messaging::RemoteError;

#[derive(RemoteError)]
#[serde(rename_all = "camelCase")]
pub struct Refused {
    pub by_whom: String,
}

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("refused")
    }
}

fn main() {}
