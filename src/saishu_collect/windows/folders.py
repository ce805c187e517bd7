"""Folders that an administrator can choose: the registry names them, `%registry%` in a path stands for them."""

import os
import re

from saishu_collect.windows import hive as reading
from saishu_collect.windows import places, registry

PLACE = "%registry%"


def named(spec, hive=None):
    """Return the folders that a `registry` clause names, sorted, each once; none when key or value are not there.

    spec: {"key", "value", "regex"}; `*` in key and value stands for anything, the regex has a group named folder.
    """
    hive = hive or reading.Hive()
    test, found = registry.name_test(spec["value"]), {}
    for key in registry.find_keys(hive, spec["key"]):
        for view in (64, 32) if registry.has_two_views(key) else (64,):
            for name, data, _ in _values(hive, key, view):
                folder = _folder(data, spec.get("regex")) if test(name) else None
                if folder:
                    found.setdefault(folder.lower(), folder)
    return sorted(found.values(), key=str.lower)


def _values(hive, key, view):
    try:
        return hive.read(key, view)[0]
    except OSError:
        return []


def _folder(data, regex):
    """Return the folder in a value, without quotes and a closing backslash; None when there is no whole path."""
    if not isinstance(data, str):
        return None
    text = os.path.expandvars(data.strip("\0 "))
    if regex:
        match = re.search(regex, text)
        text = match.group("folder") if match else ""
    text = text.strip().strip('"').rstrip("\\/")
    return text if re.match(r"^([A-Za-z]:[\\/]|\\\\[^\\])", text + "\\") else None


def patterns(pattern, spec, hive=None):
    """Return the patterns that one with `%registry%` stands for: one for each folder, which stays literal."""
    return [pattern.replace(PLACE, places.literal(folder)) for folder in named(spec, hive)]


def of_step(step, given, machine, hive=None):
    """Return the patterns of a step with `%SystemRoot%` and the like put in, and its `%registry%`.

    Without a live Windows those of the registry stand for nothing.
    """
    if machine.platform == "windows":
        given = [places.whole(pattern, machine.live) for pattern in given]
    if "registry" not in step:
        return given
    if not (machine.live and machine.platform == "windows"):
        return []
    return [one for pattern in given for one in patterns(pattern, step["registry"], hive)]
