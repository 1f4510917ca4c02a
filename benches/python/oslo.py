"""The real oslo.messaging: server, calling client and casting client, on threads.

Takes the options of the programs in `benches/src/bin`, and prints the same line of JSON, the `Record`
of `benches/src/record.rs`. The settings are the library's defaults.
"""
import argparse
import json
import logging
import os
import threading
import time

from oslo_config import cfg
import oslo_messaging


class Echo:
    """Null namespace, version 1.0."""

    target = oslo_messaging.Target(version='1.0')

    def echo(self, ctxt, data):
        return data

    def note(self, ctxt, data):
        pass


class Usage:
    """What processes used up to now; see `benches/src/usage.rs`."""

    def __init__(self, watched):
        self.at = time.monotonic()
        self.cpu = {}
        for role, pid in watched:
            self.cpu[role] = self.cpu.get(role, 0.0) + cpu_of(pid)
        with open('/proc/stat') as stat:
            ticks = [int(word) for word in stat.readline().split()[1:]]
        self.busy = (ticks[0] + ticks[1] + ticks[2] + ticks[5] + ticks[6]) / 100.0
        self.stolen = ticks[7] / 100.0


def cpu_of(pid):
    try:
        with open(f'/proc/{pid}/stat') as stat:
            fields = stat.read().rpartition(')')[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / 100.0


def peak_of(pid):
    try:
        with open(f'/proc/{pid}/status') as status:
            lines = [line for line in status if line.startswith('VmHWM:')]
    except OSError:
        return 0
    return int(lines[0].split()[1]) if lines else 0


def record(before, after, watched, passed, errors):
    """The line, of what passed for each call in seconds."""
    passed.sort()
    seconds, count = after.at - before.at, len(passed)
    used = {role: after.cpu[role] - before.cpu[role] for role in after.cpu}
    peak = {}
    for role, pid in watched:
        peak[role] = peak.get(role, 0) + peak_of(pid)

    def at(quantile):
        return passed[min(count - 1, int(count * quantile))] * 1e6 if passed else 0.0

    foreign = (after.busy - before.busy - sum(used.values())) / seconds
    print(json.dumps({
        'calls': count,
        'errors': errors,
        'seconds': seconds,
        'rate': count / seconds,
        'p50': at(0.5),
        'p99': at(0.99),
        'p999': at(0.999),
        'cpu': {role: cpu * 1e4 / max(count, 1) for role, cpu in used.items()},
        'peak': peak,
        'foreign': max(foreign, 0.0),
        'stolen': (after.stolen - before.stolen) / seconds,
    }), flush=True)


def load(options, call):
    """Callers that each make one call after the other, as in `benches/src/load.rs`."""
    watched = [('client', os.getpid())]
    for watch in options.watch:
        role, pid = watch.split('=')
        watched.append((role, int(pid)))
    begin = time.monotonic() + options.warm / 1e3
    end = begin + options.measure / 1e3
    passed, errors = [[] for _ in range(options.callers)], [0] * options.callers

    def run(number):
        mine = passed[number]
        while True:
            begun = time.monotonic()
            if begun >= end:
                return
            try:
                call()
                is_well = True
            except Exception:
                logging.exception('a call failed')
                is_well = False
            ended = time.monotonic()
            if ended < begin or ended > end:
                continue
            if is_well:
                mine.append(ended - begun)
            else:
                errors[number] += 1

    callers = [threading.Thread(target=run, args=(n,), daemon=True)
               for n in range(options.callers)]
    for caller in callers:
        caller.start()
    time.sleep(max(0.0, begin - time.monotonic()))
    before = Usage(watched)
    time.sleep(max(0.0, end - time.monotonic()))
    after = Usage(watched)
    for caller in callers:
        caller.join()
    record(before, after, watched, [each for mine in passed for each in mine], sum(errors))


def parse():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('role', choices=['server', 'client', 'cast'])
    parser.add_argument('--url', required=True)
    parser.add_argument('--topic', default='bench')
    parser.add_argument('--callers', type=int, default=16)
    parser.add_argument('--size', type=int, default=64)
    parser.add_argument('--warm', type=int, default=500)
    parser.add_argument('--measure', type=int, default=2000)
    parser.add_argument('--watch', action='append', default=[])
    return parser.parse_args()


def main():
    options = parse()
    logging.basicConfig(level=logging.ERROR)
    cfg.CONF([], project='bench')
    transport = oslo_messaging.get_rpc_transport(cfg.CONF, url=options.url)
    if options.role == 'server':
        target = oslo_messaging.Target(topic=options.topic, server='one')
        server = oslo_messaging.get_rpc_server(
            transport, target, [Echo()], executor='threading')
        server.start()
        print('ready', flush=True)
        server.wait()
        return
    target = oslo_messaging.Target(topic=options.topic, version='1.0')
    client = oslo_messaging.get_rpc_client(transport, target)
    letters = 'abcdefghijklmnopqrstuvwxyz'
    data = ''.join(letters[place * 7 % 26] for place in range(options.size))
    if options.role == 'client':
        load(options, lambda: client.call({}, 'echo', data=data))
    else:
        load(options, lambda: client.cast({}, 'note', data=data))
    # Its threads would hold the process up.
    os._exit(0)


main()
