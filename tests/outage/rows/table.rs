//! The matrix.

use super::{
    Row, alarm, cluster, connect, copies, ends, input, link, many, pace, restart, scale, servers,
    soak, things,
};

/// A row: its number, what makes it, whether the peer can be driven through it, the fault, and when
/// it is accepted.
macro_rules! row {
    ($number:literal, $run:path, $peer:literal, $fault:literal, $accepted:literal $(,)?) => {
        Row {
            number: $number,
            fault: $fault,
            accepted: $accepted,
            peer: $peer,
            run: |world, side| Box::pin($run(world, side)),
        }
    };
}

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    row!(1, restart::polite, true, "broker restarted, politely", "serving ≤ 1 s after it is ready; lost 0"),
    row!(2, restart::killed, true, "broker killed by SIGKILL", "serving ≤ 1 s after it is ready; lost 0"),
    row!(3, cluster::each_killed, true, "each node of a cluster killed in turn", "stall ≤ 6 s; lost 0"),
    row!(4, cluster::leader_killed, true, "leader's node killed, clients elsewhere", "stall ≤ 2 s; no error"),
    row!(5, cluster::all_killed, true, "all three nodes killed", "serving ≤ 2 s after a majority is ready; lost 0"),
    row!(6, cluster::drained, true, "leaders moved, each node drained", "stall ≤ 1 s; no error"),
    row!(7, cluster::partitioned, true, "minority cut off for 15 s", "stall ≤ 1 s on the majority, ≤ 5 s of the moved; lost 0"),
    row!(8, cluster::frozen, true, "leader's node frozen", "≤ net_ticktime + 15 s; lost 0"),
    row!(9, link::cut, true, "link cut: RST, FIN, mid-frame", "≤ 1 s; no reply mixed up"),
    row!(10, link::half_open, true, "link half open", "≤ 2 heartbeats + 1 s; no reply held up afterwards"),
    row!(11, connect::unanswered, false, "handshake not answered, TLS stalled, SYN lost", "≤ 5 s; the next host; nothing left over"),
    row!(12, pace::slow, false, "slow link: latency, bandwidth, a byte at a time", "2 × latency ± 20 %; no connection lost"),
    row!(13, alarm::raised, true, "memory alarm, disk alarm", "all end ≤ D + 0.5 s; ≤ 1 s after clearing all well"),
    row!(14, things::channel_closed, false, "channel closed by the broker: acknowledgement late", "≤ 1 s; no other call lost"),
    row!(15, things::queue_deleted, true, "queue deleted under its consumers", "≤ 1 s"),
    row!(16, things::exchange_deleted, true, "exchange deleted", "≤ 1 s"),
    row!(17, things::reply_queues_deleted, true, "all reply queues deleted", "≤ 1 s; other calls not delayed"),
    row!(18, servers::no_queue, false, "no queue for a topic", "Unroutable ≤ 50 ms"),
    row!(19, servers::no_consumer, false, "queue, but nobody consumes", "at D, and says so"),
    row!(20, servers::killed_in_the_method, true, "server killed in a method", "idempotent answered ≤ D; default ran once"),
    row!(21, servers::killed_with_prefetched, true, "server killed with work handed to it", "lost 0; at most its workers' calls unknown"),
    row!(22, servers::flooded, true, "slow consumer, 10 000 calls at once", "server grows ≤ 50 MB"),
    row!(23, servers::client_killed, true, "client killed during its call", "no worker held; queue gone after its time"),
    row!(24, copies::twice, false, "a message delivered three times", "runs once"),
    row!(25, copies::poison, false, "poison: panics, and what kills its server", "≤ limit + 1 attempts; consumer alive"),
    row!(26, input::malformed, false, "malformed bodies", "≤ 1 ms each; the next served; callers told"),
    row!(27, input::bombs, false, "deep, wide and doubly encoded bombs", "refused; the next served"),
    row!(28, input::huge, false, "huge bodies, 100 000 arguments", "refused before sending; server ≤ body × 3"),
    row!(29, input::wrong_arguments, false, "wrong, missing, unexpected arguments", "error names method and argument"),
    row!(30, input::unknown, false, "unknown method, namespace, version; no method", "typed error ≤ 5 ms"),
    row!(31, connect::not_let_in, false, "wrong password, no right, no vhost", "≤ 1 s, no password in the error; ≤ 1 login per 30 s"),
    row!(32, connect::certificates, false, "certificates that will not do", "≤ 1 s, and says which; after renewal ≤ 1 back-off"),
    row!(33, many::skewed, false, "clocks that differ by ten days", "no time-out changes"),
    row!(34, many::no_descriptors, false, "no file descriptors: clients, broker", "≤ 1 s after relief; alive"),
    row!(35, many::thousands, false, "10 000 calls at once from one client", "≤ 10 s; ≤ 200 MB"),
    row!(36, many::herd, false, "200 clients lose the broker at once", "≤ 5 s after ready; ≤ 2 dials per client and second"),
    row!(37, connect::dead_hosts, false, "dead hosts in the URL", "≤ their number × 5 s; each named"),
    row!(38, ends::dropped, false, "futures, transports, runtimes dropped half done", "threads, descriptors, queues as before"),
    row!(39, connect::rotated, false, "credentials rotated", "no call lost"),
    row!(40, ends::rolling, true, "servers restarted one by one", "failed 0"),
    row!(41, connect::kind_refused, false, "broker refuses the kind of queue (541)", "≤ 1 s, names the cures; no reconnect loop"),
    row!(100, soak::soak, false, "minutes of faults, one every few seconds", "memory flat; nothing leaked"),
    row!(101, scale::scale, false, "what calls and casts cost", "measured"),
];
