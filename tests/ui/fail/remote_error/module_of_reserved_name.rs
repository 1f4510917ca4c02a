#[allow(non_snake_case)]
mod demo_Remote {
    #[derive(messaging::RemoteError)]
    pub struct Refused;

    impl std::fmt::Display for Refused {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("refused")
        }
    }
}

fn main() {
    let _ = demo_Remote::Refused;
}
