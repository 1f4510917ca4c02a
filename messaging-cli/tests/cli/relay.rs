//! What stands between the program and the broker, and goes away when told to.

use std::sync::Arc;

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use crate::python::rabbit_url;

/// Forwards connections to the broker.
pub(crate) struct Relay {
    url: String,
    is_away: watch::Sender<bool>,
    /// How many connections there are.
    open: watch::Receiver<usize>,
}

impl Relay {
    pub(crate) async fn start() -> Self {
        let url = rabbit_url();
        let (login, broker) = url.split_once('@').expect("a user and a host");
        let (broker, path) = broker.split_once('/').expect("a virtual host, or none after `/`");
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let here = listener.local_addr().unwrap();
        let (is_away, away) = watch::channel(false);
        let (count, open) = watch::channel(0);
        let count = Arc::new(count);
        let broker = broker.to_owned();
        tokio::spawn(async move {
            while let Ok((mut client, _)) = listener.accept().await {
                let (broker, mut away, count) = (broker.clone(), away.clone(), Arc::clone(&count));
                tokio::spawn(async move {
                    let Ok(mut server) = TcpStream::connect(broker).await else { return };
                    count.send_modify(|open| *open += 1);
                    tokio::select! {
                        _ = copy_bidirectional(&mut client, &mut server) => (),
                        _ = away.wait_for(|away| *away) => (),
                    }
                    drop((client, server));
                    count.send_modify(|open| *open -= 1);
                });
            }
        });
        Self { url: format!("{login}@{here}/{path}"), is_away, open }
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Drops all connections that there are, and new ones until it comes back.
    pub(crate) async fn go_away(&self) {
        self.is_away.send_replace(true);
        let mut open = self.open.clone();
        open.wait_for(|open| *open == 0).await.expect("it still runs");
    }

    pub(crate) fn come_back(&self) {
        self.is_away.send_replace(false);
    }
}
