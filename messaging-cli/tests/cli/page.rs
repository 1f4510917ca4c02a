//! The README: every command in it was run, and this is what it says.
//!
//! A block of the language `console` holds commands behind `$ `, and what they write. One that ends
//! in `&` runs beside the next ones, and what it writes stands behind `$ wait`, or
//! `$ kill -INT %1`, which ends it. Times, sizes, ids, and
//! numbers of more than three digits, differ each time and are not compared. `MESSAGING_BLESS=1`
//! writes the page anew.

use std::path::Path;
use std::process::Command;

use crate::fleet::Fleet;
use crate::process::Program;
use crate::program::Home;
use crate::python::{rabbit_url, variable};
use crate::site::rabbitmqctl;

/// The virtual host in which the page's topic is nobody else's.
const VIRTUAL_HOST: &str = "cli-page";

/// What the page says for the URL of this run.
const URL: &str = "rabbit://guest:guest@localhost/";

/// How often a command that looks does so again where it writes something else than the page: it
/// gives servers a second or two, and readers are not to be shown that more can be given.
const LOOKS: usize = 5;

#[tokio::test(flavor = "multi_thread")]
async fn the_readme_shows_what_the_commands_write() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let page = std::fs::read_to_string(&path).unwrap();
    let url = own_virtual_host();
    let _fleet = Fleet::start_at(&url, "scheduler").await;
    let home = Home::without_broker();
    let lock = std::fs::read_to_string(path.with_file_name("../examples/contract.lock.json"));
    std::fs::write(home.folder.join("contract.lock.json"), lock.unwrap()).unwrap();

    let mut written = String::new();
    let mut wrong = Vec::new();
    let mut commands = 0;
    let mut beside = None;
    for part in parts(&page) {
        let Part::Command { line, said } = part else {
            let Part::Text(text) = part else { unreachable!("there are two kinds") };
            written.push_str(text);
            continue;
        };
        commands += 1;
        let now = match line.strip_suffix(" &") {
            Some(line) => {
                let (begun, program) = start(&home, line, &url).await;
                assert!(beside.replace(program).is_none(), "one runs beside others: {line}");
                begun
            }
            None if line == "wait" => {
                let ended = beside.take().expect("`wait` is for one that runs").ended().await;
                told(&ended.complaints, &ended.output, ended.code.unwrap_or(-1))
            }
            None if line == "kill -INT %1" => {
                let program = beside.take().expect("one runs that can be ended");
                program.interrupt();
                let ended = program.ended().await;
                // A shell does not tell how what ran beside it has ended.
                told(&ended.output, &ended.complaints, 0)
            }
            None => {
                let mut now = run(&home, line, &url).await;
                // A server that is late for one look may be there in the next.
                for _ in 0..LOOKS {
                    if !looks(line) || normal(line, &now) == normal(line, said) {
                        break;
                    }
                    now = run(&home, line, &url).await;
                }
                now
            }
        };
        if normal(line, &now) != normal(line, said) {
            wrong.push(format!("$ {line}\nthe page says:\n{said}\nit writes:\n{now}"));
        }
        written.push_str(&format!("$ {line}\n{now}"));
    }
    assert!(commands > 10, "the page has {commands} commands");
    if std::env::var_os("MESSAGING_BLESS").is_some() {
        std::fs::write(&path, written).unwrap();
        return;
    }
    assert!(wrong.is_empty(), "MESSAGING_BLESS=1 writes the page anew:\n\n{}", wrong.join("\n"));
}

/// Whether a command looks at what there is, and changes nothing, so that it may look again.
fn looks(line: &str) -> bool {
    const VERBS: [&str; 7] = ["ls", "ping", "info", "stats", "contract", "doctor", "top"];
    line.split(' ').any(|word| VERBS.contains(&word))
}

/// Makes the virtual host, and gives its URL.
fn own_virtual_host() -> String {
    let words: [&[&str]; 3] = [
        &["delete_vhost", VIRTUAL_HOST],
        &["add_vhost", VIRTUAL_HOST],
        &["set_permissions", "-p", VIRTUAL_HOST, "guest", ".*", ".*", ".*"],
    ];
    let program = variable("MESSAGING_TEST_RABBITMQCTL");
    for (number, words) in words.into_iter().enumerate() {
        let output = Command::new(&program).args(words).output().expect("rabbitmqctl runs");
        // Only one that a run before left behind is there to be deleted.
        assert!(number == 0 || output.status.success(), "{words:?}: {output:?}");
    }
    format!("{}/{VIRTUAL_HOST}", rabbit_url().trim_end_matches('/'))
}

enum Part<'a> {
    Text(&'a str),
    Command { line: &'a str, said: &'a str },
}

/// The page in parts, in their order; nothing is left out.
fn parts(page: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut rest = page;
    while let Some(begin) = rest.find("```console\n") {
        let (before, block) = rest.split_at(begin + "```console\n".len());
        parts.push(Part::Text(before));
        let end = block.find("\n```").expect("a block ends") + 1;
        let (mut block, behind) = block.split_at(end);
        while let Some(command) = block.strip_prefix("$ ") {
            let (line, said) = command.split_once('\n').expect("a line ends");
            let end = said.find("\n$ ").map_or(said.len(), |it| it + 1);
            let end = if said.starts_with("$ ") { 0 } else { end };
            parts.push(Part::Command { line, said: &said[..end] });
            block = &said[end..];
        }
        assert!(block.is_empty(), "a block begins with a command: {block}");
        rest = behind;
    }
    parts.push(Part::Text(rest));
    parts
}

/// Runs a line of the page as a shell would, and gives what it writes.
async fn run(home: &Home, line: &str, url: &str) -> String {
    if let Some(line) = line.strip_prefix("rabbitmqctl ") {
        let words = words(line);
        let words: Vec<_> = words.iter().map(String::as_str).collect();
        let said = rabbitmqctl(&[&words, &["-p", VIRTUAL_HOST][..]].concat());
        return told(&said, "", 0);
    }
    let ran = home.finish(command(home, line, url), None).await;
    told(&ran.out, &ran.err, ran.code)
}

/// Starts one that says when it has begun, and gives that.
async fn start(home: &Home, line: &str, url: &str) -> (String, Program) {
    let mut program = Program::of(command(home, line, url));
    let begun = match line {
        // It says nothing before its end.
        line if line.contains(" bench ") => String::new(),
        line if line.contains(" serve ") => {
            format!("{}\n{}\n", program.line().await, program.complaint().await)
        }
        _ => format!("{}\n", program.complaint().await),
    };
    (told("", &begun, 0), program)
}

fn command(home: &Home, line: &str, url: &str) -> Command {
    let words = words(&line.replace(URL, url));
    assert_eq!(words[0], "messaging-cli", "{line}");
    let words: Vec<_> = words[1..].iter().map(String::as_str).collect();
    home.command(&words)
}

/// What a command wrote, as the page has it.
fn told(first: &str, then: &str, code: i32) -> String {
    let said = format!("{first}{then}");
    let mut said = said.replace(&format!("/{VIRTUAL_HOST}"), "/").replace(VIRTUAL_HOST, "/");
    if let Some((_, host)) = rabbit_url().split_once('@') {
        said = said.replace(host.trim_end_matches('/'), "localhost");
    }
    // The name of a cluster is by default that of the machine.
    if let Some((_, rest)) = said.split_once(", cluster ")
        && let Some((cluster, _)) = rest.split_once(',')
    {
        said = said.replace(cluster, "rabbit@localhost");
    }
    if code != 0 {
        said.push_str(&format!("(exit code {code})\n"));
    }
    said
}

/// The words of a line, in which `'` keeps words together.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut is_quoted = false;
    for letter in line.chars() {
        match letter {
            '\'' => is_quoted = !is_quoted,
            ' ' if !is_quoted => words.push(String::new()),
            letter => words.last_mut().unwrap().push(letter),
        }
    }
    words
}

/// What does not differ from run to run.
fn normal(line: &str, said: &str) -> Vec<String> {
    const UNITS: [&str; 7] = ["µs", "ms", "s", "min", "h", "d", "B"];
    let mut lines: Vec<_> = said
        .lines()
        .map(|line| {
            let words: Vec<_> = line.split_whitespace().collect();
            let mut kept = Vec::<String>::new();
            for (index, word) in words.iter().enumerate() {
                let is_number = word.chars().all(|it| it.is_ascii_digit() || it == '.');
                let bare = |word: &str| word.trim_end_matches([',', ':', ')']).to_owned();
                let has_unit =
                    words.get(index + 1).is_some_and(|next| UNITS.contains(&bare(next).as_str()));
                let is_clock = word.len() == 12 && word.matches(':').count() == 2;
                let is_id = index > 0 && words[index - 1] == "id";
                match () {
                    () if is_clock => kept.push("CLOCK".to_owned()),
                    () if is_id => kept.push("ID".to_owned()),
                    () if index > 0 && words[index - 1] == "Erlang/OTP" => {}
                    () if is_number && has_unit => kept.push("TIME".to_owned()),
                    () if UNITS.contains(&bare(word).as_str()) => {}
                    // The id of a process, which may be a short one.
                    () if is_number && words.get(index + 1) == Some(&"messaging") => {
                        kept.push("NUMBER".to_owned());
                    }
                    () if is_number && word.len() > 3 => kept.push("NUMBER".to_owned()),
                    () => kept.push((*word).to_owned()),
                }
            }
            kept.dedup();
            kept.join(" ")
        })
        .collect();
    // All that was measured is chance: what it is called is not, nor in which order it stands.
    if [" bench ", " top ", "kill "].iter().any(|it| line.contains(it)) {
        let is_measured = |word: &str| {
            ["TIME", "NUMBER", "-"].contains(&word)
                || word.chars().all(|it| it.is_ascii_digit() || ".█▉▊▋▌▍▎▏".contains(it))
        };
        for line in &mut lines {
            let words: Vec<_> = line.split(' ').filter(|it| !is_measured(it)).collect();
            // Nothing may have been under way when it was ended, nor been sent too late.
            *line = words.join(" ").replace(" given up", "").replace(" not sent", "");
        }
        lines.retain(|line| !line.is_empty());
    }
    // Which server had how many of the calls is chance.
    if line.contains(" stats ") {
        lines.iter_mut().for_each(|line| {
            *line = line.split(' ').take(2).collect::<Vec<_>>().join(" ");
        });
    }
    // Answers arrive in any order.
    if line.contains(" gather ") {
        lines.sort();
    }
    lines
}
