use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;

use serde_json::Value;

use super::known::{self, ELSEWHERE, Kind, OWN_OPTIONS, RABBIT_OPTIONS};
use super::*;
use crate::ErrorKind;

/// A folder of files, removed when dropped.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let path = std::env::temp_dir().join(format!("messaging-{}", uuid::Uuid::new_v4()));
        fs::create_dir(&path).unwrap();
        Self(path)
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.join(name);
        fs::write(&path, text).unwrap();
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn file(text: &str) -> Config {
    let folder = Folder::new();
    Config::new().file(folder.write("nova.conf", text))
}

fn with_environment(mut config: Config, variables: &[(&str, &str)]) -> Config {
    let variables = variables.iter().map(|(name, value)| (OsString::from(name), value.into()));
    config.sources.add_variables(variables).unwrap();
    config
}

fn settled(config: &Config) -> (Resolved, Vec<String>) {
    let mut report = Report::default();
    let resolved = resolve::resolve(config, &mut report).unwrap();
    (resolved, report.warnings)
}

fn mistake(config: &Config) -> String {
    let error = config.check().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config, "{error}");
    error.to_string()
}

#[test]
fn the_first_source_that_says_something_wins_for_each_option() {
    let folder = Folder::new();
    let first = folder.write(
        "1.conf",
        "[DEFAULT]\ncontrol_exchange = file1\nrpc_response_timeout = 1\n\
         transport_url = rabbit://one/?rabbit_interval_max=91\n\
         [oslo_messaging_rabbit]\nrabbit_retry_backoff = 11\nrabbit_retry_interval = 11\n\
         rabbit_interval_max = 11\nheartbeat_timeout_threshold = 11\nrabbit_qos_prefetch_count = 11\n",
    );
    let second = folder.write(
        "2.conf",
        "[oslo_messaging_rabbit]\nrabbit_retry_interval = 12\nrabbit_interval_max = 12\n\
         heartbeat_timeout_threshold = 12\nrabbit_qos_prefetch_count = 12\n",
    );
    let built = RabbitOptions { prefetch: 14, ..RabbitOptions::default() };
    let config = Config::new().file(first).file(second).rabbit(built).control_exchange("built");
    let config = with_environment(
        config,
        &[
            ("OS_DEFAULT__RPC_RESPONSE_TIMEOUT", "3"),
            ("OS_OSLO_MESSAGING_RABBIT__RABBIT_INTERVAL_MAX", "13"),
            ("OS_OSLO_MESSAGING_RABBIT__HEARTBEAT_TIMEOUT_THRESHOLD", "13"),
            ("OS_OSLO_MESSAGING_RABBIT__RABBIT_QOS_PREFETCH_COUNT", "13"),
        ],
    );
    let (resolved, warnings) = settled(&config);
    let rabbit = &resolved.rabbit;
    assert_eq!(resolved.url.to_string(), "rabbit://one/");
    assert_eq!(resolved.control_exchange, "built");
    assert_eq!(resolved.response_timeout, Duration::from_secs(3));
    assert_eq!(rabbit.retry_backoff, Duration::from_secs(11), "the first file alone has it");
    assert_eq!(rabbit.retry_interval, Duration::from_secs(12), "a later file wins");
    assert_eq!(rabbit.heartbeat, Duration::from_secs(13), "the environment wins over files");
    assert_eq!(rabbit.retry_max, Duration::from_secs(91), "the URL wins over the environment");
    assert_eq!(rabbit.prefetch, 14, "the program wins over all");
    assert_eq!(warnings, Vec::<String>::new());
    let named = config.option("rabbit_qos_prefetch_count", "0").option("rabbit_interval_max", "15");
    let (resolved, _) = settled(&named);
    assert_eq!((resolved.rabbit.prefetch, resolved.rabbit.retry_max.as_secs()), (0, 15));
}

#[test]
fn a_folder_is_read_in_the_order_of_names() {
    let folder = Folder::new();
    folder.write("20.conf", "[DEFAULT]\ncontrol_exchange = twenty\n");
    folder.write("10.conf", "[DEFAULT]\ncontrol_exchange = ten\nrpc_response_timeout = 10\n");
    folder.write("30.conf.orig", "[DEFAULT]\ncontrol_exchange = orig\n");
    folder.write(".40.conf", "no INI at all");
    let (resolved, _) = settled(&Config::new().folder(&folder.0));
    assert_eq!(resolved.control_exchange, "twenty");
    assert_eq!(resolved.response_timeout, Duration::from_secs(10));
    let missing = folder.0.join("missing");
    assert!(mistake(&Config::new().folder(&missing)).contains("missing cannot be read"));
    assert!(mistake(&Config::new().file(&missing)).contains("missing cannot be read"));
    assert!(settled(&Config::new()).1.is_empty());
}

#[test]
fn options_that_do_not_fit_together_are_told_with_their_places() {
    let folder = Folder::new();
    let path = folder.write("1.conf", "[oslo_messaging_rabbit]\n\nrabbit_ha_queues = true\n");
    let config = Config::new().file(path);
    let config =
        with_environment(config, &[("OS_OSLO_MESSAGING_RABBIT__RABBIT_QUORUM_QUEUE", "true")]);
    let text = mistake(&config);
    for part in [
        "`rabbit_ha_queues` (",
        "1.conf line 3, group [oslo_messaging_rabbit])",
        "`rabbit_quorum_queue` (environment variable OS_OSLO_MESSAGING_RABBIT__RABBIT_QUORUM_QUEUE)",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let stream = Config::new().option("rabbit_stream_fanout", "true");
    let text = mistake(&stream);
    assert!(text.contains("`rabbit_stream_fanout` (set by the program)"), "{text}");
    assert!(text.contains("`rabbit_transient_quorum_queue` (the default)"), "{text}");
}

#[test]
fn a_control_exchange_that_no_broker_has_is_a_mistake() {
    for name in ["", "amq.topic"] {
        let text = mistake(&file(&format!("[DEFAULT]\ncontrol_exchange = {name}\n")));
        assert!(text.contains("line 2") && text.contains("`control_exchange`"), "{text}");
    }
}

#[test]
fn what_is_explained_is_a_file_that_says_the_same() {
    let built = RabbitOptions {
        heartbeat: Duration::from_secs(10),
        quorum_queue: true,
        compression: Some(Compression::Bzip2),
        failover_strategy: FailoverStrategy::Shuffle,
        login_method: LoginMethod::Plain,
        reconnect_delay: Duration::from_millis(500),
        ssl_ca_file: Some("/etc/ca.pem".into()),
        ssl_version: Some(TlsVersion::Tls13),
        hostname: "h1".into(),
        ..RabbitOptions::default()
    };
    let config = Config::new().url("rabbit://h/").control_exchange("nova").rabbit(built.clone());
    let again = file(&config.explain());
    let (resolved, warnings) = settled(&again);
    assert_eq!(resolved.rabbit, built);
    assert_eq!(resolved.control_exchange, "nova");
    assert_eq!(warnings, Vec::<String>::new());
}

/// A value that another one stands before is not looked at: neither read nor warned of.
#[test]
fn only_what_wins_is_read() {
    let lost = "[DEFAULT]\ntransport_url = nonsense\n[oslo_messaging_rabbit]\n\
                kombu_compression = zstd\nheartbeat_rate = 3\nrabbit_qos_prefetch_count = many\n";
    let built = RabbitOptions { prefetch: 7, ..RabbitOptions::default() };
    let config = file(lost).url("rabbit://h/").rabbit(built);
    let config = config.option("kombu_compression", "").option("heartbeat_rate", "5");
    let (resolved, warnings) = settled(&config);
    assert_eq!((resolved.rabbit.compression, resolved.rabbit.prefetch), (None, 7));
    assert!(matches!(&*warnings, [one] if one.contains("heartbeat_rate")), "{warnings:?}");
}

#[test]
fn what_could_never_work_is_a_mistake_also_in_a_program() {
    let text = mistake(&Config::new().response_timeout(Duration::ZERO));
    assert!(text.contains("`rpc_response_timeout`") && text.contains("program"), "{text}");
}

#[test]
fn what_means_something_else_here_is_warned_of() {
    let (resolved, warnings) = settled(&file(
        "[oslo_messaging_rabbit]\nheartbeat_timeout_threshold = 0\nkombu_compression =\n",
    ));
    assert_eq!(resolved.rabbit.compression, None);
    assert!(matches!(&*warnings, [one] if one.contains("line 2") && one.contains("heartbeat")));
    let elsewhere =
        with_environment(Config::new(), &[("OS_OSLO_MESSAGING_NOTIFICATIONS__TOPICS", "a")]);
    let (_, warnings) = settled(&elsewhere);
    assert!(matches!(&*warnings, [one] if one.contains("`topics`") && one.contains("OS_OSLO")));
    let (_, warnings) = settled(&file("[oslo_messaging_kafka]\nconsumer_gruop = a\n"));
    assert!(matches!(&*warnings, [one] if one.contains("`consumer_gruop`")), "{warnings:?}");
}

#[test]
fn mistakes_name_file_line_group_and_option_and_no_value() {
    for (text, parts) in [
        (
            "[oslo_messaging_rabbit]\n\nrabbit_quorum_queue = hunter2",
            &["nova.conf line 3", "[oslo_messaging_rabbit]", "`rabbit_quorum_queue` must be true"]
                [..],
        ),
        (
            "[Oslo_Messaging_Rabbit]\nrabbit_quorum_queu = hunter2",
            &["nova.conf line 2", "`rabbit_quorum_queu`", "did you mean `rabbit_quorum_queue`?"],
        ),
        (
            "[oslo_messaging_rabbit]\nrabbit_password = hunter2",
            &["nova.conf line 2", "`rabbit_password` is none of the group", "page `configuration`"],
        ),
        (
            "[oslo_messaging_rabbit]\nrabbit_retry_interval = 0",
            &["nova.conf line 2", "a whole number of at least 1"],
        ),
        ("[oslo_messaging_rabbit]\nheartbeat_rate = hunter2", &["line 2", "a whole number"]),
        (
            "[oslo_messaging_rabbit]\nrabbit_quroum_max_memory_length = hunter2",
            &["`rabbit_quroum_"],
        ),
        ("[DEFAULT]\nrpc_response_timeout = hunter2", &["line 2, group [DEFAULT]", "whole number"]),
        ("[DEFAULT]\nrpc_response_timeout = 0", &["a whole number of seconds from 1"]),
        ("[DEFAULT]\nexecutor_thread_pool_size = -1", &["a whole number of at least 1"]),
        ("[DEFAULT]\ntransport_url = hunter2", &["line 2, group [DEFAULT]", "no scheme"]),
        ("[DEFAULT]\ntransport_url = rabbit://nova:a$hunter2@host", &["line 2", "`$$`"]),
        ("[DEFAULT]\ncontrol_exchange = $x\nx = $control_exchange hunter2", &["in a circle"]),
        ("[DEFAULT]\nhunter2", &["nova.conf cannot be understood at line 2"]),
    ] {
        let config = file(text);
        let explained = config.explain();
        let said = mistake(&config);
        for part in parts {
            assert!(said.contains(part), "{text}: {said}");
        }
        let shown = format!("{said}{explained}{config:?}");
        assert!(explained.contains("# mistake: ") && !shown.contains("hunter2"), "{text}: {shown}");
    }
}

#[test]
fn mistakes_of_other_sources_name_them() {
    let variable = "OS_OSLO_MESSAGING_RABBIT__RABBIT_QUORUM_QUEUE";
    let said = mistake(&with_environment(Config::new(), &[(variable, "hunter2")]));
    assert!(said.contains(variable) && !said.contains("hunter2"), "{said}");
    let said = mistake(&with_environment(Config::new(), &[(&format!("{variable}S"), "1")]));
    assert!(said.contains("QUEUES") && said.contains("did you mean"), "{said}");
    let said = mistake(&Config::new().url("rabbit://h/?rabbit_quorum_queues=1"));
    assert!(
        said.contains("in the query of the transport URL") && said.contains("did you"),
        "{said}"
    );
    let said = mistake(&Config::new().option("no_such", "hunter2"));
    assert!(said.contains("`no_such`") && !said.contains("hunter2"), "{said}");
    // Another library's variable, and an older name, which oslo.config does not look for there.
    let others = [("OS_DATABASE__CONNECTION", "x"), ("OS_DEFAULT__RPC_THREAD_POOL_SIZE", "1")];
    let (resolved, _) = settled(&with_environment(Config::new(), &others));
    assert_eq!(resolved.executor_pool_size, 64);
}

#[test]
fn older_names_and_options_without_effect_are_accepted_with_one_warning_each() {
    let config = file(
        "[DEFAULT]\nrpc_thread_pool_size = 7\nlog_dir = /var/log\n[database]\nconnection = x\n\
         [oslo_messaging_rabbit]\nkombu_reconnect_timeout = 5\nrpc_conn_pool_size = 2\n\
         heartbeat_in_pthread = true\n[oslo_messaging_notifications]\ndriver = log\ndriver = noop\n",
    );
    let (resolved, warnings) = settled(&config);
    assert_eq!(resolved.executor_pool_size, 7);
    let expected = [
        ("`rpc_thread_pool_size`", "write `executor_thread_pool_size`"),
        ("`rpc_conn_pool_size`", "no pool"),
        ("`kombu_reconnect_timeout`", "write `kombu_missing_consumer_retry_timeout`"),
        ("`heartbeat_in_pthread`", "dropped it in 18.0"),
        ("`driver`", "notifications"),
    ];
    assert_eq!(warnings.len(), expected.len(), "{warnings:#?}");
    for (warning, (name, why)) in warnings.iter().zip(expected) {
        assert!(warning.contains(name) && warning.contains(why), "{warning}");
        assert!(warning.contains("nova.conf line "), "{warning}");
    }
}

#[test]
fn the_name_of_today_wins_over_its_older_name_in_one_file() {
    let both = "[DEFAULT]\nexecutor_thread_pool_size = 2\nrpc_thread_pool_size = 1\n";
    let (resolved, warnings) = settled(&file(both));
    assert_eq!((resolved.executor_pool_size, warnings.len()), (2, 0));
}

#[test]
fn explain_tells_values_and_places_and_no_secret() {
    let config = file(
        "[DEFAULT]\ntransport_url = rabbit://nova:hunter2@host/v?rabbit_retry_backoff=3\n\
         [database]\nconnection = mysql://hunter2\n",
    );
    let config = with_environment(config, &[("OS_DEFAULT__RPC_PING_ENABLED", "Yes")]).quorum();
    let text = config.explain();
    for line in [
        "[DEFAULT]\n# /",
        "nova.conf line 2, group [DEFAULT]\ntransport_url = rabbit://nova:***@host/v\n",
        "# the default\ncontrol_exchange = openstack\n",
        "# environment variable OS_DEFAULT__RPC_PING_ENABLED\nrpc_ping_enabled = true\n",
        "# in the query of the transport URL\nrabbit_retry_backoff = 3\n",
        "# set by the program\nrabbit_transient_quorum_queue = true\n",
    ] {
        assert!(text.contains(line), "{line} is not in:\n{text}");
    }
    let shown = format!("{text}{config:?}");
    assert!(!shown.contains("hunter2"), "{shown}");
    assert!(format!("{config:?}").contains("rpc_ping_enabled: true (environment"), "{config:?}");
}

#[test]
fn the_preset_for_quorum_queues_is_what_the_documented_lines_are() {
    let lines = "[oslo_messaging_rabbit]\nrabbit_quorum_queue = true\n\
                 rabbit_transient_quorum_queue = true\n";
    assert_eq!(settled(&Config::new().quorum()).0.rabbit, settled(&file(lines)).0.rabbit);
}

/// The names, types, limits, defaults and older names are those of the real library.
#[test]
fn every_option_of_the_peer_has_a_field_or_a_reason() {
    let table = include_str!("../../../tests/fixtures/oslo/config_options.json");
    let table: Value = serde_json::from_str(table).unwrap();
    let cases = table["cases"].as_array().unwrap();
    assert_eq!(cases.len(), 71);
    let page = include_str!("../../docs/configuration.md");
    for case in cases {
        let (group, name) = (case["group"].as_str().unwrap(), case["name"].as_str().unwrap());
        if let Some(other) = ELSEWHERE.iter().find(|other| other.group == group) {
            assert!(other.options.contains(&name) && !other.why.is_empty(), "{group} {name}");
            assert!(page.contains(group), "{group}");
            continue;
        }
        let known = known::any(name).unwrap_or_else(|| panic!("{name} is not known"));
        assert_eq!((known.group, known.name), (group, name));
        let number = |key: &str| case[key].as_f64();
        match known.kind {
            Kind::Bool => assert_eq!(case["type"], "bool", "{name}"),
            Kind::Text => assert_eq!(case["type"], "str", "{name}"),
            Kind::Int { min } => {
                assert_eq!(case["type"], "int", "{name}");
                assert_eq!(min, case["min"].as_i64(), "{name}");
            }
            Kind::Float { min, max } => {
                assert_eq!(case["type"], "float", "{name}");
                assert_eq!((Some(min), max), (number("min"), number("max")), "{name}");
            }
        }
        let default = match &case["default"] {
            Value::String(text) => text.clone(),
            Value::Null => String::new(),
            other => other.to_string(),
        };
        // These depend on the machine and are described.
        if !default.starts_with('(') {
            assert_eq!(known.default, default, "{name}");
        }
        for older in case["older_names"].as_array().into_iter().flatten() {
            assert!(known.older.contains(&older.as_str().unwrap()), "{name}: {older}");
        }
        assert!(page.contains(&format!("\n| `{name}` |")), "{name} is not in the documentation");
    }
}

#[test]
fn the_options_of_our_own_come_from_every_source() {
    let page = include_str!("../../docs/configuration.md");
    for option in OWN_OPTIONS {
        let row = format!("\n| `{}` | {} |", option.name, option.default);
        assert!(page.contains(&row), "{row} is not in the documentation");
    }
    let own = |config: &Config| settled(config).0.own;
    let default = own(&Config::new());
    assert_eq!((default.max_message_size, default.send_user_id), (16 << 20, false));
    let lines = "[messaging]\nmax_message_size = 1000\nsend_user_id = yes\n";
    let variables = [("OS_MESSAGING__MAX_MESSAGE_SIZE", "2000")];
    let environment = with_environment(file(lines), &variables);
    let (from_file, both) = (own(&file(lines)), own(&environment));
    assert_eq!((from_file.max_message_size, from_file.send_user_id), (1000, true));
    assert_eq!((both.max_message_size, both.send_user_id), (2000, true));
    for scheme in ["rabbit", "memory"] {
        let config = environment.clone().url(&format!("{scheme}://h/?max_message_size=3000"));
        assert_eq!(own(&config).max_message_size, 3000);
        assert_eq!(own(&config.clone().option("max_message_size", "4000")).max_message_size, 4000);
        assert_eq!(own(&config.max_message_size(0)).max_message_size, 1);
    }
    let line = "# environment variable OS_MESSAGING__MAX_MESSAGE_SIZE\nmax_message_size = 2000\n";
    assert!(environment.explain().contains(line));
    for (lines, expected) in [
        ("[messaging]\nmax_message_size = 0\n", "at least 1"),
        ("[messaging]\nmax_mesage_size = 1\n", "did you mean `max_message_size`?"),
    ] {
        assert!(mistake(&file(lines)).contains(expected), "{lines}");
    }
}

/// No option of the table is unknown to [`RabbitOptions`], none of those without effect is known to
/// it, and the defaults are the same on both sides.
#[test]
fn the_table_and_the_fields_agree() {
    for option in RABBIT_OPTIONS {
        let mut options = RabbitOptions::default();
        let set = options.set(option.name, option.default);
        let said = set.as_ref().map_or_else(ToString::to_string, |()| String::new());
        let unknown = said.contains("is none of the group");
        assert_eq!(unknown, option.without_effect.is_some(), "{}: {said}", option.name);
        if !option.default.is_empty() && !option.default.starts_with('(') {
            let set = set.is_ok() || unknown || said.contains("not supported yet");
            assert!(set, "{}: {said}", option.name);
            assert_eq!(options, RabbitOptions::default(), "{}", option.name);
        }
    }
}

#[test]
fn a_file_of_an_editor_is_read_as_it_stands() {
    let text = "[DEFAULT]\r\ntransport_url = 'rabbit://nova:p;%(x)s$$w@host/' \r\n\
                control_exchange = nova # is part of it\r\n";
    let (resolved, _) = settled(&file(text));
    assert_eq!(resolved.url.hosts[0].password.as_deref(), Some("p;%(x)s$w"));
    assert_eq!(resolved.control_exchange, "nova # is part of it");
}
