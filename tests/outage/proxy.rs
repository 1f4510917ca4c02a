//! What stands between a client and its broker, and fails when told to.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::Instant;

use crate::ledger::{Moment, now};

/// Forwards connections, as it is told at the moment.
#[derive(Debug)]
pub(crate) struct Proxy {
    /// `127.0.0.1:port`.
    pub(crate) address: String,
    /// When it was asked for a connection, each time.
    dials: Arc<Mutex<Vec<Moment>>>,
    order: watch::Sender<Order>,
}

/// What it does, and to which connections: each order ends those that were made under an earlier
/// one if it says so.
#[derive(Clone, Copy, Debug, Default)]
struct Order {
    /// Connections of an earlier count than this are hit by `hit`.
    generation: usize,
    hit: Hit,
    pace: Pace,
}

/// What becomes of the connections that there are.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) enum Hit {
    #[default]
    Nothing,
    /// Closed, as by a peer that ends.
    Close,
    /// Reset.
    Reset,
    /// Reset once this many more bytes have gone to the broker.
    ResetAfter(usize),
    /// Nothing is forwarded any more, and nothing closed.
    Freeze,
}

/// How fast all connections are.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Pace {
    /// How long each byte is under way, in each direction.
    pub(crate) latency: Duration,
    /// Bytes in a second, in each direction; zero is no limit.
    pub(crate) bandwidth: usize,
    /// The largest piece that is handed on at once; zero is no limit.
    pub(crate) piece: usize,
}

impl Proxy {
    /// Forwards to `host:port`.
    pub(crate) async fn start(target: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("it is bound").to_string();
        let order = watch::Sender::new(Order::default());
        let (orders, target) = (order.clone(), target.to_owned());
        let dials = Arc::<Mutex<Vec<Moment>>>::default();
        let noted = Arc::clone(&dials);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                noted.lock().expect("no panic under the lock").push(now());
                tokio::spawn(forward(client, target.clone(), orders.subscribe()));
            }
        });
        Self { address, dials, order }
    }

    /// When it was asked for connections since a moment.
    pub(crate) fn dials(&self, from: Moment) -> Vec<Moment> {
        let dials = self.dials.lock().expect("no panic under the lock");
        dials.iter().copied().filter(|at| *at >= from).collect()
    }

    /// Does this to the connections that there are; those to come are spared.
    pub(crate) fn hit(&self, hit: Hit) {
        self.order.send_modify(|order| {
            order.generation += 1;
            order.hit = hit;
        });
    }

    /// From now on, for all connections.
    pub(crate) fn pace(&self, pace: Pace) {
        self.order.send_modify(|order| order.pace = pace);
    }
}

async fn forward(client: TcpStream, target: String, orders: watch::Receiver<Order>) {
    let generation = orders.borrow().generation;
    let Ok(server) = TcpStream::connect(target).await else { return };
    for socket in [&client, &server] {
        let _ = socket.set_nodelay(true);
    }
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let one = |from, to, upwards| Way { from, to, upwards, generation, orders: orders.clone() };
    let (up, down) = (one(from_client, to_server, true), one(from_server, to_client, false));
    tokio::select! {
        () = up.run() => {}
        () = down.run() => {}
    }
}

/// One direction of a connection.
struct Way {
    from: OwnedReadHalf,
    to: OwnedWriteHalf,
    upwards: bool,
    generation: usize,
    orders: watch::Receiver<Order>,
}

impl Way {
    /// Ends when the connection is to end.
    async fn run(mut self) {
        // What is under way: when it arrives, and what it is.
        let (sender, mut arriving) = tokio::sync::mpsc::channel::<(Instant, Vec<u8>)>(1024);
        let orders = self.orders.clone();
        let writing = async {
            while let Some((at, bytes)) = arriving.recv().await {
                tokio::time::sleep_until(at).await;
                let piece = orders.borrow().pace.piece;
                for bytes in bytes.chunks(if piece == 0 { usize::MAX } else { piece }) {
                    if self.to.write_all(bytes).await.is_err() {
                        return;
                    }
                }
            }
        };
        let reading = async {
            let mut left = None;
            let mut buffer = vec![0; 16 * 1024];
            loop {
                let order = *self.orders.borrow_and_update();
                let hit = if order.generation > self.generation { order.hit } else { Hit::Nothing };
                match hit {
                    Hit::Nothing => {}
                    Hit::Close => return,
                    Hit::Reset => return reset(&self.from),
                    Hit::ResetAfter(_) if !self.upwards => {}
                    Hit::ResetAfter(bytes) => {
                        left.get_or_insert(bytes);
                    }
                    Hit::Freeze => std::future::pending().await,
                }
                if left == Some(0) {
                    return reset(&self.from);
                }
                let count = tokio::select! {
                    _ = self.orders.changed() => continue,
                    count = self.from.read(&mut buffer) => count.unwrap_or(0),
                };
                if count == 0 {
                    return;
                }
                let count = left.map_or(count, |left: usize| count.min(left));
                let pace = order.pace;
                if pace.bandwidth > 0 {
                    let time = count as f64 / pace.bandwidth as f64;
                    tokio::time::sleep(Duration::from_secs_f64(time)).await;
                }
                let sent = sender.send((Instant::now() + pace.latency, buffer[..count].to_vec()));
                if sent.await.is_err() {
                    return;
                }
                left = left.map(|left| left - count);
            }
        };
        tokio::select! {
            () = writing => {}
            () = reading => {}
        }
        let _ = orders.has_changed();
    }
}

/// So that the socket's end is a reset.
fn reset(socket: &OwnedReadHalf) {
    let _ = socket.as_ref().set_zero_linger();
}
