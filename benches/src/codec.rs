//! The steps that write and read bodies, as client and server take them.

use std::sync::Arc;

use messaging::runtime::Runtime;
use messaging::steps::{Requested, invocation, reply};
use messaging::{Answer, CallError, Proxy as _, RemoteError as _, Transport, Unpack};

use crate::{BenchClient, Step, payload};

/// The sizes of the text that is sent, in bytes.
pub const SIZES: [usize; 3] = [64, 1_024, 65_536];

/// Who waits for the reply: an id and a queue as long as real ones.
const MSG_ID: &str = "0123456789abcdef0123456789abcdef";
const QUEUE: &str = "reply_0123456789abcdef0123456789abcdef";

/// Every step for each size. What a step works with, it keeps: where it takes a text away, a copy
/// of it is made first, and what that costs is a step of its own, to be subtracted.
///
/// # Panics
///
/// If anything does not work that always does.
#[must_use]
pub fn codec(transport: &Transport, runtime: &Arc<dyn Runtime>) -> Vec<Step> {
    SIZES.into_iter().flat_map(|size| of_size(size, transport, runtime)).collect()
}

fn of_size(size: usize, transport: &Transport, runtime: &Arc<dyn Runtime>) -> [Step; 7] {
    let times = if size > 10_000 { 10 } else { 200 };
    let (client, text) = (BenchClient::new(transport), payload(size));
    let write = {
        let (client, text) = (client.clone(), text.clone());
        move || Requested::write(client.echo(text.clone()), MSG_ID, QUEUE).expect("it is written")
    };
    let (requested, request) = write();
    let read_request = {
        let runtime = Arc::clone(runtime);
        move || {
            let invocation = invocation("echo", &request, &runtime).expect("a request");
            let mut unpack = Unpack::new(invocation);
            let text: String = unpack.take("data").expect("the argument");
            (text, unpack.finish().expect("no other argument"))
        }
    };
    assert_eq!(read_request().0, text);
    let answered = {
        let text = text.clone();
        move || reply(MSG_ID, &Answer::new(&text))
    };
    let failed = {
        let text = text.clone();
        move || reply(MSG_ID, &Err(text.to_failure()))
    };
    let requested = Arc::new(requested);
    let (of_answer, of_failure) = (answered(), failed());
    let read = |body: Vec<u8>| {
        let requested = Arc::clone(&requested);
        move || requested.answer::<Result<String, String>>(&body)
    };
    let (read_answer, read_failure) = (read(of_answer), read(of_failure));
    assert_eq!(read_answer().ok().as_deref(), Some(&*text));
    assert!(matches!(read_failure(), Err(CallError::Remote(why)) if why == text));
    [
        Step::of("the text, copied", size, times, move || text.clone()).beside(),
        Step::of("request, written", size, times, write),
        Step::of("request, read", size, times, read_request),
        Step::of("reply, written", size, times, answered),
        Step::of("reply, read", size, times, read_answer),
        Step::of("failure, written", size, times, failed),
        Step::of("failure, read", size, times, read_failure),
    ]
}
