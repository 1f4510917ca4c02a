"""The load of the fault matrix on the real oslo.messaging: a server, or a client.

It is told what `Task` in program.rs says, as one argument in JSON, and writes the same ledger as the
processes in Rust. It ends at the end of its standard input.
"""
import json
import os
import pathlib
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / 'interop'))

import oslo_messaging  # noqa: E402
from oslo_messaging.rpc import dispatcher  # noqa: E402

import peer  # noqa: E402


class Pen:
    """Writes lines, each by one write."""

    def __init__(self, path):
        self.file = os.open(path, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o644)

    def write(self, what, id='', kind='', text=''):
        entry = {'at': time.time_ns() // 1000, 'what': what, 'id': id, 'kind': kind, 'text': text}
        os.write(self.file, (json.dumps(entry) + '\n').encode())


class Work:
    """The API of faults/work.rs."""

    target = oslo_messaging.Target(version='1.0')

    def __init__(self, task, pen):
        self.task = task
        self.pen = pen

    def _work(self, id):
        self.pen.write('begun', id)
        told, colon, _ = id.partition(':')
        time.sleep((int(told) if colon and told.isdigit() else self.task['work']) / 1000)
        self.pen.write('done', id)

    def note(self, ctxt, id):
        self._work(id)

    note_again = note

    def ask(self, ctxt, id):
        self._work(id)
        return '%s by %s' % (id, self.task['name'])

    ask_again = ask


def configuration(task):
    settings = []
    for name, value in task['options']:
        group = '' if name == 'executor_thread_pool_size' else 'oslo_messaging_rabbit.'
        settings.append('%s%s=%s' % (group, name, value))
    settings.append('executor_thread_pool_size=%d' % task['workers'])
    conf = peer.configuration(settings)
    conf.set_override('control_exchange', task['exchange'])
    return conf


def until_asked():
    try:
        sys.stdin.read()
    finally:
        peer.end_in_time()


def serve(task):
    pen = Pen(task['ledger'])
    transport = oslo_messaging.get_rpc_transport(configuration(task), task['url'])
    target = oslo_messaging.Target(topic=task['topic'], server=task['name'])
    server = oslo_messaging.get_rpc_server(
        transport, target, [Work(task, pen)], executor='threading',
        access_policy=dispatcher.DefaultRPCAccessPolicy)
    server.start()
    pen.write('ready')
    until_asked()
    server.stop()
    server.wait()
    transport.cleanup()


def send(task):
    pen = Pen(task['ledger'])
    transport = oslo_messaging.get_rpc_transport(configuration(task), task['url'])
    client = oslo_messaging.get_rpc_client(
        transport, oslo_messaging.Target(topic=task['topic'], version='1.0'),
        timeout=task['deadline'] / 1000)
    fanout = client.prepare(fanout=True)
    asked = threading.Event()
    threading.Thread(target=lambda: (until_asked(), asked.set()), daemon=True).start()
    pen.write('ready')

    def one(kind, id):
        pen.write('sent', id)
        try:
            if kind in ('ask', 'ask_again'):
                answer = client.call({}, kind, id=id)
                if not answer.startswith(id + ' by '):
                    pen.write('failed', id, 'WrongAnswer', answer)
                    return
            elif kind == 'fanout':
                fanout.cast({}, 'note', id=id)
            else:
                client.cast({}, kind, id=id)
        except Exception as error:
            pen.write('failed', id, type(error).__name__, str(error))
        else:
            pen.write('answered', id)

    threads = []

    def begin(kind):
        thread = threading.Thread(
            target=one, args=(kind, '%s-%d-%s' % (task['name'], number, kind)), daemon=True)
        thread.start()
        threads.append(thread)

    number = 0
    while not asked.wait(task['every'] / 1000):
        if task['calls'] and number >= task['calls']:
            break
        begin('ask' if number % 2 == 0 else 'ask_again')
        if task['casts'] and number % 4 == 1:
            begin('note' if number % 8 == 1 else 'note_again')
        if task['casts'] and number % 50 == 2:
            begin('fanout')
        number += 1
        threads[:] = [thread for thread in threads if thread.is_alive()]
    for thread in threads:
        thread.join()
    transport.cleanup()


if __name__ == '__main__':
    TASK = json.loads(sys.argv[1])
    {'serve': serve, 'send': send}[TASK['role']](TASK)
