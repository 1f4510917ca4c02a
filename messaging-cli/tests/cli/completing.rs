//! Completions and the manual.

use std::time::{Duration, Instant};

use crate::fleet::Fleet;
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
    let ran = home.finish(command, None).await.ends(0);
    ran.out.lines().map(str::to_owned).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn topics_methods_and_arguments_are_offered_from_the_live_bus() {
    let (fleet, home) = (Fleet::start().await, Home::new());
    let topic = fleet.topic.as_str();
    home.run(&["ls", topic]).await.ends(0);
    for verb in ["call", "watch", "doctor"] {
        assert_eq!(offered(&home, &[verb, "sched"]).await, [topic], "{verb}");
    }
    assert_eq!(offered(&home, &["call", topic, "sel"]).await, ["select_hosts"]);
    let begun = ["call", topic, "select_hosts"];
    let names = offered(&home, &[&begun, &["--"][..]].concat()).await;
    assert_eq!(names, ["--request_spec", "--filter_properties"]);
    let names = offered(&home, &[&begun, &["--request_spec", "{}", "--"][..]].concat()).await;
    assert_eq!(names, ["--filter_properties"]);
    assert!(offered(&home, &["c"]).await.contains(&"call".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broker_that_is_away_keeps_no_shell_waiting() {
    let home = Home::new();
    let words = ["--url", "rabbit://127.0.0.1:1/", "call", &unique_topic("x"), "sel"];
    let begun = Instant::now();
    let _ = offered(&home, &words).await;
    assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
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
