//! What may be given any bytes whatever: functions for a fuzzer, and for the tests of properties.
//!
//! Each panics if something does not hold that is promised of everything that may come from outside.
//! `cargo xtask fuzz` runs them, with seeds and a dictionary of its own; it sets `cfg(fuzzing)`, and
//! finds them in `messaging::targets`.

use crate::config::fuzz as config;
#[cfg(feature = "amqp")]
use crate::driver::amqp::fuzz as amqp;
use crate::transport::fuzz as transport;
use crate::wire::fuzz as wire;

/// What a fuzzer gives its bytes to.
pub type Target = fn(&[u8]);

/// Every target by its name.
pub const ALL: &[(&str, Target)] = &[
    ("url", config::url),
    ("ini", config::ini),
    ("version", wire::version),
    ("envelope", wire::envelope),
    ("body", wire::body),
    ("request", wire::request),
    ("reply", wire::reply),
    ("failure", wire::failure),
    ("json", wire::json),
    #[cfg(feature = "amqp")]
    ("frames", amqp::frames),
    #[cfg(feature = "amqp")]
    ("compressed", amqp::compressed),
    ("replies", transport::replies),
];

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::test_runner::{Config, RngSeed};

    use super::*;

    proptest! {
        #![proptest_config(Config {
            cases: 300,
            rng_seed: RngSeed::Fixed(0x05_11),
            failure_persistence: None,
            ..Config::default()
        })]

        #[test]
        fn no_bytes_do_more_than_be_refused(bytes in prop::collection::vec(any::<u8>(), 0..256)) {
            for (_, target) in ALL {
                target(&bytes);
            }
        }

        /// Of a few characters that mean something, so that more of them come together.
        #[test]
        fn no_text_does_more_than_be_refused(text in r#"[\[\]{}:,"\\a0=@/?%#$ \n.NIu-]{0,48}"#) {
            for (_, target) in ALL {
                target(text.as_bytes());
            }
        }
    }
}
