"""What the server and the client share: configuration, and JSON lines on standard output."""
import argparse
import json
import logging
import os
import sys
import threading

from oslo_config import cfg
from oslo_messaging import opts

# How long a program may go on after the end of its input, in seconds: longer than whoever ends it
# waits. One whose test was killed would else look for the broker for ever.
_END_WITHIN = 60

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
    try:
        for line in sys.stdin:
            if line.strip():
                yield json.loads(line)
    finally:
        end_in_time()


def end_in_time():
    """Ends the process if it has not ended by itself: its input is at its end."""
    timer = threading.Timer(_END_WITHIN, os._exit, [1])
    timer.daemon = True
    timer.start()


def parser(description):
    """A command line that takes settings of oslo.messaging."""
    made = argparse.ArgumentParser(description=description)
    made.add_argument('--set', action='append', default=[], metavar='GROUP.OPTION=VALUE',
                      help='a setting of oslo.messaging; both sides must agree on durability')
    return made


def configuration(settings=()):
    """The configuration of the process, with settings of the form group.option=value.

    Not one of our own: oslo.messaging reads some options, rpc_ping_enabled for one, from this
    configuration whichever it was given.
    """
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    conf = cfg.CONF
    for group, options in opts.list_opts():
        conf.register_opts(options, group=group)
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
