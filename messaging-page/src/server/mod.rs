//! A small HTTP server of one page, for the browser of whoever started it.
//!
//! It listens on loopback unless told otherwise. Everything it has is below a path that is drawn
//! anew each time it starts, so that only who was told the address gets at it: no other user of the
//! machine, and no other page in the browser. Beside that it answers only requests that name it by
//! an address and not by a name of somebody else's (DNS rebinding), and none that come from a page
//! of another origin. Calls are off unless [`Options::allow_calls`] is set, and then go to the
//! methods of the document alone.

mod answer;
mod calls;
mod guard;
mod routes;
mod token;

use std::future::Future;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use self::guard::Guard;
use self::routes::Site;
use self::token::Token;
use crate::live::Live;
use crate::{Document, Mode};

/// How many connections there may be at once; a browser makes six.
const CONNECTIONS: usize = 64;

/// How long a request's head may take.
const HEAD: Duration = Duration::from_secs(10);

/// How a page is served.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Options {
    /// Where to listen; a port of 0 is any that is free. The default is `127.0.0.1:0`.
    pub listen: SocketAddr,
    /// Whether methods may be called from the page. The default is no.
    pub allow_calls: bool,
    /// Names by which browsers may reach it, beside `localhost` and addresses. The default is none.
    pub hosts: Vec<String>,
}

impl Default for Options {
    fn default() -> Self {
        let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        Self { listen, allow_calls: false, hosts: Vec::new() }
    }
}

/// A server that listens.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    site: Arc<Site>,
}

impl Server {
    /// Begins to listen; nothing is answered until it is [run](Self::run). On tokio.
    ///
    /// # Errors
    ///
    /// Those of the socket, such as that the port is taken, and that of the system's randomness.
    pub async fn bind(
        document: Document,
        live: Arc<dyn Live>,
        options: Options,
    ) -> io::Result<Self> {
        let listener = TcpListener::bind(options.listen).await?;
        let address = listener.local_addr()?;
        let guard = Guard::new(address.port(), options.hosts);
        let token = Token::draw()?;
        let mode = Mode::Live { calls: options.allow_calls };
        let site = Arc::new(Site::new(document, live, mode, guard, token));
        Ok(Self { listener, address, site })
    }

    /// The address of the page, for the user's browser and for nobody else: with
    /// [`Options::allow_calls`] whoever has it can call what the user can.
    #[must_use]
    pub fn url(&self) -> String {
        let host = match self.address.ip() {
            ip if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
            ip => ip,
        };
        let host = SocketAddr::new(host, self.address.port());
        format!("http://{host}/{}/", self.site.token().as_str())
    }

    /// Answers until `until` is there, and then stops at once.
    pub async fn run(self, until: impl Future<Output = ()>) {
        let room = Arc::new(Semaphore::new(CONNECTIONS));
        let mut connections = JoinSet::new();
        tokio::pin!(until);
        loop {
            let accepted = async {
                // Never closed, so there always comes a permit.
                let permit = Arc::clone(&room).acquire_owned().await.ok();
                (permit, self.listener.accept().await)
            };
            tokio::select! {
                () = &mut until => return,
                Some(_) = connections.join_next(), if !connections.is_empty() => {}
                (permit, accepted) = accepted => match accepted {
                    Ok((stream, _)) => {
                        let site = Arc::clone(&self.site);
                        connections.spawn(async move {
                            serve(stream, site).await;
                            drop(permit);
                        });
                    }
                    // Such as that there are no more files; it passes.
                    Err(error) => {
                        tracing::warn!(%error, "a connection to the page was not accepted");
                        tokio::time::sleep(Duration::from_millis(100)).await;
                    }
                }
            }
        }
    }
}

async fn serve(stream: TcpStream, site: Arc<Site>) {
    let service = service_fn(move |request| {
        let site = Arc::clone(&site);
        async move { Ok::<_, std::convert::Infallible>(site.answer(request).await) }
    });
    let mut http = hyper::server::conn::http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEAD).max_buf_size(64 << 10);
    if let Err(error) = http.serve_connection(TokioIo::new(stream), service).await {
        tracing::debug!(%error, "a connection to the page ended");
    }
}
