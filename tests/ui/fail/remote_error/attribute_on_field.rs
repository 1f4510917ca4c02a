use messaging::RemoteError;

#[derive(RemoteError)]
enum Refused {
    Closed(#[remote(class = "Closed")] u32),
}

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("refused")
    }
}

fn main() {}
