"""Exceptions of a service, as OpenStack's services write theirs."""


class ServiceError(Exception):
    """A format string, and keyword arguments that fill it."""

    template = 'a service error occurred'

    def __init__(self, message=None, **kwargs):
        self.kwargs = kwargs
        super().__init__(message or self.template % kwargs)


class NoValidHost(ServiceError):
    """No host fits a request."""

    template = 'no valid host was found: %(reason)s'


class QuotaExceeded(Exception):
    """Positional arguments only."""


class TwoArguments(Exception):
    """Its constructor cannot be called with the args that it stores."""

    def __init__(self, first, second):
        super().__init__('%s and %s' % (first, second))
