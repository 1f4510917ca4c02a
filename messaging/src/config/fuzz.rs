//! What a fuzzer gives to this folder, and to the URL: see `targets`.

use super::Config;
use crate::TransportUrl;

/// A transport URL: what is shown of it can be read, and has no password.
pub(crate) fn url(text: &[u8]) {
    let Ok(text) = std::str::from_utf8(text) else { return };
    match text.parse::<TransportUrl>() {
        Ok(url) => {
            let shown = url.to_string();
            let again: TransportUrl = shown.parse().expect("what is shown is a URL");
            assert_eq!(again.to_string(), shown);
            let hidden = |host: &crate::url::Host| host.password.as_deref() == Some("***");
            let shows = again.hosts.iter().filter(|host| host.password.is_some());
            assert!(shows.clone().all(hidden) && again.query.is_empty());
        }
        Err(error) => assert!(!error.to_string().contains(char::is_control)),
    }
    settled(&Config::new().url(text));
}

/// The file of a service.
pub(crate) fn ini(text: &[u8]) {
    let Ok(text) = std::str::from_utf8(text) else { return };
    let mut config = Config::new();
    let read = config.sources.add_text("fuzz.conf".to_owned(), text);
    settled(&config.blame(read));
}

/// What is wrong with a configuration is told, and what is right is a file that says the same.
fn settled(config: &Config) {
    let explained = config.explain();
    let _ = format!("{config:?}");
    if config.check().is_ok() {
        let mut again = Config::new();
        let read = again.sources.add_text("explained.conf".to_owned(), &explained);
        read.expect("what is explained is a file");
    }
}
