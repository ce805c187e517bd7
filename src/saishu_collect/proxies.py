"""Which proxy is really used: every place that can name one, and which of them counts for whose traffic."""

import collections
import ipaddress
import json
import os
import re

from saishu_collect import unit_environment

PLATFORM_ADDRESSES = ("168.63.129.16", "169.254.169.254")
AGENT_UNITS = ("waagent.service", "walinuxagent.service")
AGENT_CONFIG = "/etc/waagent.conf"
WORKLOAD_FOLDER = "/opt/msawb"
WORKLOAD_SETTINGS = {
    "linux": "/opt/msawb/bin/ExtensionSettingsOverrides.json",
    "windows": "C:\\Program Files\\Azure Workload Backup\\bin\\ExtensionSettingsOverrides.json",
}
_AGENT_PROCESS = r"python\S* .*(waagent|WALinuxAgent)"
_WORKLOAD_PROCESS = r"^/opt/msawb/"
_USERINFO = re.compile(r"^([A-Za-z][A-Za-z0-9+.-]*://)?.*@", re.DOTALL)
_HOST_PORT = re.compile(r"(?:\[([0-9A-Fa-f:.%]+)\]|([^\s:/?#\[\]]+))(?::([0-9]{1,5}))?(?:[/?#].*)?\Z", re.DOTALL)
_KINDS = {"http": "http", "https": "https", "socks": "socks"}
_FLAGS = {"entra": "UseProxyForAAD", "backup": "UseProxyForAzureBackup", "storage": "UseProxyForAzureStorage"}

# Places that can name a proxy; words stand in the phrases under network.place.<name>.
SESSION = "session"
ETC_ENVIRONMENT = "etc_environment"
AGENT_SETTINGS = "agent_settings"
AGENT_UNIT = "agent_unit"
AGENT_RUNNING = "agent_process"
WORKLOAD = "workload_settings"
WORKLOAD_UNIT = "workload_unit"
WORKLOAD_RUNNING = "workload_process"

SERVICES = ("agent", "entra", "backup", "storage", "download", "certificates", "system")
"""Whose traffic a proxy can carry; the others (platform, recovery) never use one."""

Setting = collections.namedtuple("Setting", "place where values flags")
"""One place: its name, its path, {http_proxy, https_proxy, no_proxy, all_proxy} with those that are set, and for the
workload backup {service: True or False} as far as its file says so."""

Route = collections.namedtuple("Route", "kind host port shown place has_password")
"""A proxy to go through. kind: "http", or what we cannot speak ("https", "socks", "odd"). shown: secrets masked."""


def mask(value):
    """Return a proxy's address without the user and the password in it."""
    return _USERINFO.sub(lambda match: (match.group(1) or "") + "***@", value)


def parse(value, place):
    """Return the Route that a setting such as `http://user:secret@proxy:3128` or `10.0.0.4:3128` means."""
    scheme, marker, rest = value.partition("://")
    if not marker:
        scheme, rest = "http", value
    userinfo, at, rest = rest.rpartition("@")
    match = _HOST_PORT.match(rest)
    host, port = (match.group(1) or match.group(2), int(match.group(3) or 80)) if match else (None, None)
    kind = _KINDS.get(re.sub(r"[0-9].*", "", scheme.lower()), "odd") if host and port < 65536 else "odd"
    return Route(kind, host, port, mask(value), place, bool(at and userinfo))


def find_settings(machine, environ=None):
    """Return the Settings of all places that this machine has, also those that name no proxy."""
    environ = os.environ if environ is None else environ
    found = [Setting(SESSION, "", unit_environment.proxies_only(environ.items()), {})]
    if machine.platform == "linux":
        text = machine.read_text("/etc/environment") or ""
        values = unit_environment.parse_environment_file(text)
        found.append(Setting(ETC_ENVIRONMENT, "/etc/environment", values, {}))
        found.extend(_agent(machine))
    found.extend(_workload(machine))
    return found


def _agent(machine):
    text = machine.read_text(AGENT_CONFIG)
    if text is not None:
        yield Setting(AGENT_SETTINGS, AGENT_CONFIG, _agent_config(text), {})
    units = [unit for unit in AGENT_UNITS if unit_environment.unit_files(machine, unit)]
    if units:
        yield _units(machine, AGENT_UNIT, units)
    running = unit_environment.read_process(_AGENT_PROCESS) if machine.live else None
    if running:
        yield Setting(AGENT_RUNNING, "PID {}".format(running[0]), running[1], {})


def _agent_config(text):
    """Return the proxy of waagent.conf; a host without a port is none, as the agent itself has it."""
    settings = dict(re.findall(r"(?m)^\s*HttpProxy\.(Host|Port)\s*=\s*([^\s#]+)", text))
    host, port = settings.get("Host", "None"), settings.get("Port", "None")
    if "None" in (host, port):
        return {}
    return {"http_proxy": "{}:{}".format(host, port), "https_proxy": "{}:{}".format(host, port)}


def _workload(machine):
    path = WORKLOAD_SETTINGS[machine.platform]
    text = machine.read_text(path)
    if text is not None:
        yield _overrides(path, text)
    if machine.platform != "linux" or not machine.exists(WORKLOAD_FOLDER):
        return
    # Also when no unit sets a proxy: then the service has none, whatever this session has.
    yield _units(machine, WORKLOAD_UNIT, unit_environment.find_units(machine, r"msawb.*"))
    running = unit_environment.read_process(_WORKLOAD_PROCESS) if machine.live else None
    if running:
        yield Setting(WORKLOAD_RUNNING, "PID {}".format(running[0]), running[1], {})


def _units(machine, place, units):
    """Return the Setting that the unit files of a service make; where: the files that set something, else the units."""
    values, where = {}, []
    for unit in units:
        found, files = unit_environment.read_unit(machine, unit)
        values.update(found)
        where.extend(files)
    return Setting(place, ", ".join(sorted(set(where)) or units), values, {})


def _overrides(path, text):
    """Return the Setting of the workload backup's own file; nothing of it is believed when it is no JSON object."""
    try:
        document = json.loads(text.lstrip("\ufeff"))
    except ValueError:
        document = None
    if not isinstance(document, dict):
        return Setting(WORKLOAD, path, {}, {})
    address = document.get("ProxyServerAddress")
    values = {"https_proxy": address} if isinstance(address, str) and address else {}
    flags = {name: document[flag] for name, flag in _FLAGS.items() if isinstance(document.get(flag), bool)}
    return Setting(WORKLOAD, path, values, flags)


def choose(settings, service, host, secure):
    """Return the Route that traffic of a service to a host takes, or None when it goes straight.

    service: one of SERVICES; any other name goes straight. Where nothing of the backup service is on the machine, its
    traffic is asked as the support script asks it: with the settings of this session.
    """
    if service not in SERVICES:
        return None
    by_place = collections.OrderedDict((one.place, one) for one in settings)
    own = by_place.get(WORKLOAD)
    if own and service in own.flags:
        return parse(own.values["https_proxy"], WORKLOAD) if own.flags[service] and own.values else None
    for place in _order(by_place, service):
        setting = by_place[place]
        value = _value(setting.values, secure)
        if value:
            return None if bypasses(setting.values.get("no_proxy", ""), host) else parse(value, place)
        if place in (AGENT_RUNNING, WORKLOAD_RUNNING):
            return None
    return None


def _order(by_place, service):
    if service == "agent":
        order = (AGENT_SETTINGS, AGENT_RUNNING, AGENT_UNIT)
    elif service in _FLAGS and (WORKLOAD_RUNNING in by_place or WORKLOAD_UNIT in by_place):
        order = (WORKLOAD_RUNNING, WORKLOAD_UNIT)
    else:
        order = (SESSION, ETC_ENVIRONMENT)
    return [place for place in order if place in by_place]


def _value(values, secure):
    return values.get("https_proxy" if secure else "http_proxy") or values.get("all_proxy")


def bypasses(no_proxy, host):
    """Say whether a no_proxy list names a host: `*`, a name, the end of a name, an address, a network."""
    host = host.lower().rstrip(".")
    for entry in re.split(r"[\s,]+", no_proxy.lower()):
        name = entry.lstrip("*").lstrip(".")
        if entry == "*" or (name and (host == name or host.endswith("." + name))):
            return True
        if "/" in entry and _in_network(host, entry):
            return True
    return False


def _in_network(host, network):
    try:
        return ipaddress.ip_address(host) in ipaddress.ip_network(network, strict=False)
    except (TypeError, ValueError):
        return False


def document(settings):
    """Return the places as plain data with secrets masked.

    Each: {"place", "where", "http_proxy", "https_proxy", "no_proxy", "services": {…}, "bypasses_platform"}; the last
    is None where no proxy is set, else whether the addresses of the Azure host are excepted.
    """
    listed = []
    for one in settings:
        values = one.values
        chosen = [value for value in (_value(values, False), _value(values, True)) if value]
        bypass = all(bypasses(values.get("no_proxy", ""), host) for host in PLATFORM_ADDRESSES)
        listed.append(
            {
                "place": one.place,
                "where": one.where,
                "http_proxy": mask(_value(values, False)) if _value(values, False) else None,
                "https_proxy": mask(_value(values, True)) if _value(values, True) else None,
                "no_proxy": values.get("no_proxy"),
                "services": dict(one.flags),
                "bypasses_platform": bypass if chosen else None,
            }
        )
    return listed
