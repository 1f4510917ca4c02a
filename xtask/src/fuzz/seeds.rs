//! What fuzzing begins with: what a real oslo.messaging sends and reads, from the captures.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::failure::{Failure, Result};

/// The targets, as `messaging/src/targets.rs` has them.
pub(super) const TARGETS: [&str; 12] = [
    "url",
    "ini",
    "version",
    "envelope",
    "body",
    "request",
    "reply",
    "failure",
    "json",
    "frames",
    "compressed",
    "replies",
];

/// Files of a service: all that an INI file can hold.
const FILES: [&str; 3] = [
    "[DEFAULT]\ntransport_url = rabbit://nova:p%40ss@[::1]:5672,h2/cloud?ssl=true\n\
     control_exchange = 'nova'\nrpc_response_timeout: 20\n\n# a comment\n[keystone]\nx = y\n  z\n",
    "[oslo_messaging_rabbit]\r\nrabbit_quorum_queue = yes\r\nheartbeat_timeout_threshold = 10\r\n\
     kombu_compression = gzip\r\nhostname = $DEFAULT.host\r\n[messaging]\r\nmax_message_size = 1_000\r\n",
    "[DEFAULT]\nhost = a\ncontrol_exchange = ${host}-$$x\n; no\n[Oslo_Messaging_Rabbit]\nssl = \"on\"\n",
];

/// Header tables, after their length: text, a list in a table, as RabbitMQ's `x-death` is, and one
/// of each kind of value.
const HEADERS: [&[u8]; 3] = [
    b"\x0bcompressionS\0\0\0\x04gzip\x10messaging-serverS\0\0\0\x01h",
    b"\x07x-deathA\0\0\0\x14F\0\0\0\x0f\x05countl\0\0\0\0\0\0\0\x01",
    b"\x01at\x01\x01bs\0\x01\x01cI\0\0\0\x01\x01dD\x02\0\0\0\x01\x01eV\x01fx\0\0\0\x01\xff",
];

/// `{"method": "m"}` by zlib and by bzip2.
const COMPRESSED: [&[u8]; 2] = [
    b"x\x9c\xabV\xcaM-\xc9\xc8OQ\xb2RP\xcaU\xaa\x05\0(\xf2\x04\xc9",
    b"BZh91AY&SY\xec\xc9\x1b\xa2\0\0\x06\x99\x80P\0\0\x10\x06B\x84\n \0\"\x0c\x81\xa0\x80i\xa6\
      \x80B\xca\xd0\x8b%\xc7\xc5\xdc\x91N\x14$;2F\xe8\x80",
];

/// Steps of calls and their replies: begun, answered, answered again, given up.
const STEPS: [&[u8]; 3] = [
    b"\0\0\x01\0\x01\0\x08\0",
    b"\0\0\0\x01\x03\0\x05\0\x02\x01\x04\x01\x09\0\x01\0",
    b"\0\0\0\x02\x06\x02\x07\0\x0a\0\0\x03\x0b\x03\x08\x03",
];

/// Writes the seeds of a target into a folder of its own.
pub(super) fn write(root: &Path, target: &str, folder: &Path) -> Result<()> {
    for (number, seed) in seeds(root, target)?.into_iter().enumerate() {
        let path = folder.join(number.to_string());
        fs::write(&path, seed).map_err(|error| Failure::file("write", &path, error))?;
    }
    Ok(())
}

fn seeds(root: &Path, target: &str) -> Result<Vec<Vec<u8>>> {
    let captures = Captures::read(&root.join("tests/fixtures/oslo"))?;
    let owned = |seeds: &[&[u8]]| seeds.iter().map(|seed| seed.to_vec()).collect();
    Ok(match target {
        "url" => captures.cases("transport_url_cases", "url"),
        "ini" => FILES.map(|file| file.as_bytes().to_vec()).to_vec(),
        "version" => captures.cases("version_cases", "requested"),
        "envelope" | "body" => captures.bodies(|_| true),
        "request" => captures.bodies(|name| name.contains("_request")),
        "reply" => captures.bodies(|name| name.contains("_reply")),
        "failure" => captures.cases("failure_rebuild_cases", "failure"),
        "json" => captures.messages(),
        "frames" => owned(&HEADERS),
        "compressed" => owned(&COMPRESSED),
        "replies" => owned(&STEPS),
        other => return Err(format!("the fuzz target {other} has no seeds").into()),
    })
}

/// The captures by their names.
struct Captures(Vec<(String, Value)>);

impl Captures {
    fn read(folder: &Path) -> Result<Self> {
        let mut captures = Vec::new();
        let entries = fs::read_dir(folder).map_err(|error| Failure::file("read", folder, error))?;
        for entry in entries {
            let path = entry.map_err(|error| Failure::file("read", folder, error))?.path();
            let text = fs::read(&path).map_err(|error| Failure::file("read", &path, error))?;
            let capture = serde_json::from_slice(&text);
            let capture = capture.map_err(|error| Failure::file("understand", &path, error))?;
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            captures.push((name, capture));
        }
        captures.sort_by(|(one, _), (other, _)| one.cmp(other));
        Ok(Self(captures))
    }

    /// The text under `key` of each case of a table.
    fn cases(&self, table: &str, key: &str) -> Vec<Vec<u8>> {
        let table = self.0.iter().find(|(name, _)| name == table);
        let cases = table.and_then(|(_, table)| table["cases"].as_array());
        let texts = cases.into_iter().flatten().filter_map(|case| case[key].as_str());
        texts.map(|text| text.as_bytes().to_vec()).collect()
    }

    fn bodies(&self, wanted: impl Fn(&str) -> bool) -> Vec<Vec<u8>> {
        let wanted = self.0.iter().filter(|(name, _)| name.starts_with("rpc_") && wanted(name));
        wanted.filter_map(|(_, it)| Some(it["body"].as_str()?.as_bytes().to_vec())).collect()
    }

    /// What stands within the envelopes.
    fn messages(&self) -> Vec<Vec<u8>> {
        let envelopes = self.bodies(|_| true).into_iter();
        let envelopes = envelopes.filter_map(|body| serde_json::from_slice::<Value>(&body).ok());
        envelopes.filter_map(|it| Some(it["oslo.message"].as_str()?.as_bytes().to_vec())).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn root() -> &'static Path {
        Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
    }

    #[test]
    fn every_target_of_the_library_is_here_and_has_seeds() {
        let library = fs::read_to_string(root().join("messaging/src/targets.rs")).unwrap();
        let names = library.lines().filter_map(|line| line.trim().strip_prefix("(\""));
        let names: Vec<&str> = names.filter_map(|rest| rest.split('"').next()).collect();
        assert_eq!(names, TARGETS);
        for target in TARGETS {
            let seeds = seeds(root(), target).unwrap();
            assert!(seeds.len() > 1 && seeds.iter().all(|seed| seed.len() < 8192), "{target}");
        }
    }
}
