"""An RPC server on the real oslo.messaging, for the interop tests and for the fleet's.

It prints one JSON line {"event": "ready"} once it listens, one for each cast that it ran, and ends
at the end of its standard input; a server of the fleet then tells how many calls it ran. Its log
goes to standard error.
"""
import sys
import threading

import oslo_messaging
from oslo_messaging.rpc import dispatcher

import fleet
import scheduler_exceptions
import peer

# How long one call of `slow` may take, whatever it asks for.
SLOW_LIMIT = 30


class Demo:
    """Null namespace, version 1.5."""

    target = oslo_messaging.Target(version='1.5')

    def __init__(self, server):
        self.server = server
        self.closing = threading.Event()

    def echo(self, ctxt, value):
        return value

    def add(self, ctxt, a, b):
        return a + b

    def nothing(self, ctxt):
        return None

    def fail(self, ctxt, kind, args=(), kwargs=None):
        """Raises what `kind` names: a class of scheduler_exceptions, or a built-in one."""
        errors = {'ValueError': ValueError, 'RuntimeError': RuntimeError}
        if kind == 'KeyError':
            return {}['missing']
        if kind == 'OSError':
            raise OSError(2, 'No such thing')
        if kind == 'chained':
            try:
                return {}['inner']
            except KeyError as inner:
                raise RuntimeError('outer') from inner
        error = errors.get(kind) or getattr(scheduler_exceptions, kind)
        raise error(*args, **(kwargs or {}))

    @oslo_messaging.expected_exceptions(scheduler_exceptions.NoValidHost)
    def fail_expected(self, ctxt, reason):
        raise scheduler_exceptions.NoValidHost(reason=reason)

    def odd(self, ctxt):
        """What JSON does not have, and Python writes all the same."""
        return {'nan': float('nan'), 'inf': float('inf'), 'minus_inf': float('-inf'),
                'surrogate': '\ud800', 'big': 2 ** 70}

    def slow(self, ctxt, seconds):
        self.closing.wait(min(seconds, SLOW_LIMIT))
        return 'done'

    def note(self, ctxt, text):
        peer.emit({'event': 'note', 'text': text, 'server': self.server})

    def seen_context(self, ctxt):
        return dict(ctxt)

    def _private(self, ctxt):
        return 'never'


class Admin:
    """Namespace "admin", version 2.1."""

    target = oslo_messaging.Target(namespace='admin', version='2.1')

    def __init__(self, server):
        self.server = server

    def whoami(self, ctxt):
        return self.server


class Scheduler:
    """Null namespace, version 2.6: the API that the documentation shows."""

    target = oslo_messaging.Target(version='2.6')

    def __init__(self, server):
        self.server = server
        self.capabilities = {'host-1': {'memory_mb': 4096}, 'host-2': {'memory_mb': 1024}}

    def select_hosts(self, ctxt, request_spec, filter_properties=None):
        """The hosts with enough memory, best first."""
        needed = request_spec.get('memory_mb', 0)
        ignored = (filter_properties or {}).get('ignore_hosts', [])
        fit = [{'host': host, 'memory_mb': capabilities['memory_mb']}
               for host, capabilities in self.capabilities.items()
               if capabilities.get('memory_mb', 0) >= needed and host not in ignored]
        if not fit:
            raise scheduler_exceptions.NoValidHost(reason='%d MB are needed' % needed)
        return sorted(fit, key=lambda host: -host['memory_mb'])

    def update_capabilities(self, ctxt, host, capabilities):
        self.capabilities[host] = capabilities
        peer.emit({'event': 'capabilities', 'host': host, 'capabilities': capabilities,
                   'server': self.server})


class BaseApi:
    """Namespace "baseapi", version 1.1: what every service has."""

    target = oslo_messaging.Target(namespace='baseapi', version='1.1')

    def ping(self, ctxt, arg):
        return {'service': 'scheduler', 'arg': arg}

    def get_backdoor_port(self, ctxt):
        return None


def main():
    parser = peer.parser(__doc__)
    parser.add_argument('--url', required=True)
    parser.add_argument('--topic', required=True)
    parser.add_argument('--server', required=True)
    parser.add_argument('--exchange')
    parser.add_argument('--fleet', choices=sorted(fleet.VERSIONS),
                        help='serve the API of the fleet at this version, and nothing else')
    parser.add_argument('--start', type=int, help='which start of the server of the fleet it is')
    arguments = parser.parse_args()

    conf = peer.configuration(arguments.set)
    transport = oslo_messaging.get_rpc_transport(conf, arguments.url)
    target = oslo_messaging.Target(exchange=arguments.exchange, topic=arguments.topic,
                                   server=arguments.server)
    demo = Demo(arguments.server)
    endpoints = [demo, Admin(arguments.server), Scheduler(arguments.server), BaseApi()]
    if arguments.fleet:
        endpoints = [fleet.VERSIONS[arguments.fleet](arguments.server, arguments.start)]
    server = oslo_messaging.get_rpc_server(
        transport, target, endpoints, executor='threading',
        access_policy=dispatcher.DefaultRPCAccessPolicy)
    server.start()
    peer.emit({'event': 'ready'})

    sys.stdin.read()
    peer.end_in_time()
    demo.closing.set()
    server.stop()
    server.wait()
    transport.cleanup()
    if arguments.fleet:
        peer.emit({'event': 'ran', 'calls': endpoints[0].ran})


if __name__ == '__main__':
    main()
