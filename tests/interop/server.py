"""RPC servers on the real oslo.messaging, for the interop tests and for the fleet's.

The one that the command line names is started at once, and {"event": "ready"} printed as soon as it
listens. Each JSON command on a line of the standard input starts one more:

    {"id": 1, "op": "serve", "url": "..", "topic": "..", "server": ".."}
    {"id": 1, "result": null}

Optional in a command: exchange. Each cast that ran is told by a line of its own. All end with the
standard input; a server of the fleet then tells how many calls it ran. The log goes to standard
error.
"""
import concurrent.futures
import threading

import oslo_messaging
from oslo_messaging.rpc import dispatcher

import fleet
import scheduler_exceptions
import peer

# How long one call of `slow` may take, whatever it asks for, and one of `work`.
SLOW_LIMIT = 30


class Demo:
    """Null namespace, version 1.5."""

    target = oslo_messaging.Target(version='1.5')

    def __init__(self, topic, server, closing):
        self.topic = topic
        self.server = server
        self.closing = closing
        self.lock = threading.Lock()
        self.meeting = None

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

    def meet(self, ctxt, count):
        """Returns once so many calls are here at the same time."""
        with self.lock:
            if self.meeting is None:
                self.meeting = threading.Barrier(count)
        self.meeting.wait(SLOW_LIMIT)
        return count

    def note(self, ctxt, text):
        peer.emit({'event': 'note', 'text': text, 'topic': self.topic, 'server': self.server})

    def seen_context(self, ctxt):
        return dict(ctxt)

    def _private(self, ctxt):
        return 'never'


class Work:
    """Null namespace, version 1.0: what the tests that kill servers count."""

    target = oslo_messaging.Target(version='1.0')

    def __init__(self, at_once, closing):
        self.at_once = at_once
        self.closing = closing
        self.lock = threading.Lock()

    def work(self, ctxt, id):
        """A cast that says when it begins and when it is done; the first ones are so at once."""
        peer.emit({'event': 'begun', 'id': id})
        with self.lock:
            self.at_once -= 1
            at_once = self.at_once >= 0
        if not at_once:
            self.closing.wait(SLOW_LIMIT)
        peer.emit({'event': 'done', 'id': id})


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

    def __init__(self, topic, server):
        self.topic = topic
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
                   'topic': self.topic, 'server': self.server})


class BaseApi:
    """Namespace "baseapi", version 1.1: what every service has."""

    target = oslo_messaging.Target(namespace='baseapi', version='1.1')

    def ping(self, ctxt, arg):
        return {'service': 'scheduler', 'arg': arg}

    def get_backdoor_port(self, ctxt):
        return None


class Servers:
    """Servers that end together; one transport for each URL."""

    def __init__(self, conf, at_once=0):
        self.conf = conf
        self.at_once = at_once
        self.closing = threading.Event()
        self.lock = threading.Lock()
        self.transports = {}
        self.servers = []

    def transport(self, url):
        with self.lock:
            if url not in self.transports:
                self.transports[url] = oslo_messaging.get_rpc_transport(self.conf, url)
            return self.transports[url]

    def serve(self, url, topic, name, exchange=None, endpoints=None):
        """Starts one, of all the APIs unless told otherwise, and returns once its queues are there."""
        transport = self.transport(url)
        target = oslo_messaging.Target(exchange=exchange, topic=topic, server=name)
        endpoints = endpoints or [Demo(topic, name, self.closing), Admin(name),
                                  Scheduler(topic, name), BaseApi(),
                                  Work(self.at_once, self.closing)]
        server = oslo_messaging.get_rpc_server(
            transport, target, endpoints, executor='threading',
            access_policy=dispatcher.DefaultRPCAccessPolicy)
        server.start()
        with self.lock:
            self.servers.append(server)

    def run(self, command):
        """The answer to one command; never raises."""
        try:
            self.serve(command['url'], command['topic'], command['server'],
                       command.get('exchange'))
            return {'id': command['id'], 'result': None}
        except Exception as error:
            return {'id': command.get('id'), 'error': repr(error)}

    def close(self):
        self.closing.set()
        for server in self.servers:
            server.stop()
        for server in self.servers:
            server.wait()
        for transport in self.transports.values():
            transport.cleanup()


def main():
    parser = peer.parser(__doc__)
    parser.add_argument('--url')
    parser.add_argument('--topic')
    parser.add_argument('--server')
    parser.add_argument('--exchange')
    parser.add_argument('--fleet', choices=sorted(fleet.VERSIONS),
                        help='serve the API of the fleet at this version, and nothing else')
    parser.add_argument('--start', type=int, help='which start of the server of the fleet it is')
    parser.add_argument('--at-once', type=int, default=0,
                        help='how many calls of `work` take no time')
    arguments = parser.parse_args()

    servers = Servers(peer.configuration(arguments.set), arguments.at_once)
    endpoints = []
    if arguments.fleet:
        endpoints = [fleet.VERSIONS[arguments.fleet](arguments.server, arguments.start)]
    if arguments.topic:
        servers.serve(arguments.url, arguments.topic, arguments.server, arguments.exchange,
                      endpoints)
        peer.emit({'event': 'ready'})

    with concurrent.futures.ThreadPoolExecutor() as pool:
        for command in peer.commands():
            work = pool.submit(servers.run, command)
            work.add_done_callback(lambda done: peer.emit(done.result()))
    servers.close()
    for endpoint in endpoints:
        peer.emit({'event': 'ran', 'calls': endpoint.ran})


if __name__ == '__main__':
    main()
