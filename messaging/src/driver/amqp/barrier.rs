//! How the fate of many messages becomes known at once, on a channel without confirms.

use std::sync::Arc;
use std::task::Waker;

use futures_util::FutureExt as _;
use lapin::options::ChannelFlowOptions;

use super::channel::Channel;
use super::fault::Fault;
use super::messages::{Looking, Messages, ended};
use super::outlet::MOST;
use super::question::Question;
use super::under_way::{Message, number_of};

/// How many messages may be under way before the broker is asked of them.
const MANY: usize = MOST / 2;

impl Messages {
    /// Forgets what the broker has dealt with, and asks it of the rest where that is much: what may be
    /// done by whoever comes by, and wakes nobody. How many are forgotten.
    pub(super) fn pass_noted(&mut self, channel: &Arc<Channel>) -> usize {
        let before = self.under_way.len();
        if let Some(question) = &mut self.question
            && let Some(Ok(())) = question.look()
            // What was given back before that is for whoever looks.
            && self.given_back == channel.connection.traces().returns(channel.id())
        {
            let covers = question.covers;
            let is_covered = |message: &mut Message| message.number() < covers;
            while self.under_way.pop_front_if(|it| is_covered(it) && !it.is_said()).is_some() {}
            if !self.under_way.front_mut().is_some_and(is_covered) {
                self.question = None;
            }
        }
        if self.question.is_none() && self.under_way.len() >= MANY {
            self.note_written(None);
            self.ask(channel, Waker::noop(), false);
        }
        before - self.under_way.len()
    }

    /// Notes what is certain of all, and asks the broker of what is not.
    pub(super) fn settle(&mut self, channel: &Arc<Channel>, looking: &Looking<'_>) {
        let is_answered = self.question.as_mut().is_some_and(|question| {
            question.told_by(looking.waker);
            question.look().is_some()
        });
        // What the broker gave back it did before it answered, and lapin has it by now.
        self.take_back(channel);
        let mut refused = None;
        if is_answered && let Some(mut question) = self.question.take() {
            match question.look() {
                Some(Err(error)) => (refused, self.asked) = (Some(error.clone()), 0),
                _ => self.noted(&question),
            }
        }
        self.note_written(None);
        let gives_back = self.given_back < channel.connection.traces().returns(channel.id());
        if looking.ask || gives_back {
            if self.asked == self.unwritten {
                // Nothing is written that it could be asked of.
                self.note_written(Some(looking.waker));
            }
            if self.question.is_none() && refused.is_none() && channel.alive() {
                self.ask(channel, looking.waker, gives_back);
            }
        }
        self.end(channel, refused);
        let lost = self.under_way.iter().filter(|message| message.is_lost()).count();
        // Several are lost at once: it is not known over which of them the channel was closed.
        self.under_way.iter_mut().for_each(|message| message.conclude(lost == 1));
    }

    /// Asks of what is written, if there is anything new, or if a question is wanted `anyway`.
    fn ask(&mut self, channel: &Arc<Channel>, waker: &Waker, anyway: bool) {
        if self.asked == self.unwritten && !anyway {
            return;
        }
        let returns = channel.connection.traces().returns(channel.id());
        self.asked = self.unwritten;
        self.question = Some(Question::ask(channel, self.asked, returns, waker));
    }

    /// The broker has dealt with all that `question` covers.
    fn noted(&mut self, question: &Question) {
        // Should lapin have swallowed one, it is not waited for.
        self.given_back = self.given_back.max(question.returns);
        for message in &mut self.under_way {
            if message.number() >= question.covers {
                break;
            }
            message.noted();
        }
    }

    /// Notes how far lapin has written, which is in their order; `waker` is told when it goes on.
    fn note_written(&mut self, waker: Option<&Waker>) {
        let first = self.under_way.partition_point(|message| message.number() < self.unwritten);
        for message in self.under_way.iter_mut().skip(first) {
            if let Some(waker) = waker {
                message.told_by(waker);
            }
            message.look();
            if message.is_unwritten() {
                return;
            }
            self.unwritten = message.number() + 1;
        }
    }

    /// Takes what the broker has given back, which lapin keeps until it is asked.
    fn take_back(&mut self, channel: &Channel) {
        if self.given_back == channel.connection.traces().returns(channel.id()) {
            return;
        }
        let kept = channel.wait_for_confirms().now_or_never();
        for back in kept.into_iter().flatten().flatten() {
            self.given_back += 1;
            let number = number_of(&back.properties);
            if let Some(message) = number.and_then(|number| self.find(number)) {
                message.returned();
                message.noted();
            }
        }
    }

    /// Where the channel or its connection has ended, all has that the broker was not known to have
    /// dealt with before. `refused` is what lapin said to a question.
    fn end(&mut self, channel: &Arc<Channel>, refused: Option<lapin::Error>) {
        if !channel.connection.alive() {
            self.question = None;
            self.under_way.iter_mut().for_each(|message| message.over(|| ended(channel)));
            return;
        }
        // An answer, or what was given back, may have come before.
        if channel.alive() || self.question.is_some() {
            return;
        }
        let closed = channel.connection.traces().closed(channel.id()).or(refused);
        // Where nothing was said of it, lapin has a word for that.
        let no_more = || channel.channel_flow(ChannelFlowOptions { active: true }).now_or_never();
        let Some(error) = closed.or_else(|| no_more()?.err()) else { return };
        for message in &mut self.under_way {
            message.over(|| channel.connection.explain(Fault::Told(error.clone())));
        }
    }
}

/// Whether the channel or its connection has ended, as far as was seen, and lapin has not said so.
pub(super) fn is_ending(channel: &Channel) -> bool {
    channel.connection.traces().closed(channel.id()).is_some()
}
