//! What the compiler says of right and of wrong uses of the macros.
//!
//! Each file under `ui/fail` holds one mistake, after which it is named; the file beside it holds
//! the message. `TRYBUILD=overwrite cargo test -p messaging-tests --test ui` rewrites them.

#[test]
fn right_code_compiles_and_wrong_code_says_what_to_write() {
    let cases = trybuild::TestCases::new();
    cases.pass("ui/pass/*.rs");
    cases.compile_fail("ui/fail/*/*.rs");
}
