"""The environment that systemd gives a service, and the one that its running process has; proxy settings only."""

import os
import re
import shlex

KEPT = ("http_proxy", "https_proxy", "no_proxy", "all_proxy")
"""Nothing else of an environment is kept: it may hold secrets."""

_FOLDERS = ("/usr/lib/systemd/system", "/lib/systemd/system", "/run/systemd/system", "/etc/systemd/system")
_LIMIT = 256 * 1024


def proxies_only(pairs):
    """Return the proxy settings among (name, value) pairs, names in lower case.

    Lower-case names win over upper-case ones, as in curl.
    """
    kept = {}
    for name, value in sorted(pairs):
        if name.lower() in KEPT and value:
            kept[name.lower()] = value
    return kept


def parse_environment_file(text):
    """Return the proxy settings of /etc/environment or of an EnvironmentFile: lines NAME=VALUE."""
    pairs = []
    for line in text.splitlines():
        name, equals, value = re.sub(r"^\s*export\s+", "", line).partition("=")
        if equals and not name.lstrip().startswith("#"):
            pairs.append((name.strip(), value.strip().strip("\"'")))
    return proxies_only(pairs)


def read_unit(machine, unit):
    """Return (settings, files that set them) of a service: the unit, its drop-ins, the manager's default."""
    settings, files = {}, []
    defaults = ["/etc/systemd/system.conf"] + _named(machine, "/etc/systemd/system.conf.d")
    for path in defaults + unit_files(machine, unit):
        found, cleared = _settings(machine, machine.read_text(path, _LIMIT) or "")
        if cleared:
            settings, files = {}, []
        if found:
            settings.update(found)
            files.append(path)
    return settings, files


def unit_files(machine, unit):
    """Return the files that make up a unit, those that win last; a drop-in name counts once, its strongest folder."""
    bodies = [folder + "/" + unit for folder in _FOLDERS if machine.exists(folder + "/" + unit)]
    drop_ins = {}
    for folder in _FOLDERS:
        for path in _named(machine, "{}/{}.d".format(folder, unit)):
            drop_ins[path.rpartition("/")[2]] = path
    return bodies[-1:] + [drop_ins[name] for name in sorted(drop_ins)]


def find_units(machine, pattern):
    """Return the names of the units that a pattern fits, sorted."""
    test = re.compile(pattern + r"\.service\Z")
    return sorted({name for folder in _FOLDERS for name in _list(machine, folder) if test.match(name)})


def _named(machine, folder):
    return [folder + "/" + name for name in _list(machine, folder) if name.endswith(".conf")]


def _list(machine, folder):
    try:
        return sorted(os.listdir(machine.follow(machine.real(folder))))
    except OSError:
        return []


def _settings(machine, text):
    """Return (proxy settings of one file of a unit, whether it clears what the files before it set)."""
    settings, cleared = {}, False
    for line in re.sub(r"\\\n", " ", text).splitlines():
        name, _, value = line.strip().partition("=")
        name, value = name.strip(), value.strip()
        if name in ("Environment", "DefaultEnvironment"):
            if not value:
                settings, cleared = {}, True
            settings.update(proxies_only(_assignments(value)))
        elif name == "EnvironmentFile":
            settings.update(parse_environment_file(machine.read_text(value.lstrip("-"), _LIMIT) or ""))
    return settings, cleared


def _assignments(value):
    try:
        words = shlex.split(value)
    except ValueError:
        words = value.split()
    return [(word.partition("=")[0], word.partition("=")[2]) for word in words]


def read_process(wanted, folder="/proc"):
    """Return (pid, settings) of the first running process whose command line fits, or None.

    This is what the process really has, whatever the files say. Needs root for a process of another user; a process
    that cannot be read counts as none.
    """
    test = re.compile(wanted)
    for pid in sorted(_processes(folder), key=int):
        try:
            with open(os.path.join(folder, pid, "cmdline"), "rb") as source:
                words = source.read(8192).decode("utf-8", "replace").split("\0")
            if not test.search(" ".join(words)):
                continue
            with open(os.path.join(folder, pid, "environ"), "rb") as source:
                text = source.read(_LIMIT).decode("utf-8", "replace")
        except OSError:
            continue
        pairs = [(line.partition("=")[0], line.partition("=")[2]) for line in text.split("\0")]
        return int(pid), proxies_only(pairs)
    return None


def _processes(folder):
    try:
        return [name for name in os.listdir(folder) if name.isdigit() and int(name) != os.getpid()]
    except OSError:
        return []
