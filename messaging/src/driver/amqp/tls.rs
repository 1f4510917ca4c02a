//! TLS beneath a connection, by rustls (wire document, section 4.4).

mod refusal;

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use futures_rustls::TlsConnector;
use futures_rustls::client::TlsStream;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier as _;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::version::{TLS12, TLS13};
use rustls::{CertificateError, ClientConfig, RootCertStore, SupportedProtocolVersion};

use super::dial::blocking;
use super::operator::Sealed;
use super::peer::Peer;
use crate::runtime::{Runtime, Socket};
use crate::{Error, ErrorKind, RabbitOptions, TlsVersion};

/// The end of the year 9999: no certificate is valid after it (RFC 5280, section 4.1.2.5).
const LATE: Duration = Duration::from_secs(253_402_300_800);

/// Whom to trust, and who we are.
pub(super) struct Tls {
    config: Arc<ClientConfig>,
    roots: Arc<RootCertStore>,
    /// Who is trusted, for errors.
    trusted: String,
}

impl Tls {
    /// As `options` say, with the files as they are now; none if `ssl` is off.
    pub(super) async fn of(
        options: &RabbitOptions,
        runtime: &dyn Runtime,
    ) -> Result<Option<Self>, Error> {
        if !options.ssl {
            return Ok(None);
        }
        let options = options.clone();
        let made = blocking(runtime, move || Self::new(&options)).await;
        made.unwrap_or_else(|error| Err(wrong("TLS could not be set up").with_source(error)))
            .map(Some)
    }

    fn new(options: &RabbitOptions) -> Result<Self, Error> {
        let (roots, trusted) = match &options.ssl_ca_file {
            Some(file) => (private(file)?, format!("`ssl_ca_file` ({})", file.display())),
            None => (system()?, "the CAs of this system".to_owned()),
        };
        let roots = Arc::new(roots);
        let refused = |error| wrong("TLS cannot be set up as it is configured").with_source(error);
        let builder = ClientConfig::builder_with_provider(provider()?)
            .with_protocol_versions(&versions(options.ssl_version))
            .map_err(refused)?
            .with_root_certificates(Arc::clone(&roots));
        let config = match &options.ssl_cert_file {
            None => builder.with_no_client_auth(),
            Some(file) => {
                let key_file = options.ssl_key_file.as_ref().unwrap_or(file);
                let key = PrivateKeyDer::from_pem_file(key_file)
                    .map_err(|error| unreadable("ssl_key_file", "private key", key_file, error))?;
                builder.with_client_auth_cert(certificates("ssl_cert_file", file)?, key).map_err(
                    |error| {
                        wrong(&format!(
                            "the key in `ssl_key_file` ({}) and the certificate in \
                             `ssl_cert_file` ({}) cannot be used together",
                            key_file.display(),
                            file.display()
                        ))
                        .with_source(error)
                    },
                )?
            }
        };
        Ok(Self { config: Arc::new(config), roots, trusted })
    }

    /// Shakes hands over `socket`, and checks the certificate against the name of this very host:
    /// the peer goes on to expect that of the host tried first.
    pub(super) async fn over(
        &self,
        socket: Box<dyn Socket>,
        peer: &Peer,
    ) -> io::Result<Box<dyn Socket>> {
        self.shake_hands(socket, peer).await.map(|stream| Box::new(stream) as Box<dyn Socket>)
    }

    /// The same, with how it is encrypted then.
    pub(super) async fn seal(
        &self,
        socket: Box<dyn Socket>,
        peer: &Peer,
    ) -> io::Result<(Box<dyn Socket>, Sealed)> {
        let stream = self.shake_hands(socket, peer).await?;
        let (_, state) = stream.get_ref();
        let protocol = state.protocol_version().and_then(|version| version.as_str());
        let suite = state.negotiated_cipher_suite().and_then(|suite| suite.suite().as_str());
        let sealed = Sealed {
            protocol: protocol.unwrap_or_default().to_owned(),
            suite: suite.unwrap_or_default().to_owned(),
            expires: state.peer_certificates().and_then(|chain| self.expires(chain)),
        };
        Ok((Box::new(stream), sealed))
    }

    /// Until when a certificate is valid, from 1970 on. Its verifier knows, and says so of a time at
    /// which it is not any more; whose name it is for is looked at after that.
    fn expires(&self, chain: &[CertificateDer<'_>]) -> Option<Duration> {
        let roots = Arc::clone(&self.roots);
        let verifier = WebPkiServerVerifier::builder_with_provider(roots, provider().ok()?);
        let verifier = verifier.build().ok()?;
        let (certificate, between) = chain.split_first()?;
        let (anybody, late) = (ServerName::try_from("any").ok()?, UnixTime::since_unix_epoch(LATE));
        match verifier.verify_server_cert(certificate, between, &anybody, &[], late) {
            Err(rustls::Error::InvalidCertificate(CertificateError::ExpiredContext {
                not_after,
                ..
            })) => Some(Duration::from_secs(not_after.as_secs())),
            _ => None,
        }
    }

    async fn shake_hands(
        &self,
        socket: Box<dyn Socket>,
        peer: &Peer,
    ) -> io::Result<TlsStream<Box<dyn Socket>>> {
        // A zone (`fe80::1%eth0`) is this machine's business.
        let host = peer.host.split_once('%').map_or(&*peer.host, |(address, _zone)| address);
        let name = ServerName::try_from(host.to_owned())
            .map_err(|_| io::Error::other("its name is none that a certificate can be for"))?;
        let connector = TlsConnector::from(Arc::clone(&self.config));
        match connector.connect(name, socket).await {
            Ok(stream) => Ok(stream),
            Err(error) => Err(refusal::explain(error, host, &self.trusted)),
        }
    }
}

/// The provider that the program has installed, or else the one that needs no C.
fn provider() -> Result<Arc<CryptoProvider>, Error> {
    let installed = CryptoProvider::get_default().map(Arc::clone);
    installed.or_else(|| built_in().map(Arc::new)).ok_or_else(|| {
        wrong(
            "this processor lacks what the built-in cryptography needs; install another rustls \
             provider at the start of the program, such as \
             `rustls::crypto::ring::default_provider().install_default()`",
        )
    })
}

/// None where it would panic, on processors from before 2013 or so, and of other kinds.
fn built_in() -> Option<CryptoProvider> {
    #[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
    if graviola::util::is_cpu_supported() {
        return Some(rustls_graviola::default_provider());
    }
    None
}

fn versions(only: Option<TlsVersion>) -> Vec<&'static SupportedProtocolVersion> {
    match only {
        None => vec![&TLS13, &TLS12],
        Some(TlsVersion::Tls12) => vec![&TLS12],
        Some(TlsVersion::Tls13) => vec![&TLS13],
    }
}

/// A private CA takes the place of the system's: whoever has one wants no other.
fn private(file: &Path) -> Result<RootCertStore, Error> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates("ssl_ca_file", file)? {
        roots.add(certificate).map_err(|error| {
            let file = file.display();
            wrong(&format!("`ssl_ca_file` ({file}) holds a certificate that cannot be a CA's"))
                .with_source(error)
        })?;
    }
    Ok(roots)
}

fn system() -> Result<RootCertStore, Error> {
    let mut found = rustls_native_certs::load_native_certs();
    let mut roots = RootCertStore::empty();
    // Systems ship a few that are older than the rules; the others do.
    if roots.add_parsable_certificates(found.certs).0 > 0 {
        return Ok(roots);
    }
    let error = wrong("this system has no CA certificates; set `ssl_ca_file`");
    Err(match found.errors.pop() {
        Some(below) => error.with_source(below),
        None => error,
    })
}

/// All of a file; an empty one would trust nobody, and say so only at the handshake.
fn certificates(option: &str, file: &Path) -> Result<Vec<CertificateDer<'static>>, Error> {
    let read = CertificateDer::pem_file_iter(file).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    match read {
        Ok(certificates) if certificates.is_empty() => {
            Err(wrong(&format!("`{option}` ({}) holds no certificate in PEM form", file.display())))
        }
        Ok(certificates) => Ok(certificates),
        Err(error) => Err(unreadable(option, "certificate", file, error)),
    }
}

fn unreadable(
    option: &str,
    what: &str,
    file: &Path,
    error: rustls::pki_types::pem::Error,
) -> Error {
    let text = format!("no {what} can be read from `{option}` ({}): {error}", file.display());
    wrong(&text).with_source(error)
}

fn wrong(text: &str) -> Error {
    Error::new(ErrorKind::Config, text)
}
