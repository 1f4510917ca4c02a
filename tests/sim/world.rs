//! What is shared by all that is simulated: the clock, the broker, chance and the ledger.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use messaging::Config;
use messaging::driver::Driver;
use messaging::runtime::Runtime;
use messaging::testing::VirtualTime;

use crate::ledger::Ledger;
use crate::weather::{FAULTS, Fault, Weather};

/// A fault that is not written down, which the model has to notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sabotage {
    /// What was acknowledged is delivered once more.
    DeliverAgain,
    /// What was confirmed is lost.
    Lose,
    /// A reply is handed to another call.
    SwapReplies,
}

/// All that is simulated.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) time: VirtualTime,
    pub(crate) clock: Arc<dyn Runtime>,
    pub(crate) ledger: Ledger,
    pub(crate) sabotage: Option<Sabotage>,
    url: String,
    chance: Mutex<fastrand::Rng>,
    weather: Mutex<Weather>,
    struck: Mutex<[u64; FAULTS]>,
    /// The reply queues that are gone for now.
    gone: Mutex<HashSet<String>>,
    /// All reply queues that there were.
    queues: Mutex<Vec<String>>,
}

impl World {
    pub(crate) fn new(
        time: &VirtualTime,
        seed: u64,
        trace: bool,
        sabotage: Option<Sabotage>,
    ) -> Arc<Self> {
        Arc::new(Self {
            time: time.clone(),
            clock: time.runtime(),
            ledger: Ledger::new(time.clone(), trace),
            sabotage,
            // A name that no other world has.
            url: format!("memory://{}", uuid::Uuid::new_v4().simple()),
            chance: Mutex::new(fastrand::Rng::with_seed(seed)),
            weather: Mutex::new(Weather::calm()),
            struck: Mutex::new([0; FAULTS]),
            gone: Mutex::default(),
            queues: Mutex::default(),
        })
    }

    pub(crate) fn config(&self) -> Config {
        Config::new().url(&self.url)
    }

    /// A connection to the broker that nothing happens to.
    pub(crate) async fn driver(&self) -> Arc<dyn Driver> {
        let driver = messaging::driver::connect(&self.config(), Arc::clone(&self.clock)).await;
        driver.expect("a broker in memory")
    }

    pub(crate) fn now(&self) -> Duration {
        self.time.elapsed()
    }

    pub(crate) async fn sleep(&self, duration: Duration) {
        self.clock.sleep(duration).await;
    }

    pub(crate) fn chance(&self) -> MutexGuard<'_, fastrand::Rng> {
        lock(&self.chance)
    }

    /// A duration of so many milliseconds, drawn.
    pub(crate) fn millis(&self, range: std::ops::Range<u64>) -> Duration {
        Duration::from_millis(self.chance().u64(range))
    }

    pub(crate) fn set(&self, weather: Weather) {
        self.ledger.note(|| {
            let rates = Fault::ALL.map(|fault| (fault, weather.rate(fault)));
            let rates: Vec<_> = rates.into_iter().filter(|(_, rate)| *rate > 0).collect();
            format!("weather, of 10,000: {rates:?}")
        });
        *lock(&self.weather) = weather;
    }

    /// How likely a fault is, to be weighed against others.
    pub(crate) fn weight(&self, fault: Fault) -> u32 {
        lock(&self.weather).rate(fault)
    }

    /// Whether a fault strikes now.
    pub(crate) fn strikes(&self, fault: Fault) -> bool {
        let rate = self.weight(fault);
        let strikes = rate > 0 && self.chance().u32(..10_000) < rate;
        if strikes {
            self.count(fault);
        }
        strikes
    }

    pub(crate) fn count(&self, fault: Fault) {
        lock(&self.struck)[fault as usize] += 1;
    }

    pub(crate) fn struck(&self) -> [u64; FAULTS] {
        *lock(&self.struck)
    }

    /// How long something is on its way: hardly any time, or, if it is slow, up to seconds.
    pub(crate) fn latency(&self) -> Duration {
        if self.strikes(Fault::Slow) {
            return self.millis(50..4000);
        }
        Duration::from_micros(self.chance().u64(50..3000))
    }

    /// A reply queue is gone, or is back.
    pub(crate) fn set_gone(&self, queue: &str, gone: bool) {
        self.ledger.note(|| {
            let word = if gone { "gone" } else { "back" };
            format!("a reply queue is {word}")
        });
        let mut all = lock(&self.gone);
        if gone {
            all.insert(queue.to_owned());
        } else {
            all.remove(queue);
        }
    }

    /// A reply queue was declared.
    pub(crate) fn declared(&self, queue: &str) {
        lock(&self.queues).push(queue.to_owned());
    }

    /// All reply queues that there were.
    pub(crate) fn queues(&self) -> Vec<String> {
        lock(&self.queues).clone()
    }

    pub(crate) fn is_gone(&self, queue: &str) -> bool {
        lock(&self.gone).contains(queue)
    }
}

pub(crate) fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The output of `future` if it ends within `duration`.
pub(crate) async fn within<F: Future>(
    world: &World,
    duration: Duration,
    future: F,
) -> Option<F::Output> {
    tokio::select! {
        biased;
        output = future => Some(output),
        () = world.clock.sleep(duration) => None,
    }
}
