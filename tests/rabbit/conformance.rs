//! What every driver does.

use messaging::driver::conformance::{self, Env};
use messaging::runtime;

use crate::broker;

#[tokio::test(flavor = "multi_thread")]
async fn the_driver_does_what_every_driver_does() {
    let url = broker::url();
    let env = Env::new(runtime::tokio().unwrap(), move || {
        let url = url.clone();
        async move { broker::connect_to(&url).await }
    });
    conformance::run_all(&env).await;
}
