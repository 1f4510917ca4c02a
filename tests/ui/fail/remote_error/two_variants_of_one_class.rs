use messaging::RemoteError;

#[derive(RemoteError)]
enum Refused {
    Closed,
    #[remote(class = "Closed")]
    Shut,
}

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("refused")
    }
}

fn main() {}
