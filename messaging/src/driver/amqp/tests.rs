//! The driver against a broker that follows a script, for what no broker at hand does.

#![allow(clippy::unwrap_in_result)] // a script of a test

use std::io::{Read as _, Result, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::JoinHandle;

use tokio::sync::oneshot;

use super::*;
use crate::ErrorKind;
use crate::url::Host;

/// How a broker answers the declaration of a queue.
#[derive(Clone, Copy)]
enum Script {
    /// As RabbitMQ from 4.3 on, which has no queues that are neither durable nor exclusive: it
    /// refuses with 541, and closes the connection over it.
    NoTransientQueues,
    /// As one of a cluster whose node with that queue is down: it refuses with 404, and closes the
    /// channel over it, until the queue is deleted.
    NodeDown,
}

/// What a client asked of a broker: `[class, method]` each.
type Asked = Arc<Mutex<Vec<[u8; 2]>>>;

/// A broker that follows a script, how many connections it took, and what it was asked.
fn broker(script: Script) -> (u16, Arc<AtomicUsize>, Asked) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (accepted, asked) = (Arc::new(AtomicUsize::new(0)), Asked::default());
    let (counted, noted) = (Arc::clone(&accepted), Arc::clone(&asked));
    std::thread::spawn(move || {
        for socket in listener.incoming() {
            counted.fetch_add(1, Ordering::SeqCst);
            let noted = Arc::clone(&noted);
            std::thread::spawn(move || serve(socket?, script, &noted));
        }
    });
    (port, accepted, asked)
}

fn serve(mut socket: TcpStream, script: Script, asked: &Asked) -> Result<()> {
    socket.read_exact(&mut [0; 8])?;
    let start = [&[0, 9, 0, 0, 0, 0][..], &long("PLAIN AMQPLAIN"), &long("en_US")].concat();
    send(&mut socket, 0, [10, 10], &start)?;
    let mut deleted = false;
    loop {
        let (channel, method) = receive(&mut socket)?;
        asked.lock().unwrap().push(method);
        match method {
            // start-ok: tune, with channels, frames of 4096 bytes and no heartbeat
            [10, 11] => send(&mut socket, 0, [10, 30], &[0, 16, 0, 0, 16, 0, 0, 0])?,
            // connection.open, channel.open, exchange.declare
            [10, 40] => send(&mut socket, 0, [10, 41], &[0])?,
            [20, 10] => send(&mut socket, channel, [20, 11], &long(""))?,
            [40, 10] => send(&mut socket, channel, [40, 11], &[])?,
            // queue.declare: connection.close, or channel.close
            [50, 10] => match script {
                Script::NoTransientQueues => {
                    let text = "INTERNAL_ERROR - Feature `transient_nonexcl_queues` is deprecated.";
                    send(&mut socket, 0, [10, 50], &close(541, text))?;
                }
                Script::NodeDown if !deleted => {
                    let text = "NOT_FOUND - home node 'n2' of queue is down or inaccessible";
                    send(&mut socket, channel, [20, 40], &close(404, text))?;
                }
                Script::NodeDown => {
                    send(&mut socket, channel, [50, 11], &[1, b'q', 0, 0, 0, 0, 0, 0, 0, 0])?;
                }
            },
            // queue.delete
            [50, 40] => {
                deleted = true;
                send(&mut socket, channel, [50, 41], &[0; 4])?;
            }
            // basic.consume, under the tag 1
            [60, 20] => send(&mut socket, channel, [60, 21], &[1, b'1'])?,
            // basic.cancel, channel.close, connection.close
            [60, 30] => send(&mut socket, channel, [60, 31], &[1, b'1'])?,
            [20, 40] => send(&mut socket, channel, [20, 41], &[])?,
            [10, 50] => send(&mut socket, 0, [10, 51], &[])?,
            _ => {}
        }
    }
}

/// The arguments of a broker's `close` over a queue.declare.
fn close(code: u16, text: &str) -> Vec<u8> {
    let length = u8::try_from(text.len()).unwrap();
    [&code.to_be_bytes()[..], &[length], text.as_bytes(), &[0, 50, 0, 10]].concat()
}

fn long(text: &str) -> Vec<u8> {
    [&u32::try_from(text.len()).unwrap().to_be_bytes(), text.as_bytes()].concat()
}

fn send(socket: &mut TcpStream, channel: u16, [class, method]: [u8; 2], args: &[u8]) -> Result<()> {
    let size = u32::try_from(args.len() + 4).unwrap().to_be_bytes();
    let head = [&[1][..], &channel.to_be_bytes(), &size, &[0, class, 0, method]].concat();
    socket.write_all(&[&head, args, &[0xCE]].concat())
}

fn receive(socket: &mut TcpStream) -> Result<(u16, [u8; 2])> {
    let mut head = [0; 7];
    socket.read_exact(&mut head)?;
    let size = u32::from_be_bytes([head[3], head[4], head[5], head[6]]);
    let mut payload = vec![0; size as usize + 1];
    socket.read_exact(&mut payload)?;
    let method = if head[0] == 1 { [payload[1], payload[3]] } else { [0, 0] };
    Ok((u16::from_be_bytes([head[1], head[2]]), method))
}

fn url(port: u16) -> TransportUrl {
    let host = Host {
        name: "127.0.0.1".into(),
        port: Some(port),
        user: Some("user".into()),
        password: Some("not-to-be-shown".into()),
    };
    let (scheme, query) = ("rabbit".into(), Default::default());
    TransportUrl { scheme, hosts: vec![host], virtual_host: None, query }
}

#[tokio::test]
async fn a_broker_without_transient_queues_is_told_of_and_not_asked_again() {
    let (port, accepted, _) = broker(Script::NoTransientQueues);
    let runtime = crate::runtime::tokio().unwrap();
    let driver = connect(&url(port), &RabbitOptions::default(), runtime).await.unwrap();
    assert!(!format!("{driver:?}").contains("not-to-be-shown"));

    let within = Duration::from_secs(20);
    let error = driver.open_inbox(OpenInbox::within(within)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Topology, "{error}");
    let text = error.to_string();
    for part in ["`reply_", "INTERNAL_ERROR", "rabbit_transient_quorum_queue"] {
        assert!(text.contains(part), "{text}");
    }
    let listen =
        Listen { exchange: "e".into(), topic: "t".into(), server: "s".into(), prefetch: 1, within };
    let error = driver.listen(listen).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Topology, "{error}");
    assert!(error.to_string().contains("queue `t`"), "{error}");
    driver.close(within).await;
    // One to publish, and one for each attempt to consume.
    assert_eq!(accepted.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn a_transient_queue_whose_node_is_down_is_made_anew() {
    let (port, _, asked) = broker(Script::NodeDown);
    let runtime = crate::runtime::tokio().unwrap();
    let driver = connect(&url(port), &RabbitOptions::default(), runtime).await.unwrap();
    let within = Duration::from_secs(20);
    let inbox = driver.open_inbox(OpenInbox::within(within)).await.unwrap();
    let of_queues = |method: &&[u8; 2]| method[0] == 50;
    let asked = asked.lock().unwrap().iter().filter(of_queues).copied().collect::<Vec<_>>();
    // Declared, deleted, declared.
    assert_eq!(asked, [[50, 10], [50, 40], [50, 10]]);
    inbox.consumer.close(within).await.unwrap();
    driver.close(within).await;
}

#[tokio::test]
async fn a_shared_queue_whose_node_is_down_is_left_alone() {
    let (port, _, asked) = broker(Script::NodeDown);
    let runtime = crate::runtime::tokio().unwrap();
    let driver = connect(&url(port), &RabbitOptions::default(), runtime).await.unwrap();
    let within = Duration::from_secs(20);
    let listen =
        Listen { exchange: "e".into(), topic: "t".into(), server: "s".into(), prefetch: 1, within };
    let error = driver.listen(listen).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Topology);
    assert!(error.to_string().contains("home node 'n2'"), "{error}");
    assert!(!asked.lock().unwrap().contains(&[50, 40]));
    driver.close(within).await;
}

/// A host that accepts and never answers: tells when it was greeted, and ends when it was hung up
/// on.
fn silent_host() -> (u16, oneshot::Receiver<()>, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (greet, greeted) = oneshot::channel();
    let hung_up = std::thread::spawn(move || {
        let (mut socket, _) = listener.accept().unwrap();
        if socket.read_exact(&mut [0; 8]).is_ok() {
            let _ = greet.send(());
            let _ = socket.read_to_end(&mut Vec::new());
        }
    });
    (port, greeted, hung_up)
}

#[tokio::test(start_paused = true)]
async fn a_host_that_never_answers_is_given_up_in_time_and_hung_up_on() {
    let (port, _, hung_up) = silent_host();
    let runtime = crate::runtime::tokio().unwrap();
    let begun = runtime.now();
    let error = connect(&url(port), &RabbitOptions::default(), runtime.clone()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connection);
    assert!(error.to_string().contains(&format!("127.0.0.1:{port}")), "{error}");
    assert!(runtime.now() - begun <= Duration::from_secs(6));
    hung_up.join().unwrap();
}

#[tokio::test]
async fn a_handshake_that_is_dropped_is_hung_up_on() {
    let (port, greeted, hung_up) = silent_host();
    let (url, options) = (url(port), RabbitOptions::default());
    let connecting = connect(&url, &options, crate::runtime::tokio().unwrap());
    tokio::select! {
        _ = connecting => panic!("nobody answers"),
        greeted = greeted => greeted.unwrap(),
    }
    hung_up.join().unwrap();
}
