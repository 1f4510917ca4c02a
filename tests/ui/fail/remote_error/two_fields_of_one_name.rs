use messaging::RemoteError;

#[derive(RemoteError)]
pub struct Refused {
    pub by: String,
    #[serde(rename = "by")]
    pub whom: String,
}

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("refused")
    }
}

fn main() {}
