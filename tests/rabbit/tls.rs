//! TLS, in front of a broker without it: who is let in, and what is said to whoever is not.

use std::path::PathBuf;
use std::sync::Arc;

use futures_rustls::TlsAcceptor;
use futures_rustls::pki_types::pem::PemObject as _;
use futures_rustls::pki_types::{CertificateDer, PrivateKeyDer};
use futures_rustls::rustls::server::WebPkiClientVerifier;
use futures_rustls::rustls::version::{TLS12, TLS13};
use futures_rustls::rustls::{RootCertStore, ServerConfig, SupportedProtocolVersion};
use messaging::driver::conformance::{self, Env};
use messaging::driver::operator::Operator;
use messaging::{Error, ErrorKind, runtime};
use smol::net::{TcpListener, TcpStream};

use crate::broker::*;

fn file(name: &str) -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "fixtures/tls", name].iter().collect()
}

fn certificate(name: &str) -> CertificateDer<'static> {
    CertificateDer::from_pem_file(file(name)).unwrap()
}

/// What the broker's side of TLS is like.
struct Side {
    certificate: &'static str,
    version: &'static SupportedProtocolVersion,
    /// Whether it lets in only those that the CA knows.
    asks: bool,
}

const USUAL: Side = Side { certificate: "server", version: &TLS13, asks: false };

impl Side {
    fn config(&self) -> ServerConfig {
        let provider = Arc::new(rustls_graviola::default_provider());
        let mut roots = RootCertStore::empty();
        roots.add(certificate("ca.pem")).unwrap();
        let verifier =
            WebPkiClientVerifier::builder_with_provider(roots.into(), provider.clone()).build();
        let builder = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(&[self.version])
            .unwrap();
        let builder = match self.asks {
            true => builder.with_client_cert_verifier(verifier.unwrap()),
            false => builder.with_no_client_auth(),
        };
        let key = PrivateKeyDer::from_pem_file(file(&format!("{}.key", self.certificate)));
        let chain = vec![certificate(&format!("{}.pem", self.certificate))];
        builder.with_single_cert(chain, key.unwrap()).unwrap()
    }

    /// Forwards to the broker what comes by TLS; the port where it listens.
    async fn start(self) -> u16 {
        let acceptor = TlsAcceptor::from(Arc::new(self.config()));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        smol::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let acceptor = acceptor.clone();
                smol::spawn(async move {
                    // A handshake that fails is the client's to tell of.
                    let Ok(client) = acceptor.accept(client).await else { return };
                    let (_, address, _) = parts();
                    let broker = TcpStream::connect(address).await.unwrap();
                    let (from_client, to_client) = smol::io::split(client);
                    let up = smol::io::copy(from_client, broker.clone());
                    let down = smol::io::copy(broker, to_client);
                    let _ = smol::future::race(up, down).await;
                })
                .detach();
            }
        })
        .detach();
        port
    }
}

/// `rabbit://..` with `ssl` and these options.
fn url_by_tls(host: &str, port: u16, options: &str) -> String {
    format!("{}?ssl=1{options}", url_to(&[&format!("{host}:{port}")]))
}

/// `&key=path` of a file.
fn option(key: &str, name: &str) -> String {
    format!("&{key}={}", file(name).display())
}

fn ca() -> String {
    option("ssl_ca_file", "ca.pem")
}

async fn refused(side: Side, host: &str, options: &str) -> Error {
    connect_to(&url_by_tls(host, side.start().await, options)).await.unwrap_err()
}

fn assert_says(error: &Error, parts: &[&str]) {
    assert_eq!(error.kind(), ErrorKind::Connection);
    let text = error.to_string();
    assert!(parts.iter().all(|part| text.contains(part)), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_driver_does_by_tls_what_every_driver_does() {
    let url = url_by_tls("localhost", USUAL.start().await, &ca());
    let env = Env::new(runtime::tokio().unwrap(), move || {
        let url = url.clone();
        async move { connect_to(&url).await }
    });
    conformance::run_all(&env).await;
}

#[tokio::test]
async fn both_versions_are_spoken_and_one_if_only_one_is_wanted() {
    for (version, only, other) in [(&TLS12, "TLSv1_2", "TLSv1_3"), (&TLS13, "TLSv1_3", "TLSv1_2")] {
        let port = Side { version, ..USUAL }.start().await;
        // An address is a name that a certificate can be for.
        let url = |more: &str| url_by_tls("127.0.0.1", port, &format!("{}{more}", ca()));
        connect_to(&url("")).await.unwrap().close(WITHIN).await;
        connect_to(&url(&format!("&ssl_version={only}"))).await.unwrap().close(WITHIN).await;
        let error = connect_to(&url(&format!("&ssl_version={other}"))).await.unwrap_err();
        assert_says(&error, &["127.0.0.1", "TLS handshake failed"]);
    }
}

#[tokio::test]
async fn a_certificate_of_another_ca_is_not_accepted() {
    let error = refused(USUAL, "localhost", &option("ssl_ca_file", "other-ca.pem")).await;
    assert_says(&error, &["localhost:", "not issued by any CA of `ssl_ca_file`", "other-ca.pem"]);
    // Nor by the CAs of the system.
    let error = connect_to(&url_by_tls("localhost", USUAL.start().await, "")).await.unwrap_err();
    // A bare machine has none, and says so.
    let text = error.to_string();
    assert!(
        text.contains("the CAs of this system") || text.contains("no CA certificates"),
        "{text}"
    );
}

#[tokio::test]
async fn a_certificate_for_another_host_is_not_accepted() {
    let side = Side { certificate: "elsewhere", ..USUAL };
    let error = refused(side, "localhost", &ca()).await;
    assert_says(&error, &["localhost:", "not for `localhost`", "elsewhere.example"]);
}

#[tokio::test]
async fn a_certificate_that_has_expired_is_not_accepted() {
    let side = Side { certificate: "expired", ..USUAL };
    assert_says(&refused(side, "localhost", &ca()).await, &["localhost:", "has expired"]);
}

#[tokio::test]
async fn a_certificate_that_is_not_valid_yet_is_not_accepted() {
    let side = Side { certificate: "notyet", ..USUAL };
    assert_says(&refused(side, "localhost", &ca()).await, &["localhost:", "not valid yet"]);
}

/// The broker's side hangs up, or says what is no AMQP.
#[tokio::test]
async fn plain_text_to_a_port_with_tls_ends_in_an_error_and_not_in_silence() {
    let port = USUAL.start().await;
    let error = connect_to(&url_to(&[&format!("127.0.0.1:{port}")])).await.unwrap_err();
    assert_says(&error, &["127.0.0.1:", "cannot be connected to"]);
}

#[tokio::test]
async fn a_port_without_tls_is_told_from_one_with_it() {
    let (_, address, _) = parts();
    let (_, port) = address.rsplit_once(':').unwrap();
    let error = connect_to(&url_by_tls("localhost", port.parse().unwrap(), &ca())).await;
    assert_says(&error.unwrap_err(), &["localhost:", "TLS", "5671"]);
}

#[tokio::test]
async fn a_client_certificate_is_shown_where_it_is_asked_for() {
    let port = Side { asks: true, ..USUAL }.start().await;
    let with = format!("{}{}", ca(), option("ssl_cert_file", "client.pem"));
    connect_to(&url_by_tls("localhost", port, &with)).await.unwrap().close(WITHIN).await;
    let error = connect_to(&url_by_tls("localhost", port, &ca())).await.unwrap_err();
    assert_says(&error, &["localhost:", "CertificateRequired"]);
}

#[tokio::test]
async fn a_file_that_cannot_be_used_is_an_error_that_names_it() {
    for (options, parts) in [
        (option("ssl_ca_file", "server.key"), ["ssl_ca_file", "server.key", "no certificate"]),
        (option("ssl_ca_file", "none.pem"), ["ssl_ca_file", "none.pem", "no certificate"]),
        (option("ssl_cert_file", "server.pem"), ["ssl_key_file", "server.pem", "no private key"]),
        (
            option("ssl_cert_file", "server.pem") + &option("ssl_key_file", "client.pem"),
            ["ssl_key_file", "server.pem", "cannot be used together"],
        ),
    ] {
        let error = refused(USUAL, "localhost", &(ca() + &options)).await;
        assert_eq!(error.kind(), ErrorKind::Config);
        let text = error.to_string();
        assert!(parts.iter().all(|part| text.contains(part)), "{text}");
    }
}

#[tokio::test]
async fn an_operator_is_told_how_the_way_is_encrypted_and_for_how_long() {
    let url = url_by_tls("localhost", USUAL.start().await, &ca());
    let config = messaging::Config::new().url(&url);
    let operator = Operator::connect(&config, runtime::current().unwrap()).await.unwrap();
    let greeting = operator.greeting(WITHIN).await.unwrap();
    assert_eq!(greeting.product, "RabbitMQ");
    let sealed = greeting.sealed.expect("the way is encrypted");
    assert_eq!(sealed.protocol, "TLSv1_3");
    // `openssl x509 -enddate`: the first of January 2120.
    assert_eq!(sealed.expires.map(|end| end.as_secs()), Some(4_733_510_400));
    operator.close(WITHIN).await;
}
