use messaging::RemoteError;

#[derive(RemoteError)]
#[remote(modul = "demo")]
enum Refused {
    #[remote(name = "Closed")]
    Closed,
}

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("refused")
    }
}

fn main() {}
