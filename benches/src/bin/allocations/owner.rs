//! Whose an allocation is.

use serde::Serialize;

use super::frames::Frame;

/// Whose an allocation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Owner {
    /// `messaging`, and what its macro wrote.
    Ours,
    /// lapin, and the crates that it is made of.
    Lapin,
    /// Values of the user's own types, read from JSON.
    Json,
    /// tokio, of its own accord.
    Runtime,
    /// The program that measures.
    Bench,
    /// None of these.
    Unknown,
}

/// Which side of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Side {
    Client,
    Server,
    /// The way does not tell: a task of the driver's.
    Driver,
}

/// Crates that do what they are asked to: what they allocate is their caller's. Of lapin's family
/// that is the one of the types that a caller makes.
const TOOLS: [&str; 3] = ["tokio", "async-rs", "amq-protocol-types"];

const LAPIN: [&str; 8] = [
    "lapin",
    "amq-protocol",
    "amq-protocol-tcp",
    "amq-protocol-uri",
    "amq-protocol-codegen",
    "tcp-stream",
    "pinky-swear",
    "cookie-factory",
];

/// An allocation's owner, and the frame that it is laid to; with what that called.
#[derive(Debug)]
pub(crate) struct Found<'f> {
    pub(crate) owner: Owner,
    pub(crate) side: Side,
    pub(crate) frame: Option<&'f Frame>,
    pub(crate) called: Option<&'f Frame>,
    /// The functions of ours that called it, up to three.
    pub(crate) callers: Vec<&'f Frame>,
}

/// Walks from the allocator outwards to the first crate that decides.
pub(crate) fn find<'f>(way: &[&'f Frame]) -> Found<'f> {
    let (mut by_serde, mut by_tokio, mut called) = (false, false, None);
    for (at, frame) in way.iter().enumerate() {
        // The allocator is named where it is chosen, in the program's own file.
        if frame.name.starts_with("__rust_") || frame.name.starts_with("__rustc") {
            continue;
        }
        let krate = frame.krate.as_deref().unwrap_or_default();
        let generated = krate == "benches" && frame.place.starts_with("src/api.rs");
        let owner = match krate {
            "messaging" => Owner::Ours,
            "benches" if generated => Owner::Ours,
            "benches" if by_tokio => Owner::Runtime,
            "benches" => Owner::Bench,
            lapin if LAPIN.contains(&lapin) => Owner::Lapin,
            other => {
                by_serde |= matches!(other, "serde" | "serde_core" | "serde_json");
                by_tokio |= TOOLS.contains(&other);
                called = Some(*frame);
                continue;
            }
        };
        let outwards = &way[at..];
        let read = by_serde && owner == Owner::Ours && reads_for_the_user(outwards);
        let owner = if read { Owner::Json } else { owner };
        let outer = outwards.iter().skip(1).filter(|it| it.krate.as_deref() == Some("messaging"));
        let callers = outer.copied().take(3).collect();
        return Found { owner, side: side(outwards), frame: Some(frame), called, callers };
    }
    let owner = if by_tokio { Owner::Runtime } else { Owner::Unknown };
    Found { owner, side: Side::Driver, frame: None, called, callers: Vec::new() }
}

/// Whether a value of the user's is read: an argument or a result.
fn reads_for_the_user(outwards: &[&Frame]) -> bool {
    let ours = outwards.iter().filter(|it| it.krate.as_deref() == Some("messaging"));
    ours.take(4).any(|frame| {
        let unpacks = frame.place.starts_with("src/rpc/dispatcher/unpack.rs");
        unpacks || (frame.place.starts_with("src/rpc/client/outgoing.rs") && frame.name == "read")
    })
}

fn side(outwards: &[&Frame]) -> Side {
    const SERVER: [&str; 3] = ["src/rpc/server/", "src/rpc/dispatcher/", "src/rpc/local/"];
    const CLIENT: [&str; 2] = ["src/rpc/client/", "src/transport/"];
    let ours = outwards.iter().filter(|it| it.krate.as_deref() == Some("messaging"));
    let told = ours.filter(|it| !it.place.starts_with("src/transport/mod.rs")).find_map(|frame| {
        let begins = |folders: &[&str]| folders.iter().any(|it| frame.place.starts_with(it));
        if begins(&SERVER) { Some(Side::Server) } else { begins(&CLIENT).then_some(Side::Client) }
    });
    told.unwrap_or(Side::Driver)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(krate: &str, place: &str, name: &str) -> Frame {
        Frame { name: name.to_owned(), krate: Some(krate.to_owned()), place: place.to_owned() }
    }

    #[test]
    fn what_tools_allocate_is_their_callers() {
        let std = frame("alloc", "src/boxed.rs:1", "new");
        let tokio = frame("tokio", "src/sync/oneshot.rs:1", "channel");
        let ours = frame("messaging", "src/transport/call.rs:1", "call");
        let lapin = frame("lapin", "src/channel.rs:1", "basic_publish");
        let bench = frame("benches", "src/bin/allocations/main.rs:1", "main");
        for (way, owner, side) in [
            (vec![&std, &tokio, &ours, &lapin], Owner::Ours, Side::Client),
            (vec![&std, &lapin, &ours], Owner::Lapin, Side::Client),
            (vec![&std, &tokio, &bench], Owner::Runtime, Side::Driver),
            (vec![&std, &bench], Owner::Bench, Side::Driver),
            (vec![&std], Owner::Unknown, Side::Driver),
        ] {
            let found = find(&way);
            assert_eq!((found.owner, found.side), (owner, side), "{way:?}");
        }
    }

    #[test]
    fn what_serde_reads_is_the_users_where_it_is_an_argument() {
        let serde = frame("serde_json", "src/de.rs:1", "from_str");
        let json = frame("messaging", "src/wire/json/mod.rs:1", "read");
        let unpack = frame("messaging", "src/rpc/dispatcher/unpack.rs:1", "take");
        let request = frame("messaging", "src/wire/request.rs:1", "decode");
        assert_eq!(find(&[&serde, &json, &unpack]).owner, Owner::Json);
        assert_eq!(find(&[&serde, &json, &request]).owner, Owner::Ours);
        assert_eq!(find(&[&json, &unpack]).owner, Owner::Ours);
    }
}
