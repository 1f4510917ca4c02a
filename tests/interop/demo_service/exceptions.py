"""The exceptions from which the table of failures was made."""


class ServiceError(Exception):
    """An exception with a format string and keyword arguments."""

    template = 'a service error occurred'

    def __init__(self, message=None, **kwargs):
        self.kwargs = kwargs
        super().__init__(message or self.template % kwargs)


class VolumeNotFound(ServiceError):
    template = 'volume %(volume_id)s could not be found in %(pool)s'


class QuotaExceeded(Exception):
    """An exception with positional arguments only."""


class TwoArguments(Exception):
    """Its constructor cannot be called with the args that it stores."""

    def __init__(self, first, second):
        super().__init__('%s and %s' % (first, second))
