//! Clients that call and cast without end, and the servers that they do it to.

use std::sync::Arc;
use std::time::{Duration, Instant};

use messaging::{CallError, Config, Error, Executor, Proxy as _, Transport};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::MissedTickBehavior;

use super::{AGAIN, DEADLINE, Lane, Sent};
use crate::broker::{WITHIN, topic};
use crate::queue;
use crate::work::WorkClient;
use crate::worker::Worker;

/// Clients that call and cast without end, and the servers that they do it to.
pub(super) struct Load {
    name: &'static str,
    topic: String,
    client: WorkClient,
    worker: Worker,
    busy: Worker,
    /// How many calls were answered, and casts confirmed.
    done: Arc<watch::Sender<[usize; 2]>>,
    stop: watch::Sender<bool>,
    calls: Vec<JoinHandle<Vec<Sent<String>>>>,
    casts: Vec<JoinHandle<Vec<Sent<()>>>>,
    /// Kept until the end: with the last clone the connection goes.
    _server: Transport,
}

impl Load {
    pub(super) async fn start(name: &'static str, config: &Config) -> Self {
        let server = Transport::from_config(config).await.unwrap();
        let topic = topic();
        let worker = Worker::start(&server, &topic, Executor::default()).await;
        let mut busy =
            Worker::start_held(&server, &format!("{topic}-busy"), Executor::serial()).await;
        let transport = Transport::from_config(config).await.unwrap();
        let client = WorkClient::new(&transport).prepare().timeout(DEADLINE);
        let client = client.topic(&topic).build().unwrap();
        let to_busy = client.prepare().topic(format!("{topic}-busy")).build().unwrap();
        to_busy.note("held".into()).await.unwrap();
        assert_eq!(busy.next().await, "held");
        for id in 0..3 {
            to_busy.note(format!("cast {id}")).await.unwrap();
        }
        for id in 0..2 {
            to_busy.note(format!("fanout {id}")).fanout().await.unwrap();
        }

        let (stop, stopped) = watch::channel(false);
        let done = Arc::new(watch::Sender::new([0, 0]));
        let calls = (0..3)
            .map(|number| {
                let (client, done) = (client.clone(), Arc::clone(&done));
                tokio::spawn(send(format!("call {number}"), stopped.clone(), move |id| {
                    let call = match id.ends_with(AGAIN) {
                        true => client.ask_again(id).into_future(),
                        false => client.ask(id).into_future(),
                    };
                    let done = Arc::clone(&done);
                    async move {
                        let answer = call.await.map_err(of_the_road)?;
                        done.send_modify(|done| done[0] += 1);
                        Ok(answer)
                    }
                }))
            })
            .collect();
        let casts = (0..3)
            .map(|number| {
                let (client, done) = (client.clone(), Arc::clone(&done));
                tokio::spawn(send(format!("cast {number}"), stopped.clone(), move |id| {
                    let cast = match id.ends_with(AGAIN) {
                        true => client.note_again(id).into_future(),
                        false => client.note(id).into_future(),
                    };
                    let done = Arc::clone(&done);
                    async move {
                        cast.await?;
                        done.send_modify(|done| done[1] += 1);
                        Ok(())
                    }
                }))
            })
            .collect();
        Self { name, topic, client, worker, busy, done, stop, calls, casts, _server: server }
    }

    /// Waits until so many more calls are answered, and casts confirmed.
    pub(super) async fn until_more(&self, count: usize) {
        let mut done = self.done.subscribe();
        let before = *done.borrow();
        let enough =
            done.wait_for(|now| now.iter().zip(before).all(|(now, before)| *now >= before + count));
        let enough = tokio::time::timeout(6 * WITHIN, enough).await;
        assert!(enough.is_ok(), "{}: it does not go on: {:?}", self.name, self.done.borrow());
    }

    /// Stops them, and tells what became of all that was sent.
    pub(super) async fn finish(self, url: &str) -> Lane {
        self.stop.send_replace(true);
        let (mut calls, mut casts) = (Vec::new(), Vec::new());
        for task in self.calls {
            calls.extend(task.await.unwrap());
        }
        for task in self.casts {
            casts.extend(task.await.unwrap());
        }
        // The last in each queue, so all others have been taken when it begins.
        let (mut worker, mut busy) = (self.worker, self.busy);
        self.client.note("last".into()).await.unwrap();
        let mut begun = worker.until("last").await;
        begun.extend(worker.finish().await);
        queue::shrinks_to(url, &self.topic, 0).await;

        let busy_topic = format!("{}-busy", self.topic);
        let to_busy = self.client.prepare().topic(&busy_topic).build().unwrap();
        busy.release();
        to_busy.note("last".into()).await.unwrap();
        to_busy.note("last of all".into()).fanout().await.unwrap();
        let mut waited = busy.until("last").await;
        if !waited.contains(&"last of all".to_owned()) {
            waited.extend(busy.until("last of all").await);
        }
        waited.retain(|id| !id.starts_with("last"));
        waited.sort();
        Lane { name: self.name, calls, casts, begun, waited }
    }
}

/// Sends one after the other until it is to stop, each with an id of its own.
async fn send<T, F: Future<Output = Result<T, Error>>>(
    name: String,
    stopped: watch::Receiver<bool>,
    mut one: impl FnMut(String) -> F,
) -> Vec<Sent<T>> {
    // Slow enough that the broker has time for three lanes of it.
    let mut pace = tokio::time::interval(Duration::from_millis(10));
    pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut sent = Vec::new();
    while !*stopped.borrow() {
        pace.tick().await;
        let again = if sent.len() % 2 == 1 { AGAIN } else { "" };
        let (id, begun) = (format!("{name}.{}{again}", sent.len()), Instant::now());
        let result = one(id.clone()).await;
        sent.push(Sent { id, result, took: begun.elapsed() });
    }
    sent
}

fn of_the_road(error: CallError<std::convert::Infallible>) -> Error {
    match error {
        CallError::Rpc(error) => error,
        CallError::Remote(never) => match never {},
    }
}
