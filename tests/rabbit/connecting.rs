//! The first connection: who is let in, and what is said to whoever is not.

use messaging::ErrorKind;
use tokio::net::TcpListener;

use crate::broker::{WITHIN, connect, connect_to, parts, url_to};

/// An address where nobody listens.
async fn nobody() -> String {
    TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().to_string()
}

#[tokio::test]
async fn a_wrong_password_is_refused_and_not_shown() {
    let (_, address, virtual_host) = parts();
    let url = format!("rabbit://guest:not-the-password@{address}/{virtual_host}");
    let error = connect_to(&url).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::AccessRefused);
    let shown = format!("{error} {error:?}");
    assert!(shown.contains("`guest`") && shown.contains(&address), "{shown}");
    assert!(!shown.contains("not-the-password"), "{shown}");
}

#[tokio::test]
async fn a_virtual_host_that_is_not_there_is_named() {
    let (login, address, _) = parts();
    let error = connect_to(&format!("rabbit://{login}@{address}/no-such")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::VirtualHost);
    assert!(error.to_string().contains("`no-such`"), "{error}");
}

#[tokio::test]
async fn hosts_that_cannot_be_reached_are_named_each() {
    let (one, two) = (nobody().await, nobody().await);
    let error = connect_to(&url_to(&[&one, &two, "nowhere.invalid:1"])).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connection);
    for host in [&*one, &*two, "nowhere.invalid:1"] {
        assert!(error.to_string().contains(host), "{error}");
    }
}

#[tokio::test]
async fn the_next_host_is_tried() {
    let (_, address, _) = parts();
    let driver = connect_to(&url_to(&[&nobody().await, &address])).await.unwrap();
    driver.close(WITHIN).await;
}

/// Credentials are for one host alone, so that a refusal by it says nothing of the next.
#[tokio::test]
async fn a_host_that_refuses_the_user_does_not_keep_the_next_from_being_tried() {
    let (login, address, virtual_host) = parts();
    let url = format!("rabbit://guest:wrong@{address},{login}@{address}/{virtual_host}");
    let driver = connect_to(&url).await.unwrap();
    driver.close(WITHIN).await;
}

/// By which operators know whose it is.
#[tokio::test]
async fn a_connection_has_the_name_of_its_program() {
    let driver = connect().await;
    let rabbitmqctl = std::env::var("MESSAGING_TEST_RABBITMQCTL").expect("`cargo xtask test`");
    let arguments = ["-q", "list_connections", "client_properties"];
    let said = std::process::Command::new(rabbitmqctl).args(arguments).output().unwrap();
    let said = String::from_utf8_lossy(&said.stdout).into_owned();
    let program = std::env::current_exe().unwrap();
    let program = program.file_name().unwrap().to_string_lossy();
    let name = format!("{program}:{}:publish", std::process::id());
    assert!(said.contains(&name), "{name}: {said}");
    driver.close(WITHIN).await;
}
