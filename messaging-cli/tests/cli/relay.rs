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
    hangs: watch::Sender<bool>,
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
        let (hangs, hanging) = watch::channel(false);
        let (count, open) = watch::channel(0);
        let count = Arc::new(count);
        let broker = broker.to_owned();
        tokio::spawn(async move {
            while let Ok((mut client, _)) = listener.accept().await {
                let (broker, mut away, count) = (broker.clone(), away.clone(), Arc::clone(&count));
                let mut hanging = hanging.clone();
                tokio::spawn(async move {
                    let Ok(mut server) = TcpStream::connect(broker).await else { return };
                    count.send_modify(|open| *open += 1);
                    let has_ended = tokio::select! {
                        _ = copy_bidirectional(&mut client, &mut server) => true,
                        _ = away.wait_for(|away| *away) => true,
                        _ = hanging.wait_for(|hangs| *hangs) => false,
                    };
                    if !has_ended {
                        let _ = away.wait_for(|away| *away).await;
                    }
                    drop((client, server));
                    count.send_modify(|open| *open -= 1);
                });
            }
        });
        Self { url: format!("{login}@{here}/{path}"), is_away, hangs, open }
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

    /// Keeps all connections, and forwards nothing any more.
    pub(crate) fn hang(&self) {
        self.hangs.send_replace(true);
    }

    pub(crate) fn come_back(&self) {
        self.is_away.send_replace(false);
    }
}
