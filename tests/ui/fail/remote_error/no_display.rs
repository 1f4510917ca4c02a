use messaging::RemoteError;

#[derive(RemoteError)]
pub enum Refused {
    Closed,
}

fn main() {}
