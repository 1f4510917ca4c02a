//! A time-out takes no time where there is no tokio either.

use std::time::{Duration, Instant};

use messaging::testing::{LocalServer, Recorder, VirtualTime};
use messaging::{ErrorKind, Executor, Proxy as _, RpcServer, Target, Transport};

use crate::api::{Manager, SchedulerClient, SchedulerEndpoint};

const HALF_A_MINUTE: Duration = Duration::from_secs(30);

/// Calls what holds, and says that it ended when it had to.
async fn times_out(time: &VirtualTime, scheduler: &SchedulerClient) {
    let begun = time.elapsed();
    let error = scheduler.hold().timeout(HALF_A_MINUTE).await.unwrap_err();
    assert_eq!(error.rpc().unwrap().kind(), ErrorKind::Timeout);
    assert_eq!(time.elapsed() - begun, HALF_A_MINUTE);
}

#[test]
fn a_call_times_out_at_once_over_every_road() {
    let really = Instant::now();
    let time = VirtualTime::new();
    time.run(async {
        times_out(&time, &SchedulerClient::local(Manager::new("one").0)).await;

        let target = || Target::topic("scheduler").server("one");
        let endpoint = || SchedulerEndpoint::new(Manager::new("one").0);
        for executor in [Executor::tasks(4), Executor::threads(4)] {
            let transport = Transport::connect("memory://").await.unwrap();
            let server = RpcServer::builder(&transport, target())
                .endpoint(endpoint())
                .executor(executor)
                .start()
                .await
                .unwrap();
            let scheduler = SchedulerClient::new(&transport);
            assert_eq!(scheduler.whoami().await.unwrap(), "one");
            assert!(scheduler.block(1).await.is_ok());
            times_out(&time, &scheduler).await;
            // A cast has no deadline at which it ends by itself.
            scheduler.hold().cast().await.unwrap();
            scheduler.whoami().await.unwrap();
            assert!(!server.shutdown(HALF_A_MINUTE).await.is_clean());
        }

        let recorder = Recorder::sink();
        times_out(&time, &SchedulerClient::new(&recorder.transport().unwrap())).await;
        assert_eq!(recorder.sent().len(), 1);
    });
    // Made outside of it, it is told where it runs.
    let endpoint = SchedulerEndpoint::new(Manager::new("one").0);
    let scheduler = LocalServer::new().endpoint(endpoint).runtime(time.runtime()).client();
    time.run(times_out(&time, &scheduler));
    assert!(really.elapsed() < HALF_A_MINUTE);
}
