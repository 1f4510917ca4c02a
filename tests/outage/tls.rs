//! TLS, in front of a broker without it.

use std::path::PathBuf;
use std::sync::Arc;

use futures_rustls::TlsAcceptor;
use futures_rustls::pki_types::pem::PemObject as _;
use futures_rustls::pki_types::{CertificateDer, PrivateKeyDer};
use futures_rustls::rustls::server::WebPkiClientVerifier;
use futures_rustls::rustls::{RootCertStore, ServerConfig};
use smol::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// A file of `fixtures/tls`.
pub(crate) fn file(name: &str) -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "fixtures/tls", name].iter().collect()
}

/// The broker's side: with a certificate of that name, which may be renewed.
pub(crate) struct Side {
    pub(crate) port: u16,
    acceptor: watch::Sender<TlsAcceptor>,
}

impl Side {
    /// Forwards to `host:port` what comes by TLS; from those alone that the CA knows, if it asks.
    pub(crate) async fn start(target: &str, certificate: &str, asks: bool) -> Self {
        let acceptor = watch::Sender::new(acceptor(certificate, asks));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("it is bound").port();
        let (current, target) = (acceptor.subscribe(), target.to_owned());
        smol::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (acceptor, target) = (current.borrow().clone(), target.clone());
                smol::spawn(async move {
                    // A handshake that fails is the client's to tell of.
                    let Ok(client) = acceptor.accept(client).await else { return };
                    let Ok(broker) = TcpStream::connect(target).await else { return };
                    let (from_client, to_client) = smol::io::split(client);
                    let up = smol::io::copy(from_client, broker.clone());
                    let down = smol::io::copy(broker, to_client);
                    let _ = smol::future::race(up, down).await;
                })
                .detach();
            }
        })
        .detach();
        Self { port, acceptor }
    }

    /// Another certificate, for connections to come.
    pub(crate) fn renew(&self, certificate: &str) {
        self.acceptor.send_replace(acceptor(certificate, false));
    }
}

fn acceptor(name: &str, asks: bool) -> TlsAcceptor {
    let provider = Arc::new(rustls_graviola::default_provider());
    let certificate = |name: &str| {
        CertificateDer::from_pem_file(file(name)).expect("a certificate of the fixtures")
    };
    let mut roots = RootCertStore::empty();
    roots.add(certificate("ca.pem")).expect("a CA");
    let verifier =
        WebPkiClientVerifier::builder_with_provider(roots.into(), provider.clone()).build();
    let builder = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("they are known");
    let builder = match asks {
        true => builder.with_client_cert_verifier(verifier.expect("there is a CA")),
        false => builder.with_no_client_auth(),
    };
    let key = PrivateKeyDer::from_pem_file(file(&format!("{name}.key"))).expect("a key");
    let chain = vec![certificate(&format!("{name}.pem"))];
    TlsAcceptor::from(Arc::new(builder.with_single_cert(chain, key).expect("they belong together")))
}
