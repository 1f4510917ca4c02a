use messaging::RemoteError;

#[derive(RemoteError)]
union Refused {
    number: u32,
}

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("refused")
    }
}

fn main() {}
