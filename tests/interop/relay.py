"""A server on the real oslo.messaging that asks another in the middle of its method, with the peer's
tracing as its settings say.

It prints {"event": "ready"} when it listens, and ends with its standard input; what it traced is
exported by then.
"""
import os

# Exported soon, so that nobody waits: the default is five seconds.
os.environ.setdefault('OTEL_BSP_SCHEDULE_DELAY', '100')

import oslo_messaging
# The peer looks it up as an attribute of its package, where it is only once it was imported.
import opentelemetry.exporter.otlp.proto.http.trace_exporter  # noqa: F401
from opentelemetry import trace

import peer


class Relay:
    """Null namespace, version 1.0."""

    target = oslo_messaging.Target(version='1.0')

    def __init__(self, transport):
        self.transport = transport

    def relay(self, ctxt, topic, value):
        """What `echo` of another topic answers."""
        target = oslo_messaging.Target(topic=topic, version='1.0')
        client = oslo_messaging.get_rpc_client(self.transport, target)
        return client.call(ctxt, 'echo', value=value)


def main():
    parser = peer.parser(__doc__)
    parser.add_argument('--url', required=True)
    parser.add_argument('--topic', required=True)
    parser.add_argument('--server', required=True)
    arguments = parser.parse_args()
    transport = oslo_messaging.get_rpc_transport(peer.configuration(arguments.set), arguments.url)
    target = oslo_messaging.Target(topic=arguments.topic, server=arguments.server)
    server = oslo_messaging.get_rpc_server(transport, target, [Relay(transport)],
                                           executor='threading')
    server.start()
    peer.emit({'event': 'ready'})
    for _ in peer.commands():
        pass
    server.stop()
    server.wait()
    transport.cleanup()
    provider = trace.get_tracer_provider()
    if hasattr(provider, 'shutdown'):
        provider.shutdown()


if __name__ == '__main__':
    main()
