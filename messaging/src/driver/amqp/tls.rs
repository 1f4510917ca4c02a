//! TLS beneath a connection, by rustls (wire document, section 4.4).

mod refusal;

use std::io;
use std::path::Path;
use std::sync::Arc;

use futures_rustls::TlsConnector;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::version::{TLS12, TLS13};
use rustls::{ClientConfig, RootCertStore, SupportedProtocolVersion};

use super::dial::blocking;
use super::peer::Peer;
use crate::runtime::{Runtime, Socket};
use crate::{Error, ErrorKind, RabbitOptions, TlsVersion};

/// Whom to trust, and who we are.
pub(super) struct Tls {
    config: Arc<ClientConfig>,
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
        let refused = |error| wrong("TLS cannot be set up as it is configured").with_source(error);
        let builder = ClientConfig::builder_with_provider(provider()?)
            .with_protocol_versions(&versions(options.ssl_version))
            .map_err(refused)?
            .with_root_certificates(roots);
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
        Ok(Self { config: Arc::new(config), trusted })
    }

    /// Shakes hands over `socket`, and checks the certificate against the name of this very host:
    /// the peer goes on to expect that of the host tried first.
    pub(super) async fn over(
        &self,
        socket: Box<dyn Socket>,
        peer: &Peer,
    ) -> io::Result<Box<dyn Socket>> {
        // A zone (`fe80::1%eth0`) is this machine's business.
        let host = peer.host.split_once('%').map_or(&*peer.host, |(address, _zone)| address);
        let name = ServerName::try_from(host.to_owned())
            .map_err(|_| io::Error::other("its name is none that a certificate can be for"))?;
        let connector = TlsConnector::from(Arc::clone(&self.config));
        match connector.connect(name, socket).await {
            Ok(socket) => Ok(Box::new(socket)),
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
