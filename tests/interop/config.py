"""Reads configuration files with the real oslo.config, one set of them for each command."""
import os

import oslo_messaging
from oslo_config import cfg
from oslo_messaging import opts

import peer

# None is [DEFAULT].
GROUPS = (None, 'oslo_messaging_rabbit')


def read(command):
    """Every option of RPC over RabbitMQ, with its value and the kind of place it came from."""
    for name in [name for name in os.environ if name.startswith('OS_')]:
        del os.environ[name]
    os.environ.update(command['environment'])
    conf = cfg.ConfigOpts()
    # Options of other libraries, which values may name.
    conf.register_opts([cfg.StrOpt('my_host'), cfg.StrOpt('state_path')])
    conf.register_opts([cfg.StrOpt('name')], group='service')
    names = {group: [] for group in GROUPS}
    for group, options in opts.list_opts():
        conf.register_opts(options, group=group)
        if group in names:
            names[group].extend(option.name for option in options)
    conf(command['arguments'], project='interop', default_config_files=[], default_config_dirs=[])

    found = {}
    for group, options in names.items():
        for name in options:
            value = conf[name] if group is None else conf[group][name]
            location = conf.get_location(name, group)
            found[name] = {'value': value, 'place': location.location.name if location else None}
    url = oslo_messaging.TransportURL.parse(conf)
    if found['transport_url']['place'] != 'opt_default':
        found['transport_url']['value'] = shown(url)
    return found


def shown(url):
    """A URL without what nobody prints."""
    for host in url.hosts:
        host.password = None if host.password is None else 'SECRET'
    url.query = {}
    return str(url).replace('SECRET', '***')


def main():
    for command in peer.commands():
        try:
            answer = {'id': command['id'], 'result': read(command)}
        except (Exception, SystemExit) as error:
            answer = {'id': command['id'], 'error': f'{type(error).__name__}: {error}'}
        peer.emit(answer)


main()
