//! `tests/contract.rs`.

use greeter::GreeterClient;
use messaging::Proxy as _;

#[test]
fn the_contract_is_the_one_that_was_promised() {
    let checked = messaging::contract::check("contract.lock.json", [GreeterClient::contract()]);
    if let Err(error) = checked {
        panic!("{error}");
    }
}
