//! A question that the broker answers when it has dealt with all that was written before.

use std::fmt;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use futures_util::future::BoxFuture;
use lapin::options::ChannelFlowOptions;

use super::channel::Channel;

/// A `channel.flow` that changes nothing, under way: the broker deals with one thing after the other
/// on a channel, so its answer says that it has dealt with what was written before. lapin may write
/// it before what only stands in line, so it says nothing of that.
pub(super) struct Question {
    /// The number of the first message that it says nothing of.
    pub(super) covers: u64,
    /// How many messages the broker had given back when it was asked.
    pub(super) returns: u64,
    asking: BoxFuture<'static, lapin::Result<bool>>,
    waker: Waker,
    answer: Option<lapin::Result<()>>,
}

impl Question {
    /// Asks it, of the messages with numbers below `covers`.
    pub(super) fn ask(channel: &Arc<Channel>, covers: u64, returns: u64, waker: &Waker) -> Self {
        let channel = Arc::clone(channel);
        let asking = async move {
            let asking = channel.channel_flow(ChannelFlowOptions { active: true });
            asking.await
        };
        let (asking, waker) = (Box::pin(asking), waker.clone());
        let mut question = Self { covers, returns, asking, waker, answer: None };
        // With the first look it stands in line.
        question.look();
        question
    }

    /// Has `waker` told of the answer, from the next [look](Self::look) on.
    pub(super) fn told_by(&mut self, waker: &Waker) {
        self.waker.clone_from(waker);
    }

    /// The answer, if there is one.
    pub(super) fn look(&mut self) -> Option<&lapin::Result<()>> {
        if self.answer.is_none() {
            let context = &mut Context::from_waker(&self.waker);
            if let Poll::Ready(answer) = self.asking.as_mut().poll(context) {
                self.answer = Some(answer.map(drop));
            }
        }
        self.answer.as_ref()
    }
}

impl fmt::Debug for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Question").field("covers", &self.covers).finish_non_exhaustive()
    }
}
