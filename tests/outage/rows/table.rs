//! The matrix.

use super::{Row, alarm, cluster, link, restart, servers, things};

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
];
