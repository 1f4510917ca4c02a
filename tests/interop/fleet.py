"""The API of the fleet at two versions, as two builds of a program have it."""
import threading
import time

import oslo_messaging

# How long a method works, in seconds: a server that is stopped has some under way.
WORK = 0.005


class Fleet:
    """Null namespace, version 2.5."""

    target = oslo_messaging.Target(version='2.5')

    def __init__(self, server, start):
        self.server = server
        self.start = start
        self.lock = threading.Lock()
        self.ran = 0

    def echo(self, ctxt, value):
        return self._answer(value)

    def add(self, ctxt, a, b):
        return self._answer(a + b)

    def _answer(self, value):
        with self.lock:
            self.ran += 1
        time.sleep(WORK)
        return {'server': self.server, 'start': self.start, 'version': self.target.version,
                'value': value}


class UpgradedFleet(Fleet):
    """Null namespace, version 2.6: a new parameter, and a new method."""

    target = oslo_messaging.Target(version='2.6')

    def echo(self, ctxt, value, twice=False):
        return self._answer(value * 2 if twice else value)

    def multiply(self, ctxt, a, b):
        return self._answer(a * b)


VERSIONS = {endpoint.target.version: endpoint for endpoint in (Fleet, UpgradedFleet)}
