use messaging::RemoteError;

#[derive(RemoteError)]
pub enum Refused {
    Busy(#[serde(rename = "until")] u64),
}

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("refused")
    }
}

fn main() {}
