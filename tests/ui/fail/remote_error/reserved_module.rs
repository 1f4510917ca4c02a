use messaging::RemoteError;

#[derive(RemoteError)]
#[remote(module = "demo_Remote")]
pub struct Refused;

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("refused")
    }
}

fn main() {}
