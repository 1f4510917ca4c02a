"""The real oslo.messaging: a server and its client in one process, with calls in parallel.

As `footprint both` of `benches/src/bin/footprint`: prints `ready` once it calls, and goes on until it
is stopped. The settings are the library's defaults.
"""
import argparse
import logging
import threading

from oslo_config import cfg
import oslo_messaging


class Echo:
    """Null namespace, version 1.0."""

    target = oslo_messaging.Target(version='1.0')

    def echo(self, ctxt, data):
        return data


def call(client):
    while True:
        client.call({}, 'echo', data='x' * 64)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--url', required=True)
    parser.add_argument('--topic', required=True)
    parser.add_argument('--callers', type=int, default=40)
    options = parser.parse_args()
    logging.basicConfig(level=logging.ERROR)
    cfg.CONF([], project='bench')
    transport = oslo_messaging.get_rpc_transport(cfg.CONF, url=options.url)
    target = oslo_messaging.Target(topic=options.topic, server='one')
    server = oslo_messaging.get_rpc_server(transport, target, [Echo()], executor='threading')
    server.start()
    client = oslo_messaging.get_rpc_client(
        transport, oslo_messaging.Target(topic=options.topic, version='1.0'))
    for _ in range(options.callers):
        threading.Thread(target=call, args=(client,), daemon=True).start()
    print('ready', flush=True)
    server.wait()


main()
