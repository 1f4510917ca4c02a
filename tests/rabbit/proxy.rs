//! What stands between the driver and the broker, and fails when told to.

use tokio::io::{AsyncWriteExt as _, copy};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use crate::broker;

/// Forwards connections to the broker.
pub(crate) struct Proxy {
    pub(crate) address: String,
    mode: watch::Sender<Mode>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Mode {
    Open,
    /// Forwards nothing and closes nothing.
    Frozen,
    /// Hands on what the client says, and nothing of what the broker answers.
    Swallowing,
    /// Drops what there is; takes new connections.
    Cut,
    /// Hangs up on the clients that there are, and not on the broker; takes new connections.
    CutUnheard,
    /// Drops what there is and what comes.
    Away,
}

impl Proxy {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let (mode, _) = watch::channel(Mode::Open);
        let modes = mode.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(forward(client, modes.subscribe()));
            }
        });
        Self { address, mode }
    }

    pub(crate) fn url(&self) -> String {
        broker::url_to(&[&self.address])
    }

    /// Drops all connections that there are.
    pub(crate) fn cut(&self) {
        self.mode.send_replace(Mode::Cut);
    }

    /// Hangs up on the clients of all connections that there are. The broker does not learn of it,
    /// and goes on to hand over messages, as it does until it misses heartbeats.
    #[allow(dead_code)] // `rabbit` needs it
    pub(crate) fn cut_unheard(&self) {
        self.mode.send_replace(Mode::CutUnheard);
    }

    /// Drops all connections that there are, and new ones until it [comes back](Self::come_back).
    pub(crate) fn go_away(&self) {
        self.mode.send_replace(Mode::Away);
    }

    pub(crate) fn come_back(&self) {
        self.mode.send_replace(Mode::Open);
    }

    /// Lets the broker hear all, and the client nothing, over the connections that there are.
    #[allow(dead_code)] // `faults` and `rabbit` need it
    pub(crate) fn swallow(&self) {
        self.mode.send_replace(Mode::Swallowing);
    }

    /// Goes silent, for connections of now and to come.
    pub(crate) fn freeze(&self) {
        self.mode.send_replace(Mode::Frozen);
    }
}

async fn forward(mut client: TcpStream, mut modes: watch::Receiver<Mode>) {
    modes.mark_unchanged();
    if *modes.borrow() == Mode::Away {
        return;
    }
    let (_, address, _) = broker::parts();
    let mut server = TcpStream::connect(address).await.unwrap();
    let (mut from_client, mut to_client) = client.split();
    let (mut from_server, mut to_server) = server.split();
    let frozen = *modes.borrow() == Mode::Frozen;
    if !frozen {
        tokio::select! {
            _ = copy(&mut from_client, &mut to_server) => return,
            _ = copy(&mut from_server, &mut to_client) => return,
            _ = modes.changed() => {}
        }
    }
    let mode = *modes.borrow();
    if mode == Mode::Swallowing {
        let mut nowhere = tokio::io::sink();
        tokio::select! {
            _ = copy(&mut from_client, &mut to_server) => {}
            _ = copy(&mut from_server, &mut nowhere) => {}
            _ = modes.changed() => {}
        }
    } else if mode == Mode::CutUnheard {
        let _ = to_client.shutdown().await;
        let _ = copy(&mut from_server, &mut tokio::io::sink()).await;
    } else if mode == Mode::Frozen {
        // Holds both sockets open, in silence, for as long as the test runs.
        std::future::pending::<()>().await;
    }
}
