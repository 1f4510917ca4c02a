//! A broker that follows a script.

use std::collections::HashMap;
use std::io::{Read as _, Result, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

/// What a broker does that is asked for a queue, or given a message.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Script {
    /// As RabbitMQ 4 where queues that are neither durable nor exclusive are switched off: it
    /// refuses with 541, and closes the connection over it.
    NoTransientQueues,
    /// As one of a cluster whose node with that queue is down: it refuses with 404, and closes the
    /// channel over it, until the queue is deleted.
    NodeDown,
    /// As one whose virtual host is just starting: it refuses with 541 once.
    Starting,
    /// As one on which somebody deletes the queue before it is consumed, once: it refuses with 404,
    /// and closes the channel over it.
    GoneBeforeConsumed,
    /// As one whose quorum queue has no leader: it does not take the first message.
    NoLeader,
    /// As one whose quorum queue had no leader when a channel was first published on: it takes nothing
    /// on that channel any more.
    Stuck,
    /// The same, and says nothing of what is published there.
    Mute,
    /// As one short of memory: it says so, and reads no message.
    ShortOfMemory,
    /// As one on which another connection has the queue for itself: it refuses with 405, and closes
    /// the channel over it, so often.
    Locked(usize),
    /// As one that stops one consumer, since it has acknowledged nothing for too long: it closes the
    /// channel.
    AckTimeout,
    /// As one whose virtual host starts: it refuses the second and third connection with 541.
    VhostStarting,
    /// As one that drops the first connection, and lets nobody in any more.
    LockedOut,
}

/// What a client asked of a broker: `[class, method]` each.
pub(super) type Asked = Arc<Mutex<Vec<[u8; 2]>>>;

/// A broker that follows a script, how many connections it took, and what it was asked.
pub(super) fn broker(script: Script) -> (u16, Arc<AtomicUsize>, Asked) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (accepted, asked) = (Arc::new(AtomicUsize::new(0)), Asked::default());
    let (counted, noted) = (Arc::clone(&accepted), Arc::clone(&asked));
    std::thread::spawn(move || {
        for socket in listener.incoming() {
            let number = counted.fetch_add(1, Ordering::SeqCst);
            let noted = Arc::clone(&noted);
            std::thread::spawn(move || serve(socket?, number, script, &noted));
        }
    });
    (port, accepted, asked)
}

fn serve(mut socket: TcpStream, number: usize, script: Script, asked: &Asked) -> Result<()> {
    socket.read_exact(&mut [0; 8])?;
    let start = [&[0, 9, 0, 0, 0, 0][..], &long("PLAIN AMQPLAIN"), &long("en_US")].concat();
    send(&mut socket, 0, [10, 10], &start)?;
    let mut deleted = false;
    let (mut published, mut stuck) = (HashMap::<u16, u64>::new(), None);
    loop {
        let (channel, method) = receive(&mut socket)?;
        let time = {
            let mut asked = asked.lock().unwrap();
            asked.push(method);
            asked.iter().filter(|asked| **asked == method).count()
        };
        let first = time == 1;
        match method {
            // start-ok: connection.close
            [10, 11] if script == Script::LockedOut && number > 0 => {
                let text =
                    "ACCESS_REFUSED - Login was refused using authentication mechanism PLAIN.";
                send(&mut socket, 0, [10, 50], &close(403, text))?;
            }
            // start-ok: tune, with channels, frames of 4096 bytes and no heartbeat
            [10, 11] => send(&mut socket, 0, [10, 30], &[0, 16, 0, 0, 16, 0, 0, 0])?,
            // connection.open: connection.close
            [10, 40] if script == Script::VhostStarting && [1, 2].contains(&number) => {
                let text = "INTERNAL_ERROR - access to vhost '/' refused for user 'user': vhost '/' \
                            is down";
                send(&mut socket, 0, [10, 50], &close(541, text))?;
            }
            [20, 10] if script == Script::LockedOut => return Ok(()),
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
                Script::Locked(times) if time <= times => {
                    let text =
                        "RESOURCE_LOCKED - cannot obtain exclusive access to locked queue 'q'";
                    send(&mut socket, channel, [20, 40], &close(405, text))?;
                }
                Script::Starting if first => {
                    let text = "INTERNAL_ERROR - virtual host '/' is starting";
                    send(&mut socket, 0, [10, 50], &close(541, text))?;
                }
                _ => send(&mut socket, channel, [50, 11], &[1, b'q', 0, 0, 0, 0, 0, 0, 0, 0])?,
            },
            // queue.delete
            [50, 40] => {
                deleted = true;
                send(&mut socket, channel, [50, 41], &[0; 4])?;
            }
            // channel.flow
            [20, 20] => send(&mut socket, channel, [20, 21], &[1])?,
            // queue.bind, confirm.select
            [50, 20] => send(&mut socket, channel, [50, 21], &[])?,
            [85, 10] => send(&mut socket, channel, [85, 11], &[])?,
            // basic.publish: nack once, and ack
            [60, 40] if script == Script::ShortOfMemory => {
                let reason = b"low on memory";
                send(&mut socket, 0, [10, 60], &[&[13], &reason[..]].concat())?;
            }
            [60, 40] if script == Script::Mute && *stuck.get_or_insert(channel) == channel => {}
            [60, 40] => {
                let published = published.entry(channel).or_default();
                *published += 1;
                let nack = match script {
                    Script::NoLeader => first,
                    Script::Stuck => *stuck.get_or_insert(channel) == channel,
                    _ => false,
                };
                let verdict = if nack { [60, 120] } else { [60, 80] };
                send(
                    &mut socket,
                    channel,
                    verdict,
                    &[&published.to_be_bytes()[..], &[0]].concat(),
                )?;
            }
            [60, 20] if script == Script::GoneBeforeConsumed && first => {
                let text = "NOT_FOUND - no queue 'q' in vhost '/'";
                send(&mut socket, channel, [20, 40], &close(404, text))?;
            }
            // basic.consume, under the tag 1
            [60, 20] => {
                send(&mut socket, channel, [60, 21], &[1, b'1'])?;
                if script == Script::AckTimeout && first {
                    let text =
                        "PRECONDITION_FAILED - delivery acknowledgement on channel 1 timed out";
                    send(&mut socket, channel, [20, 40], &close(406, text))?;
                }
            }
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
