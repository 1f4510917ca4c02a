//! `messaging/docs/versions.md`, a module for each file of it, or each state of one.

mod added;
mod client;
mod contract;
mod negotiated;
mod server;
mod v1_0;
pub(crate) mod v1_1;

const PAGE: &str = include_str!("../../../messaging/docs/versions.md");

const COMPILED: [&str; 6] = [
    include_str!("added.rs"),
    include_str!("client.rs"),
    include_str!("contract.rs"),
    include_str!("negotiated.rs"),
    include_str!("server.rs"),
    include_str!("v1_0.rs"),
];

/// The lines without what indents them, and without those that are empty.
fn lines(text: &str) -> Vec<&str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).collect()
}

/// The blocks that rustdoc cannot compile by themselves.
fn blocks() -> Vec<Vec<&'static str>> {
    let opened = PAGE.split("```rust,ignore\n").skip(1);
    opened.filter_map(|rest| rest.split("```").next()).map(lines).collect()
}

#[test]
fn each_block_of_the_page_on_versions_is_compiled_as_it_stands_there() {
    let blocks = blocks();
    assert_eq!(blocks.len(), 7, "a block came or went: have it compiled here");
    for block in blocks {
        let is_there = COMPILED
            .iter()
            .any(|file| lines(file).windows(block.len()).any(|window| window == block));
        assert!(is_there, "no file here holds\n{}", block.join("\n"));
    }
}
