//! Who was answered by whom.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::timeout;

use crate::api::Answer;
use crate::ask::Ask;
use crate::client::Language;

/// How many calls of each client a server has to answer before the next thing happens to the fleet.
const ENOUGH: u64 = 20;

/// How long that may take: a call that is lost holds its caller up for the time of its timeout.
const WITHIN: Duration = Duration::from_secs(40);

/// One start of a server.
pub(crate) type Start = (String, u32);

/// Counts of calls, for those who wait for them.
#[derive(Debug, Default)]
pub(crate) struct Tally(watch::Sender<Counts>);

#[derive(Clone, Debug, Default)]
pub(crate) struct Counts {
    starts: BTreeMap<Start, Answered>,
    pub(crate) lost: Vec<(Language, String)>,
    pub(crate) wrong: Vec<(Language, String)>,
}

/// What one start of a server has answered.
#[derive(Clone, Debug, Default)]
struct Answered {
    version: String,
    by: BTreeMap<Language, u64>,
    /// Of these, calls of what 2.6 brought.
    new: BTreeMap<Language, u64>,
}

impl Tally {
    /// Enters how a call ended.
    pub(crate) fn enter(&self, language: Language, ask: &Ask, outcome: Result<Answer, String>) {
        self.0.send_modify(|counts| match outcome {
            Ok(answer) if answer.value == ask.expected() => {
                let answered = counts.starts.entry((answer.server, answer.start)).or_default();
                answered.version = answer.version;
                *answered.by.entry(language).or_default() += 1;
                if ask.is_new() {
                    *answered.new.entry(language).or_default() += 1;
                }
            }
            Ok(answer) => counts.wrong.push((language, format!("{ask:?}: {answer:?}"))),
            Err(error) => counts.lost.push((language, format!("{ask:?}: {error}"))),
        });
    }

    pub(crate) fn counts(&self) -> Counts {
        self.0.borrow().clone()
    }

    /// Waits until each of these starts has answered enough calls of either client, from now on.
    pub(crate) async fn load_flows_through(&self, starts: &[Start]) {
        self.grows(starts, |answered| &answered.by).await;
    }

    /// The same for calls of what 2.6 brought.
    pub(crate) async fn new_calls_flow_through(&self, starts: &[Start]) {
        self.grows(starts, |answered| &answered.new).await;
    }

    async fn grows(&self, starts: &[Start], which: fn(&Answered) -> &BTreeMap<Language, u64>) {
        let mut counts = self.0.subscribe();
        let before = self.counts();
        let all_grew = |now: &Counts| {
            starts.iter().all(|start| {
                [Language::Python, Language::Rust].iter().all(|language| {
                    let count = |counts: &Counts| {
                        counts.starts.get(start).and_then(|it| which(it).get(language).copied())
                    };
                    count(now).unwrap_or(0) >= count(&before).unwrap_or(0) + ENOUGH
                })
            })
        };
        let grew = timeout(WITHIN, counts.wait_for(all_grew)).await.is_ok();
        assert!(grew, "not all of {starts:?} were called:\n{}", self.counts());
    }
}

impl Counts {
    /// How many calls were answered, rightly.
    pub(crate) fn answered(&self) -> u64 {
        self.starts.values().flat_map(|answered| answered.by.values()).sum()
    }

    /// The version of every start that answered.
    pub(crate) fn versions(&self) -> BTreeMap<Start, String> {
        self.starts.iter().map(|(start, it)| (start.clone(), it.version.clone())).collect()
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let languages = [Language::Python, Language::Rust];
        let count = |by: &BTreeMap<Language, u64>, it| by.get(&it).copied().unwrap_or(0);
        writeln!(f, "answered by          from Python    from Rust  of these new in 2.6")?;
        for ((server, start), it) in &self.starts {
            let [python, rust] = languages.map(|language| count(&it.by, language));
            let new: u64 = it.new.values().sum();
            let Answered { version, .. } = it;
            writeln!(f, "{server}, start {start} ({version}) {python:9} {rust:12} {new:20}")?;
        }
        for language in languages {
            let answered: u64 = self.starts.values().map(|it| count(&it.by, language)).sum();
            let of = |failed: &[(Language, String)]| {
                failed.iter().filter(|(whose, _)| *whose == language).count()
            };
            let (lost, wrong) = (of(&self.lost), of(&self.wrong));
            let calls = answered + lost as u64 + wrong as u64;
            writeln!(f, "{language:?}: {calls} calls, {lost} lost, {wrong} answered wrongly")?;
        }
        for (language, what) in self.lost.iter().chain(&self.wrong).take(20) {
            writeln!(f, "  {language:?} {what}")?;
        }
        Ok(())
    }
}
