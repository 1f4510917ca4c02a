//! Mocks: closures in the place of an implementation.

use std::convert::Infallible;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use messaging::testing::{Expected, Mock};
use messaging::{CallError, Context, ErrorKind, Failure, Proxy as _, omitted, rpc_api, version};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;

use crate::api::{Filter, SchedulerClient, SchedulerError, Spec};

fn mock() -> Mock<SchedulerClient> {
    Mock::new()
}

#[tokio::test]
async fn a_closure_answers_with_the_methods_own_types() {
    let mock = mock();
    mock.on(SchedulerClient::SELECT_HOSTS).answers(|spec, filter| match (spec.ram, filter.zone) {
        (0, _) => Err(SchedulerError::Maintenance),
        (ram, zone) => Ok(vec![format!("{ram} in {}", zone.unwrap_or_default())]),
    });
    let scheduler = mock.client();
    let filter = Filter { zone: Some("north".into()) };
    let hosts = scheduler.select_hosts(Spec { ram: 1 }, filter.clone()).await;
    assert_eq!(hosts.unwrap(), ["1 in north"]);
    match scheduler.select_hosts(Spec { ram: 0 }, Filter::default()).await {
        Err(CallError::Remote(SchedulerError::Maintenance)) => {}
        other => panic!("{other:?}"),
    }
    let calls = mock.calls(SchedulerClient::SELECT_HOSTS);
    assert_eq!(calls[0], (Spec { ram: 1 }, filter));
    assert_eq!(calls.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_closure_may_take_the_context_and_its_time() {
    let mock = mock();
    mock.on(SchedulerClient::WHOAMI).answers_with(|ctx: Context| async move {
        tokio::time::sleep(Duration::from_secs(2)).await;
        Ok(format!("{} after {:?}", ctx.get("user").unwrap(), ctx.remaining().unwrap()))
    });
    let ctx = Context::new().with("user", "alice");
    let call = mock.client().whoami().context(&ctx).timeout(Duration::from_secs(10));
    assert_eq!(call.await.unwrap(), "\"alice\" after 8s");
}

#[tokio::test(start_paused = true)]
async fn answers_are_used_in_their_order_and_as_often_as_they_say() {
    let mock = mock();
    let whoami = || mock.on(SchedulerClient::WHOAMI);
    whoami().once().returns("first".into());
    whoami().once().fails(SchedulerError::Maintenance);
    whoami().once().fails_as(Failure::new("other", "Strange", "text"));
    whoami().once().errs(ErrorKind::Unroutable);
    whoami().once().never_answers();
    whoami().times(2).returns("last".into());
    let scheduler = mock.client();
    let kind = |error: CallError<SchedulerError>| error.rpc().map(|error| error.kind());

    assert_eq!(scheduler.whoami().await.unwrap(), "first");
    assert_eq!(scheduler.whoami().await.unwrap_err().remote(), Some(&SchedulerError::Maintenance));
    assert_eq!(kind(scheduler.whoami().await.unwrap_err()), Some(ErrorKind::Remote));
    let error = scheduler.whoami().await.unwrap_err();
    assert!(error.to_string().contains("`whoami` on topic `scheduler`"), "{error}");
    assert_eq!(kind(error), Some(ErrorKind::Unroutable));
    let began = tokio::time::Instant::now();
    let error = scheduler.whoami().timeout(Duration::from_secs(30)).await.unwrap_err();
    assert_eq!((kind(error), began.elapsed().as_secs()), (Some(ErrorKind::Timeout), 30));
    assert_eq!(scheduler.whoami().await.unwrap(), "last");

    let unused = catch_unwind(AssertUnwindSafe(|| mock.assert_used_up())).unwrap_err();
    let unused = unused.downcast_ref::<String>().unwrap();
    assert!(unused.contains("`whoami`, used 1 of 2 times"), "{unused}");
    assert_eq!(scheduler.whoami().await.unwrap(), "last");
    mock.assert_used_up();
    let error = scheduler.whoami().await.unwrap_err().to_string();
    assert!(error.contains("used up") && error.contains("7 requests"), "{error}");
}

#[tokio::test]
async fn a_method_without_an_answer_is_an_error_that_names_those_that_have_one() {
    let mock = mock();
    mock.on(SchedulerClient::WHOAMI).returns("one".into());
    mock.on(SchedulerClient::ECHO).returns(json!(1));
    let scheduler = mock.client();
    let call = scheduler.hold().await.unwrap_err();
    // Also where nobody waits for an answer.
    let cast = scheduler.update("h".into()).fanout().await.unwrap_err();
    for (error, method) in [(call.rpc().unwrap(), "`hold`"), (&cast, "`update`")] {
        assert_eq!(error.kind(), ErrorKind::NoSuchMethod);
        let text = error.to_string();
        for part in [method, "`Scheduler`", "`echo`, `whoami`"] {
            assert!(text.contains(part), "{part}: {text}");
        }
    }
    assert_eq!(mock.calls(SchedulerClient::UPDATE), [("h".to_owned(),)]);
}

/// The rules are those of every client; what an older version leaves out is its default here.
#[tokio::test]
async fn versions_hold_for_a_mock() {
    let mock = mock();
    mock.on(SchedulerClient::SELECT_HOSTS).answers(|_, filter| Ok(vec![format!("{filter:?}")]));
    let default = [format!("{:?}", Filter::default())];
    let pinned = mock.client().prepare().version(version!("2.3")).build().unwrap();
    let hosts = pinned.select_hosts(Spec { ram: 1 }, omitted()).await.unwrap();
    assert_eq!(hosts, default);
    let capped = mock.client().prepare().version_cap(version!("2.3")).build().unwrap();
    let hosts = capped.select_hosts(Spec { ram: 1 }, Filter::default()).await.unwrap();
    assert_eq!(hosts, default);
    // It was not sent all the same.
    let sent = mock.assert(Expected::call(SchedulerClient::SELECT_HOSTS).times(2));
    assert!(!sent[0].request.as_ref().unwrap().args.contains_key("filter"));

    let filter = Filter { zone: Some("north".into()) };
    let error = capped.select_hosts(Spec { ram: 1 }, filter).await.unwrap_err();
    assert_eq!(error.rpc().unwrap().kind(), ErrorKind::Version);
    let elsewhere = mock.client().prepare().namespace("nowhere").build().unwrap();
    let error = elsewhere.whoami().await.unwrap_err();
    assert_eq!(error.rpc().unwrap().kind(), ErrorKind::UnsupportedVersion);
}

#[tokio::test]
async fn what_a_mock_was_asked_can_be_asserted() {
    let mock = mock();
    mock.on(SchedulerClient::UPDATE).answers(|_| ());
    mock.assert_nothing_sent();
    let one = mock.client().prepare().server("one").build().unwrap();
    one.update("h1".into()).await.unwrap();
    one.update("h2".into()).fanout().await.unwrap();
    mock.assert(
        Expected::cast(SchedulerClient::UPDATE).server("one").version(version!("2.3").version()),
    );
    mock.assert_cast("scheduler", "update", json!({"host": "h1"}));
    mock.assert_fanout("scheduler", SchedulerClient::UPDATE, json!({"host": "h2"}));
}

/// What a test asserts within a closure is not made an answer.
#[tokio::test]
#[should_panic = "on purpose"]
async fn a_panic_in_a_closure_is_the_tests_own() {
    let mock = mock();
    mock.on(SchedulerClient::WHOAMI).answers(|| panic!("on purpose"));
    let _ = mock.client().whoami().await;
}

#[tokio::test]
#[should_panic = "API `Scheduler` has no such method `put`"]
async fn a_method_of_another_api_is_refused() {
    mock().on(StoreClient::<u8>::PUT).answers(|_| Ok(0));
}

#[rpc_api(topic = "store", version = "1.0")]
trait Store<T: Serialize + DeserializeOwned + Send + 'static> {
    async fn put(&self, ctx: &Context, item: T) -> Result<u32, Failure>;
    #[cfg(any())]
    async fn gone(&self, ctx: &Context, missing: Missing) -> Result<Missing, Missing>;
    fn blocking(&self, ctx: &Context) -> Result<T, Infallible>;
    #[allow(clippy::too_many_arguments)]
    #[rpc(cast)]
    async fn many(
        &self,
        ctx: &Context,
        a: u8,
        b: u8,
        c: u8,
        d: u8,
        e: u8,
        f: u8,
        g: u8,
        h: u8,
        i: u8,
        j: u8,
        k: u8,
        l: u8,
        m: u8,
        n: u8,
        o: u8,
        p: String,
    );
}

#[tokio::test]
async fn generics_and_sixteen_parameters_are_mocked() {
    let mock = Mock::<StoreClient<String>>::new();
    let mut kept = 0;
    mock.on(StoreClient::<String>::PUT).answers(move |item| {
        kept += u32::try_from(item.len()).unwrap();
        Ok(kept)
    });
    mock.on(StoreClient::<String>::BLOCKING).answers(|| Ok("all".to_owned()));
    mock.on(StoreClient::<String>::MANY)
        .answers(|_, _, _, _, _, _, _, _, _, _, _, _, _, _, _, p| assert_eq!(p, "p"));
    let store = mock.client();
    assert_eq!(store.put("abc".into()).await.unwrap(), 3);
    assert_eq!(store.put("d".into()).await.unwrap(), 4);
    assert_eq!(store.blocking().await.unwrap(), "all");
    store.many(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, "p".into()).await.unwrap();
    assert_eq!(mock.calls(StoreClient::<String>::MANY)[0].14, 15);
}
