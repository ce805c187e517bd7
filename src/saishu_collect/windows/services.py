"""The step `services`: what the service control manager says of some services, in the words of its own tool `sc`."""

import collections

from saishu_collect.windows import pieces, registry

Service = collections.namedtuple(
    "Service", "name title kind state win32_exit service_exit pid start delayed program account depends"
)
"""One service; start, delayed, program, account and depends are None when its configuration could not be read."""

NOT_INSTALLED = 1060
_STATES = (
    "", "STOPPED", "START_PENDING", "STOP_PENDING", "RUNNING", "CONTINUE_PENDING", "PAUSE_PENDING", "PAUSED",
)  # fmt: skip
_STARTS = ("BOOT_START", "SYSTEM_START", "AUTO_START", "DEMAND_START", "DISABLED")
_KINDS = ((0x10, "WIN32_OWN_PROCESS"), (0x20, "WIN32_SHARE_PROCESS"), (0x50, "USER_OWN_PROCESS"))


def perform(step, context):
    """Return the Piece services/<name>.txt of a services step."""
    services = context.services()
    return [
        pieces.text("services/{}.txt".format(step["name"]), write(step["names"], services), "services " + step["name"])
    ]


def write(wanted, services):
    """Return the text for the services that some names and patterns stand for, in that order.

    wanted: names, `*` allowed; one without `*` that no service has is written as not installed. services: Service list.
    """
    blocks, told = [], set()
    for pattern in wanted:
        test = registry.name_test(pattern)
        found = sorted((one for one in services if test(one.name)), key=lambda one: one.name.lower())
        blocks.extend(block(one) for one in found if one.name.lower() not in told)
        told.update(one.name.lower() for one in found)
        if not found:
            blocks.append(_line("SERVICE_NAME", pattern) + _line("STATE", "{}  NOT_INSTALLED".format(NOT_INSTALLED)))
    return "\n".join(blocks)


def block(one):
    """Return the lines of one service."""
    lines = [
        _line("SERVICE_NAME", one.name),
        _line("DISPLAY_NAME", one.title),
        _line("TYPE", "{:x}  {}".format(one.kind, _kind_name(one.kind))),
        _line("STATE", "{}  {}".format(one.state, _name(_STATES, one.state))),
        _line("WIN32_EXIT_CODE", "{}  (0x{:x})".format(one.win32_exit, one.win32_exit)),
        _line("SERVICE_EXIT_CODE", "{}  (0x{:x})".format(one.service_exit, one.service_exit)),
        _line("PID", one.pid),
    ]
    if one.start is None:
        lines.append(_line("START_TYPE", "?"))
        return "".join(lines)
    delayed = "  (DELAYED)" if one.delayed else ""
    lines.extend(
        (
            _line("START_TYPE", "{}  {}{}".format(one.start, _name(_STARTS, one.start), delayed)),
            _line("BINARY_PATH_NAME", one.program),
            _line("SERVICE_START_NAME", one.account),
            _line("DEPENDENCIES", ", ".join(one.depends or ())),
        )
    )
    return "".join(lines)


def _line(name, value):
    return "{:<18} : {}".format(name, registry.plain(str(value))).rstrip() + "\n"


def _name(names, number):
    return names[number] if 0 <= number < len(names) else "?"


def _kind_name(kind):
    return next((name for bits, name in reversed(_KINDS) if kind & bits == bits), "?")
