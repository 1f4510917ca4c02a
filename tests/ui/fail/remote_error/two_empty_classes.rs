use messaging::RemoteError;

#[derive(RemoteError)]
pub enum Refused {
    #[remote(class = "")]
    One,
    #[remote(class = "")]
    Two,
}

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("refused")
    }
}

fn main() {}
