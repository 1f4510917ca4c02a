//! Calls through everything that is ours, and nothing else: no broker, no AMQP client, one thread.

use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use messaging::driver::{Address, Driver, Listen, Notes, OpenInbox, Publish};
use messaging::{Config, Error, Proxy as _, RpcServer, Target, Transport, runtime};
use tokio::runtime::{Builder, Runtime};

use crate::scripted::{Bus, Kept, Scripted};
use crate::{BenchClient, BenchEndpoint, Echo, SIZES, Step, payload};

/// The steps for each size: a call whole, the same with answers that no server gives, one over
/// `memory://`, what the driver of this program does in it, and what serde does of the user's in it.
///
/// # Errors
///
/// If a call does not come about.
///
/// # Panics
///
/// If a call that always comes about does not.
pub fn dispatch() -> Result<Vec<Step>, Error> {
    let mut steps = Vec::new();
    for size in SIZES {
        steps.extend(of_size(size)?);
    }
    Ok(steps)
}

/// How many calls in memory are made at once.
const AT_ONCE: u32 = 16;

fn of_size(size: usize) -> Result<[Step; 5], Error> {
    let times = if size > 10_000 { 20 } else { 200 };
    let thread = Rc::new(this_thread());
    let (_, calls) = calls(&thread, size)?;
    let (bus, answered) = self::calls(&thread, size)?;
    bus.keep();
    answered(1);
    let kept = bus.answer();
    let driver = driver(&thread, kept)?;
    let text = payload(size);
    Ok([
        Step::new("call", size, times, calls),
        Step::new("call, the client alone", size, times, answered),
        Step::new("call, in memory", size, times, in_memory(&thread, size)?),
        Step::new("its driver", size, times, driver).beside(),
        Step::of("its JSON", size, times, move || [there_and_back(&text), there_and_back(&text)])
            .beside(),
    ])
}

fn this_thread() -> Runtime {
    Builder::new_current_thread().enable_all().build().expect("a runtime on this thread")
}

/// A client and a server on a bus of their own, and calls between them.
fn calls(thread: &Rc<Runtime>, size: usize) -> Result<(Arc<Bus>, impl Fn(u32) + 'static), Error> {
    let bus = Arc::<Bus>::default();
    let transport = |number| {
        let driver = Scripted::new(&bus, number);
        Transport::with_driver(&Config::new(), runtime::tokio()?, driver)
    };
    let (client, server) = thread.block_on(async {
        let serving = transport(1)?;
        let server = RpcServer::builder(&serving, Target::topic("bench").server("one"));
        let server = server.endpoint(BenchEndpoint::new(Echo)).start().await?;
        Ok::<_, Error>((BenchClient::new(&transport(2)?), server))
    })?;
    let (thread, text) = (Rc::clone(thread), payload(size));
    let calls = move |times| {
        // For as long as there may be calls.
        let _server = &server;
        thread.block_on(async {
            for _ in 0..times {
                client.echo(text.clone()).await.expect("an answer");
            }
        });
    };
    Ok((bus, calls))
}

/// Calls over `memory://`, some at once: client and server on one transport, with the defaults.
fn in_memory(thread: &Rc<Runtime>, size: usize) -> Result<impl Fn(u32) + 'static, Error> {
    let (client, server) = thread.block_on(async {
        let transport = Transport::connect("memory://").await?;
        let server = RpcServer::builder(&transport, Target::topic("bench").server("one"));
        let server = server.endpoint(BenchEndpoint::new(Echo)).start().await?;
        Ok::<_, Error>((BenchClient::new(&transport), server))
    })?;
    let (thread, text) = (Rc::clone(thread), payload(size));
    Ok(move |times: u32| {
        let _server = &server;
        thread.block_on(async {
            let callers = (0..AT_ONCE).map(|number| {
                let (client, text) = (client.clone(), text.clone());
                let own = times / AT_ONCE + u32::from(number < times % AT_ONCE);
                tokio::spawn(async move {
                    for _ in 0..own {
                        client.echo(text.clone()).await.expect("an answer");
                    }
                })
            });
            for ended in join_all(callers).await {
                ended.expect("every call has its answer");
            }
        });
    })
}

/// What the driver does of a call: it hands over the request, and the reply.
fn driver(thread: &Rc<Runtime>, kept: Kept) -> Result<impl Fn(u32) + 'static, Error> {
    const WITHIN: Duration = Duration::from_secs(60);

    let (thread, driver) = (Rc::clone(thread), Scripted::new(&Arc::default(), 1));
    let listen = Listen {
        exchange: "openstack".to_owned(),
        topic: "bench".to_owned(),
        server: "one".to_owned(),
        prefetch: 1,
        within: WITHIN,
    };
    let (requests, replies) = thread.block_on(async {
        let requests = driver.listen(listen).await?;
        Ok::<_, Error>((requests, driver.open_inbox(OpenInbox::within(WITHIN)).await?))
    })?;
    let consumers = Rc::new(tokio::sync::Mutex::new((requests, replies.consumer)));
    let topic = Address::Topic {
        exchange: "openstack".to_owned(),
        topic: "bench".to_owned(),
        server: None,
    };
    let inbox = Address::Reply { queue: replies.queue };
    Ok(move |times| {
        thread.block_on(async {
            let mut consumers = consumers.lock().await;
            let (requests, replies) = &mut *consumers;
            for _ in 0..times {
                for (address, body, reader) in
                    [(&topic, &kept.request, &mut *requests), (&inbox, &kept.reply, &mut *replies)]
                {
                    let message = Publish {
                        address,
                        body,
                        notes: Notes::NONE,
                        expires: None,
                        mandatory: true,
                        within: WITHIN,
                        retries: None,
                    };
                    driver.publish(message).await.expect("it is taken");
                    let delivery = reader.next().await.expect("a message").expect("a message");
                    delivery.settle.ack().await.expect("settled");
                }
            }
        });
    })
}

/// A text as JSON, and from it again.
fn there_and_back(text: &String) -> String {
    let json = serde_json::to_vec(text).expect("a text");
    serde_json::from_slice(&json).expect("the text")
}
