//! How much memory hostile messages take.

use std::process::Command;

use messaging::driver::Driver;
use messaging::{RpcServer, Transport};
use peak_alloc::PeakAlloc;
use serde_json::json;

use crate::bus::{Bus, send};
use crate::vault::{client, serve};

/// Says that this process is the one that is measured.
const ALONE: &str = "MESSAGING_TEST_MEMORY_ALONE";

#[global_allocator]
static ALLOCATED: PeakAlloc = PeakAlloc;

/// In a process of its own: other tests take memory too.
#[test]
fn hostile_messages_take_no_more_than_three_times_their_length() {
    if std::env::var_os(ALONE).is_some() {
        return send_them();
    }
    let name = "memory::hostile_messages_take_no_more_than_three_times_their_length";
    let mut alone = Command::new(std::env::current_exe().expect("this test"));
    let alone = alone.args(["--exact", name, "--nocapture"]).env(ALONE, "1").output();
    let alone = alone.expect("it can be run again");
    let said = String::from_utf8_lossy(&alone.stdout);
    let why = String::from_utf8_lossy(&alone.stderr);
    assert!(alone.status.success() && said.contains("1 passed"), "{said}{why}");
}

/// The bodies of rows 27 and 28: most are small words, which a value would hold in thirty times the
/// room.
#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn send_them() {
    let size = 12 << 20;
    let wide = format!("[{}0]", "0,".repeat(size / 2));
    let quoted = json!(format!("[{}", "[".repeat(size / 2))).to_string();
    let failure = json!({"class": "C", "args": [1]}).to_string().replace("[1]", &wide);
    let many: String = (0..size / 10).map(|number| format!(r#""{number:06}":0,"#)).collect();
    let bombs = [
        format!(r#"{{"method": "open", "_context_x": {wide}}}"#),
        format!(r#"{{"method": "open", "args": {{"name": {wide}}}}}"#),
        format!(r#"{{"method": "open", "args": {{{many}"name": "x"}}}}"#),
        format!(r#"{{"oslo.version": "2.0", "oslo.message": {quoted}}}"#),
        "[".repeat(size),
        "{\"a\":".repeat(size / 5),
        json!({"method": "open", "failure": failure}).to_string(),
        // Above the limit, which none of the others is.
        format!(r#"{{"method": "open", "args": {{"name": "{}"}}}}"#, "x".repeat(20 << 20)),
    ];
    let bus = Bus::memory().await;
    let transport: Transport = bus.another().await;
    let (server, _) = serve(&bus, &transport).await;
    let driver: std::sync::Arc<dyn Driver> = bus.driver().await;
    for (bomb, round) in bombs.into_iter().zip(1..) {
        ALLOCATED.reset_peak_usage();
        let before = ALLOCATED.current_usage();
        send(&*driver, &bus.to_topic(), bomb.as_bytes()).await;
        client(&bus, &bus.transport).open("next".into()).await.unwrap();
        // That one may have overtaken it.
        let both_done = |server: &RpcServer| {
            let statistics = server.statistics();
            let open = statistics.method(None, "open").expect("it is served");
            statistics.malformed + open.calls - open.in_flight == 2 * round
        };
        while !both_done(&server) {
            tokio::task::yield_now().await;
        }
        let grown = ALLOCATED.peak_usage().saturating_sub(before);
        // Three times its length, the copy of the broker, and what a call takes beside.
        let allowed = 4 * bomb.len() + (64 << 10);
        let begin = bomb.get(..40).unwrap_or(&bomb);
        assert!(grown <= allowed, "{begin}: {grown} bytes for {}", bomb.len());
    }
}
