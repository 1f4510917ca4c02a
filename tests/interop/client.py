"""An RPC client on the real oslo.messaging, for the interop tests.

It reads one JSON command from each line of its standard input and answers each with one line on
its standard output, in the order in which they end. Its log goes to standard error.

    {"id": 1, "op": "call", "url": "..", "topic": "..", "method": "add", "args": {"a": 1, "b": 2}}
    {"id": 1, "result": 3}

Optional in a command: server, fanout, namespace, version, version_cap, exchange, timeout (seconds,
10 if not given), ctxt, allowed_remote_exmods, call_monitor_timeout, at_least_once, and args_text in
place of args: JSON as Python has it, with NaN and all. The op is call, cast, or
can_send, which asks whether the version cap lets the version through.
"""
import concurrent.futures
import json
import threading

import oslo_messaging
from oslo_messaging import rpc

import peer


class Client:
    """Runs commands; one transport for each URL and list of trusted modules."""

    def __init__(self, conf):
        self.conf = conf
        self.lock = threading.Lock()
        self.transports = {}

    def transport(self, url, modules):
        key = (url, tuple(modules))
        with self.lock:
            if key not in self.transports:
                self.transports[key] = oslo_messaging.get_rpc_transport(
                    self.conf, url, allowed_remote_exmods=list(modules))
            return self.transports[key]

    def run(self, command):
        """The answer to one command; never raises."""
        try:
            return {'id': command['id'], 'result': self.send(command)}
        except Exception as error:
            return {'id': command.get('id'), 'error': describe(error)}

    def send(self, command):
        transport = self.transport(command['url'], command.get('allowed_remote_exmods') or ())
        fields = ('exchange', 'topic', 'namespace', 'version', 'server', 'fanout')
        target = oslo_messaging.Target(
            **{field: command[field] for field in fields if command.get(field) is not None})
        client = oslo_messaging.get_rpc_client(
            transport, target, timeout=command.get('timeout') or 10,
            version_cap=command.get('version_cap'),
            call_monitor_timeout=command.get('call_monitor_timeout'),
            transport_options=oslo_messaging.TransportOptions(
                at_least_once=command.get('at_least_once', False)))
        context = client.prepare()
        if command['op'] == 'can_send':
            return context.can_send_version()
        send = {'call': context.call, 'cast': context.cast}[command['op']]
        text = command.get('args_text')
        args = json.loads(text) if text else command.get('args') or {}
        return send(command.get('ctxt') or {}, command['method'], **args)

    def close(self):
        for transport in self.transports.values():
            transport.cleanup()


def describe(error):
    """An exception as JSON: what its class is, and what the server said."""
    kind = type(error)
    document = {'type': kind.__name__, 'module': kind.__module__, 'message': str(error),
                'bases': [base.__module__ + '.' + base.__name__ for base in kind.__mro__[1:-1]]}
    if isinstance(error, rpc.RemoteError):
        document['exc_type'] = error.exc_type
        document['value'] = error.value
        document['traceback'] = error.traceback
    else:
        document['args'] = [plain(argument) for argument in error.args]
        document['kwargs'] = {name: plain(value)
                              for name, value in (getattr(error, 'kwargs', None) or {}).items()}
    return document


def plain(value):
    """The value if JSON has it, else its text."""
    try:
        return json.loads(json.dumps(value))
    except (TypeError, ValueError):
        return repr(value)


def main():
    arguments = peer.parser(__doc__).parse_args()
    client = Client(peer.configuration(arguments.set))
    # Commands run side by side, so that slow calls hold up no others, however many they are.
    with concurrent.futures.ThreadPoolExecutor(max_workers=512) as pool:
        for command in peer.commands():
            work = pool.submit(client.run, command)
            work.add_done_callback(lambda done: peer.emit(done.result()))
    client.close()


if __name__ == '__main__':
    main()
