//! The files that a node reads.

use std::fs::{self, File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use super::installed::MANAGEMENT;
use super::ports::Ports;
use crate::failure::{Failure, Result};

/// Writes a node's configuration.
///
/// It is written as Erlang terms, for which the translator of the newer format need not run; that
/// saves a second of every start. The settings are those that make faults show early.
pub(super) fn write(folder: &Path, ports: Ports, number: u16, management: bool) -> Result<()> {
    let config = rabbitmq_config(ports, number, management);
    write_file(&folder.join("rabbitmq.config"), &config)?;
    let plugins = if management { MANAGEMENT } else { "" };
    write_file(&folder.join("enabled_plugins"), &format!("[{plugins}].\n"))
}

/// Writes the secret by which nodes and rabbitmqctl know each other, where Erlang looks for it.
/// Whoever has it can run code in the node, so only we may read it.
pub(super) fn write_cookie(home: &Path, cookie: &str) -> Result<()> {
    fs::create_dir_all(home).map_err(|error| Failure::file("make", home, error))?;
    let path = home.join(".erlang.cookie");
    let mut options = OpenOptions::new();
    let mut file = options
        .write(true)
        .create_new(true)
        .mode(0o400)
        .open(&path)
        .map_err(|error| Failure::file("write", &path, error))?;
    file.write_all(cookie.as_bytes()).map_err(|error| Failure::file("write", &path, error))
}

/// A new secret.
pub(super) fn cookie() -> Result<String> {
    let source = Path::new("/dev/urandom");
    let mut bytes = [0; 16];
    File::open(source)
        .and_then(|mut file| file.read_exact(&mut bytes))
        .map_err(|error| Failure::file("read", source, error))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02X}")).collect())
}

fn rabbitmq_config(ports: Ports, number: u16, management: bool) -> String {
    let amqp = ports.amqp(number);
    let management = if management { management_config(ports.http(number)) } else { String::new() };
    let cluster = cluster(ports.nodes());
    format!(
        r#"[{{kernel,[{{net_ticktime,8}}]}},
 {{rabbit,[{{tcp_listeners,[{{"127.0.0.1",{amqp}}}]}},{cluster}
  {{tcp_listen_options,[{{backlog,4096}},{{nodelay,true}},{{linger,{{true,0}}}},{{exit_on_close,false}}]}},
  {{vm_memory_high_watermark,{{absolute,"1GB"}}}},{{channel_tick_interval,1000}},
  {{log,[{{console,[{{enabled,false}}]}},{{file,[{{level,info}}]}}]}}]}}{management}].
"#
    )
}

fn management_config(port: u16) -> String {
    format!(
        r#",
 {{{MANAGEMENT},[{{tcp_config,[{{ip,"127.0.0.1"}},{{port,{port}}}]}}]}}"#
    )
}

fn cluster(nodes: u16) -> String {
    if nodes < 2 {
        return String::new();
    }
    let names: Vec<String> = (1..=nodes).map(|number| format!("'n{number}@localhost'")).collect();
    let names = names.join(",");
    format!("{{cluster_nodes,{{[{names}],disc}}}},{{cluster_partition_handling,pause_minority}},")
}

fn write_file(path: &Path, text: &str) -> Result<()> {
    fs::write(path, text).map_err(|error| Failure::file("write", path, error))
}
