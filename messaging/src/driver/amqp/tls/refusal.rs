//! Why a handshake failed: which check, and what to do.

use std::io;

use rustls::CertificateError as Bad;
use rustls::Error::{InvalidCertificate, InvalidMessage};

/// `error` of a handshake with `host`, in words that help; `trusted` is who may have signed.
pub(super) fn explain(error: io::Error, host: &str, trusted: &str) -> io::Error {
    if error.kind() == io::ErrorKind::UnexpectedEof {
        return io::Error::new(
            error.kind(),
            "it hung up during the TLS handshake; does it speak TLS on this port?",
        );
    }
    let below = error.get_ref().and_then(|below| below.downcast_ref::<rustls::Error>());
    let text = match below {
        Some(InvalidCertificate(bad)) => certificate(bad, host, trusted),
        Some(InvalidMessage(_)) => {
            "what it answered is no TLS; RabbitMQ speaks TLS on a port of its own, 5671 by default"
                .to_owned()
        }
        Some(other) => format!("the TLS handshake failed: {other}"),
        None => return error,
    };
    io::Error::new(error.kind(), text)
}

fn certificate(bad: &Bad, host: &str, trusted: &str) -> String {
    match bad {
        Bad::UnknownIssuer => {
            format!("its certificate was not issued by any CA of {trusted}; check `ssl_ca_file`")
        }
        Bad::NotValidForName => other_name(host, &[]),
        Bad::NotValidForNameContext { presented, .. } => other_name(host, presented),
        Bad::Expired | Bad::ExpiredContext { .. } => {
            "its certificate has expired; renew it, or set the clock of this machine".to_owned()
        }
        Bad::NotValidYet | Bad::NotValidYetContext { .. } => {
            "its certificate is not valid yet; check the clock of this machine".to_owned()
        }
        other => format!("its certificate is not accepted: {other}"),
    }
}

fn other_name(host: &str, presented: &[String]) -> String {
    let names = match presented {
        [] => String::new(),
        // A peer wrote them, and may have written many.
        names => {
            let names: Vec<_> =
                names.iter().take(5).map(|name| crate::error::shortened(name)).collect();
            format!(", but for {}", names.join(", "))
        }
    };
    format!(
        "its certificate is not for `{host}`{names}; write the host in the URL as the certificate \
         names it"
    )
}
