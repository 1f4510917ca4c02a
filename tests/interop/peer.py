"""What the server and the client share: configuration, and JSON lines on standard output."""
import json
import logging
import sys
import threading

from oslo_config import cfg
from oslo_messaging import opts
from oslo_messaging._metrics import client as metrics
from oslo_messaging._tracing import client as tracing

_OUTPUT = sys.stdout
_LOCK = threading.Lock()

# Nothing but JSON lines may reach the other side: a stray print goes where logs go.
sys.stdout = sys.stderr


def emit(document):
    """Writes one line; several threads may do so."""
    line = json.dumps(document)
    with _LOCK:
        _OUTPUT.write(line + '\n')
        _OUTPUT.flush()


def commands():
    """The JSON documents of standard input, one for each line, until its end."""
    for line in sys.stdin:
        if line.strip():
            yield json.loads(line)


def configuration(settings=()):
    """A configuration of our own, with settings of the form group.option=value."""
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    conf = cfg.ConfigOpts()
    for group, options in opts.list_opts():
        conf.register_opts(options, group=group)
    # These two the library registers with the configuration of the process alone.
    conf.register_opts(metrics.oslo_messaging_metrics, group='oslo_messaging_metrics')
    conf.register_opts(tracing.oslo_messaging_tracing, group='oslo_messaging_tracing')
    conf([], project='interop', default_config_files=[], default_config_dirs=[])
    for setting in settings:
        name, value = setting.split('=', 1)
        group, _, option = name.rpartition('.')
        conf.set_override(option, _value(conf, group, option, value), group=group or None)
    return conf


def _value(conf, group, option, text):
    """Turns the text of a setting into what the option holds."""
    default = conf[group][option] if group else conf[option]
    if isinstance(default, bool):
        return text.lower() in ('1', 'true', 'yes')
    if isinstance(default, int):
        return int(text)
    if isinstance(default, float):
        return float(text)
    return text
