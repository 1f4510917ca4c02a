//! `ctx`, and which broker is meant.

use serde_json::json;

use crate::program::Home;
use crate::python::{rabbit_url, unique_topic};

const URL: &str = "rabbit://nova:hunter2@127.0.0.1:1/";

#[tokio::test]
async fn contexts_are_saved_selected_shown_and_removed_without_their_passwords() {
    let home = Home::without_broker();
    home.run(&["ctx", "ls"]).await.ends(0).says(&["no context yet"]);
    let saved = home.run(&["--url", URL, "ctx", "save", "lab", "--topic", "scheduler"]).await;
    saved.ends(0).says(&["context lab is saved and selected"]);
    let saved = home
        .run(&["--url", URL, "--exchange", "nova", "--timeout", "2s", "ctx", "save", "prod"])
        .await;
    saved.ends(0).says(&["context prod is saved"]);
    home.run(&["ctx", "select", "prod"]).await.ends(0).says(&["context prod is selected"]);
    home.run(&["ctx", "select", "-"]).await.ends(0).says(&["context lab is selected"]);
    let list =
        home.run(&["ctx", "ls"]).await.ends(0).says(&["*", "rabbit://nova:***@127.0.0.1:1/"]);
    let shown = home.run(&["--json", "ctx", "show", "prod"]).await.ends(0);
    let document = shown.json();
    assert_eq!(document["exchange"], "nova");
    assert_eq!(document["timeout"], 2.0);
    let all = home.run(&["ctx", "ls", "--json"]).await.ends(0);
    assert_eq!(all.json()[0]["topics"], json!(["scheduler"]));
    let failed = home.run(&["ls"]).await.ends(3);
    let failed = failed.says(&["127.0.0.1:1", "context `lab`"]);
    for ran in [list, shown, all, failed] {
        assert!(!ran.out.contains("hunter2") && !ran.err.contains("hunter2"), "{ran}");
    }
    home.run(&["ctx", "rm", "lab", "prod"]).await.ends(0);
    home.run(&["ctx", "show"]).await.ends(2).says(&["no context is selected"]);
    home.run(&["ctx", "select", "lab"]).await.ends(2).says(&["there is no context `lab`"]);
    home.run(&["ctx", "save", "../lab", "--url", URL])
        .await
        .ends(2)
        .says(&["no name of a context"]);
    home.run(&["ctx", "save", "lab"]).await.ends(2).says(&["needs a broker"]);
    // What no command could use is not kept.
    for (wrong, said) in [
        (&["--url", "hunter2"][..], "transport URL"),
        (&["--url", URL, "-o", "rabbit_qos_prefetch_cont=1"], "rabbit_qos_prefetch_count"),
        (&["--url", URL, "-o", "rabbit_qos_prefetch_count=many"], "rabbit_qos_prefetch_count"),
        (&["--config-file", "nowhere.conf"], "nowhere.conf"),
        (&["--url", "http://nova:hunter2@127.0.0.1/"], "`http://`"),
        (&["--url", URL, "--management", "ftp://nova:hunter2@127.0.0.1"], "management API"),
        (&["--url", URL, "--topic", ""], "a topic has a name"),
    ] {
        let ran = home.run(&[&["ctx", "save", "lab"], wrong].concat()).await.ends(2).says(&[said]);
        assert!(!ran.err.contains("hunter2"), "{ran}");
    }
    home.run(&["ctx", "ls"]).await.ends(0).says(&["no context yet"]);
    // A URL where it does not belong is answered without its password as well.
    for words in [&[URL, "ls"][..], &["--json", URL, "ls"]] {
        let ran = home.run(words).await.ends(2).says(&["127.0.0.1:1"]);
        assert!(!ran.out.contains("hunter2") && !ran.err.contains("hunter2"), "{ran}");
    }
}

/// Each names a broker that is there, and what it wins over one that is not.
#[tokio::test]
async fn the_command_line_wins_over_the_environment_and_that_over_the_selected_context() {
    let home = Home::without_broker();
    let topic = unique_topic("nobody");
    home.run(&["ctx", "save", "away", "--url", URL]).await.ends(0);
    home.run(&["ctx", "save", "here", "--url", &rabbit_url()]).await.ends(0);
    let file = home.folder.join("service.conf");
    std::fs::write(&file, format!("[DEFAULT]\ntransport_url = {}\n", rabbit_url())).unwrap();
    let file = file.to_str().unwrap();

    home.run(&["ls", &topic]).await.ends(3);
    home.run(&["--context-name", "here", "ls", &topic]).await.ends(5);
    home.run(&["--url", &rabbit_url(), "ls", &topic]).await.ends(5);
    home.run(&["--config-file", file, "ls", &topic]).await.ends(5);
    home.run(&["--config-file", file, "--url", URL, "ls", &topic]).await.ends(3);
    for (variable, words, code) in [
        ("MESSAGING_URL", &["ls", &topic][..], 5),
        ("OS_DEFAULT__TRANSPORT_URL", &["ls", &topic], 5),
        ("MESSAGING_URL", &["--context-name", "away", "ls", &topic], 3),
    ] {
        let mut command = home.command(words);
        command.env(variable, rabbit_url());
        home.finish(command, None).await.ends(code);
    }
    home.run(&["ctx", "save", "file", "--config-file", file, "--select"]).await.ends(0);
    home.run(&["ls", &topic]).await.ends(5);
}
