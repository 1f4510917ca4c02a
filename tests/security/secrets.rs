//! Passwords: in no text that the library makes, however they are written.

use std::fmt::Write as _;
use std::sync::{Arc, Mutex};

use messaging::{Config, ErrorKind, Proxy as _, RpcServer, Target, Transport, TransportUrl};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use crate::bus::{rabbit_url, unique};
use crate::vault::{Counting, VaultClient, VaultEndpoint};

const PASSWORD: &str = "pa:ss/wörd?";
/// As it stands in a URL.
const ENCODED: &str = "pa%3Ass%2Fw%C3%B6rd%3F";

/// All that the library logs, whatever its level; not what lapin does, whose TRACE shows logins as
/// bytes: see SECURITY.md.
#[derive(Clone, Default)]
struct Everything(Arc<Mutex<String>>);

impl Subscriber for Everything {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.is_event() && metadata.target().starts_with("messaging")
    }

    fn event(&self, event: &Event<'_>) {
        struct Line<'a>(&'a mut String);
        impl Visit for Line<'_> {
            fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
                writeln!(self.0, " {}={value:?}", field.name()).expect("a string takes all");
            }
        }
        event.record(&mut Line(&mut self.0.lock().unwrap()));
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

fn assert_hidden(what: &str, text: &str) {
    let bytes = format!("{:?}", PASSWORD.as_bytes());
    let bytes = bytes.trim_matches(['[', ']']);
    for shown in [PASSWORD, ENCODED, bytes, "wörd", "w%C3%B6rd", "w\\u{f6}rd"] {
        assert!(!text.contains(shown), "{what} shows the password: {text}");
    }
}

/// Every public value that can hold a URL, and every error that one can end in.
#[tokio::test]
async fn no_text_shows_a_password() {
    let log = Everything::default();
    let _guard = tracing::subscriber::set_default(log.clone());
    let port = rabbit_url().rsplit_once(':').unwrap().1.trim_end_matches('/').to_owned();
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let silent = silent.local_addr().unwrap().port();
    let mut texts = Vec::new();
    let mut note = |what: &str, text: String| texts.push((what.to_owned(), text));

    let good = format!("memory://nova:{ENCODED}@{}/", unique());
    let url: TransportUrl = good.parse().unwrap();
    note("TransportUrl", format!("{url} {url:?} {url:#?}"));
    let config = Config::new().url(&good).send_user_id(true);
    note("Config", format!("{config:?} {config:#?} {}", config.explain()));
    let transport = Transport::from_config(&config).await.unwrap();
    note("Transport", format!("{transport:?} {transport:#?}"));
    let builder = RpcServer::builder(&transport, Target::topic("vault").server("one"))
        .endpoint(VaultEndpoint::new(Counting::default()));
    note("RpcServerBuilder", format!("{builder:?}"));
    let server = builder.start().await.unwrap();
    note("RpcServer", format!("{server:?} {server:#?}"));
    let client = VaultClient::new(&transport);
    note("a client", format!("{client:?} {:?}", client.prepare()));
    let call = client.open("x".into());
    note("Call", format!("{call:?}"));
    call.await.unwrap();

    for (kind, url) in [
        (ErrorKind::AccessRefused, format!("rabbit://nova:{ENCODED}@127.0.0.1:{port}/")),
        (ErrorKind::Connection, format!("rabbit://nova:{ENCODED}@127.0.0.1:{silent}/")),
        (ErrorKind::Connection, format!("rabbit://nova:{ENCODED}@no-such-host.invalid/")),
        (ErrorKind::Config, format!("rabbit://nova:{ENCODED}@host:{ENCODED}/")),
        (ErrorKind::Config, format!("rabbit://nova:{ENCODED}@host/?no_such_option={ENCODED}")),
        (ErrorKind::Config, format!("rabbit://nova:{ENCODED}@host/?ssl={ENCODED}")),
        (ErrorKind::Config, format!("rabbit://nova:{PASSWORD}@host/")),
        (ErrorKind::Config, format!("nova:{PASSWORD}@host")),
        (ErrorKind::Config, format!("{ENCODED}://nova@host/")),
    ] {
        let config = Config::new().url(&url);
        let error = Transport::from_config(&config).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        let mut chain = format!("{error} {error:?} {error:#?} {config:?} {}", config.explain());
        let mut below = std::error::Error::source(&error);
        while let Some(error) = below {
            write!(chain, "{error} {error:?}").unwrap();
            below = error.source();
        }
        note(&format!("{kind:?}"), chain);
    }
    server.stop();
    server.wait().await;
    for (what, text) in &texts {
        assert_hidden(what, text);
    }
    let logged = log.0.lock().unwrap();
    assert!(!logged.is_empty(), "something was logged");
    assert_hidden("the log", &logged);
}
