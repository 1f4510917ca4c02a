//! The lock file and its check.

use std::fs;
use std::path::PathBuf;

use messaging::Proxy as _;
use messaging::contract::{self, CheckError, Contract, Lock};
use serde_json::json;

use crate::changes::{self, CarrierClient};

/// A file of this test alone, which is gone afterwards.
struct File(PathBuf);

impl File {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("{}-{name}.json", std::process::id()));
        let _ = fs::remove_file(&path);
        Self(path)
    }

    fn check(&self, contract: &Contract) -> Result<(), CheckError> {
        contract::check(&self.0, [contract.clone()])
    }
}

impl Drop for File {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

#[allow(clippy::needless_pass_by_value)] // so that `json!` stands where it is used
fn api(version: &str, methods: serde_json::Value) -> Contract {
    let json = json!({"name": "A", "topic": "a", "version": version, "methods": methods});
    changes::contract(json)
}

#[test]
fn a_lock_is_read_as_it_was_written() {
    let lock = Lock::new([CarrierClient::<Vec<u32>>::contract(), api("1.0", json!([]))]);
    let text = lock.to_string();
    assert_eq!(Lock::parse(&text).unwrap(), lock);
    assert!(text.ends_with("}\n"), "{text}");
    assert_eq!(text, Lock::parse(&text).unwrap().to_string());
    assert!(Lock::parse("{").unwrap_err().contains("no lock of contracts"));
    let newer = text.replacen("\"format\": 1", "\"format\": 2", 1);
    assert!(Lock::parse(&newer).unwrap_err().contains("format 2"));
}

#[test]
fn a_file_is_checked_and_written_as_far_as_versions_cover_it() {
    let file = File::new("covered");
    let method = |since: &str| json!([{"name": "m", "since": since, "params": []}]);
    let first = api("1.0", json!([]));
    assert!(file.check(&first).unwrap_err().to_string().contains("there is no lock file"));
    assert!(contract::write(&file.0, [first.clone()]).unwrap().is_none());
    file.check(&first).unwrap();

    let not_covered = api("1.0", method("1.0"));
    let error = file.check(&not_covered).unwrap_err();
    assert!(error.to_string().contains("does not cover"), "{error}");
    assert!(!error.comparison().unwrap().is_covered());
    contract::write(&file.0, [not_covered.clone()]).unwrap_err();
    file.check(&first).unwrap();

    let covered = api("1.1", method("1.1"));
    let error = file.check(&covered).unwrap_err();
    assert!(error.to_string().contains("MESSAGING_CONTRACT=write"), "{error}");
    contract::write(&file.0, [covered.clone()]).unwrap();
    file.check(&covered).unwrap();

    contract::write(&file.0, [first.clone()]).unwrap_err();
    contract::accept(&file.0, [first.clone()]).unwrap();
    file.check(&first).unwrap();

    fs::write(&file.0, "no lock").unwrap();
    assert!(file.check(&first).unwrap_err().to_string().contains("cannot read the lock file"));
}

#[test]
fn contracts_are_compared_with_their_like() {
    let one = |version: &str| api(version, json!([]));
    let other =
        changes::contract(json!({"name": "B", "topic": "b", "version": "1.0", "methods": []}));
    let both = Lock::new([one("1.0"), one("2.0")]);
    let compared = both.compare(&Lock::new([one("2.1"), one("1.0")]));
    let versions = |it: &contract::Report| (it.old.to_string(), it.new.to_string());
    let mut pairs: Vec<_> = compared.reports.iter().map(versions).collect();
    pairs.sort();
    assert_eq!(pairs, [("1.0", "1.0"), ("2.0", "2.1")].map(|it| (it.0.into(), it.1.into())));

    let gone = both.compare(&Lock::new([one("2.0"), other]));
    assert!(!gone.is_covered() && gone.gone.len() == 1 && gone.added.len() == 1, "{gone}");
    assert!(gone.to_string().contains("`A` 1.0 on topic `a` is gone"), "{gone}");
}
