//! `contract` and `docs`.

use messaging::Proxy as _;
use messaging::contract::Lock;
use messaging_examples::scheduler::SchedulerClient;
use serde_json::json;

use crate::fleet::Fleet;
use crate::program::Home;

#[tokio::test(flavor = "multi_thread")]
async fn what_live_servers_promise_is_shown_compared_and_checked() {
    let (fleet, home) = (Fleet::start().await, Home::new());
    let topic = fleet.topic.as_str();
    let promised = Lock::new([SchedulerClient::contract()]);
    std::fs::write(home.folder.join("scheduler.json"), promised.to_string()).unwrap();
    let shown = home.run_patiently(&["contract", "show", topic]).await.ends(0);
    shown.says(&["select_hosts", "\"format\": 1"]);
    let shown = home.run_patiently(&["--json", "contract", "show", topic]).await.ends(0);
    assert_eq!(shown.json()["contracts"].as_array().unwrap().len(), 3);
    std::fs::write(home.folder.join("live.json"), &shown.out).unwrap();

    home.run_patiently(&["contract", "check", "scheduler.json", topic])
        .await
        .ends(0)
        .says(&["host-1 serves what scheduler.json promises", "1 more tell nothing"]);
    let compared = home.run_patiently(&["contract", "diff", "live.json", topic]).await.ends(0);
    compared.says(&["nothing changed"]);

    // Of the version that is served, a method more was promised than there is.
    let mut old = SchedulerClient::contract();
    let mut gone = old.methods[0].clone();
    gone.name = "forget_hosts".to_owned();
    old.methods.push(gone);
    std::fs::write(home.folder.join("old.json"), Lock::new([old]).to_string()).unwrap();
    let words = ["contract", "diff", "old.json", "scheduler.json"];
    home.run(&words).await.ends(12).says(&["forget_hosts", "it is gone", "BREAKS"]);
    let told = home.run(&[&["--json"], &words[..]].concat()).await.ends(12).json();
    assert_eq!((&told["covered"], &told["apis"][0]["needs"]), (&json!(false), &json!("major")));
    let words = ["--json", "contract", "check", "old.json", topic];
    let told = home.run_patiently(&words).await.ends(12).json();
    assert_eq!(told["servers"].as_array().unwrap().len(), 2, "{told}");
    home.run(&["contract", "diff", "no-such.json", topic]).await.ends(2);
}

#[tokio::test(flavor = "multi_thread")]
async fn docs_are_a_reference_of_what_is_served() {
    let (fleet, home) = (Fleet::start_rust().await, Home::new());
    let page = home.run_patiently(&["docs", &fleet.topic]).await.ends(0);
    let page =
        page.says(&["## Scheduler 2.6", "| `request_spec` | RequestSpec | 2.0 | required |"]);
    let words = ["docs", &fleet.topic, "--out", "api.md"];
    home.run_patiently(&words).await.ends(0).says(&["api.md"]);
    assert_eq!(std::fs::read_to_string(home.folder.join("api.md")).unwrap(), page.out);
    let told = home.run_patiently(&["--json", "docs", &fleet.topic]).await.ends(0).json();
    assert_eq!(told["markdown"], page.out);
    home.run(&["docs"]).await.ends(0).says(&["To begin with", "messaging-cli ls scheduler"]);
    home.run(&["--json", "docs"]).await.ends(0).says(&["places"]);
}
