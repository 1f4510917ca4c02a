//! Completions and the manual.

use std::time::{Duration, Instant};

use crate::fleet::Fleet;
use crate::process::{Program, WITHIN};
use crate::program::{Home, PROGRAM};
use crate::python::unique_topic;

/// What bash does when the key is pressed: `$0` is the program, `$@` is the line behind its name.
const PRESS: &str = r#"
source <("$0" completions bash)
COMP_WORDS=(messaging-cli "$@"); COMP_CWORD=$#; COMP_TYPE=9
_clap_complete_messaging_cli messaging-cli "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD-1]}"
printf '%s\n' "${COMPREPLY[@]}"
"#;

/// What bash offers for a line that ends at its last word.
async fn offered(home: &Home, words: &[&str]) -> Vec<String> {
    let mut command = home.at_home("bash");
    command.args(["--norc", "-c", PRESS, PROGRAM]).args(words);
    // In this way a shell that waits for ever is killed, and the test fails.
    let ended = Program::of(command).ended().await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    ended.output.lines().map(str::to_owned).collect()
}

/// Waits until bash offers this. The program gives the broker and the servers a second, and offers
/// nothing where they take longer.
async fn offers(home: &Home, words: &[&str], expected: &[&str]) {
    let begun = Instant::now();
    loop {
        let offered = offered(home, words).await;
        if offered == expected {
            return;
        }
        assert!(begun.elapsed() < WITHIN, "{words:?}: {offered:?} in place of {expected:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn topics_methods_and_arguments_are_offered_from_the_live_bus() {
    let (fleet, home) = (Fleet::start().await, Home::new());
    let topic = fleet.topic.as_str();
    home.run_patiently(&["ls", topic]).await.ends(0);
    for verb in ["call", "watch", "doctor"] {
        assert_eq!(offered(&home, &[verb, "sched"]).await, [topic], "{verb}");
    }
    offers(&home, &["call", topic, "sel"], &["select_hosts"]).await;
    let begun = ["call", topic, "select_hosts"];
    let names = ["--request_spec", "--filter_properties"];
    offers(&home, &[&begun, &["--"][..]].concat(), &names).await;
    let words = [&begun, &["--request_spec", "{}", "--"][..]].concat();
    offers(&home, &words, &["--filter_properties"]).await;
    assert!(offered(&home, &["c"]).await.contains(&"call".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broker_that_is_away_keeps_no_shell_waiting() {
    let home = Home::new();
    let words = ["--url", "rabbit://127.0.0.1:1/", "call", &unique_topic("x"), "sel"];
    let begun = Instant::now();
    let _ = offered(&home, &words).await;
    // Bash and twice the program take a moment by themselves, and on a slow machine seconds.
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn every_shell_has_its_script_and_every_command_its_page() {
    let home = Home::without_broker();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        home.run(&["completions", shell]).await.ends(0).says(&["MESSAGING_CLI_COMPLETE"]);
    }
    home.run(&["man", "manual"]).await.ends(0).says(&["the manual is in manual"]);
    for verb in [
        "",
        "-ls",
        "-info",
        "-stats",
        "-ping",
        "-call",
        "-cast",
        "-gather",
        "-watch",
        "-doctor",
        "-ctx-save",
    ] {
        let page = home.folder.join(format!("manual/messaging-cli{verb}.1"));
        let text =
            std::fs::read_to_string(&page).unwrap_or_else(|it| panic!("{}: {it}", page.display()));
        assert!(text.contains(".TH"), "{text}");
    }
}
