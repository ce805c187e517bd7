"""The facts of the environment that support asks for: from the person, the metadata service, the system."""

import os
import re
import socket
import threading

from saishu_collect import commands, metadata, outcomes
from saishu_collect import plan as planning
from saishu_collect.windows import system as windows_system


class Fact:
    """One value with where it came from: `person`, `imds`, `system`, `file:<path>`."""

    __slots__ = ("source", "value")

    def __init__(self, value, source):
        self.value = value
        self.source = source


def ask_metadata(machine, offline, host=metadata.HOST, port=metadata.PORT):
    """Return the metadata service's Answer; not asked for a copied disk or offline. Never longer than its limit."""
    if offline or not machine.live:
        return metadata.Answer(error=outcomes.OFFLINE if offline else outcomes.NOT_WITH_ROOT)
    box = []
    thread = threading.Thread(target=lambda: box.append(metadata.ask(host, port)), daemon=True)
    thread.start()
    thread.join(metadata.SECONDS + 0.5)
    return box[0] if box else metadata.Answer(error=outcomes.TIMED_OUT)


def read_os_release(machine):
    """Return the fields of os-release as a dict; empty when there is none."""
    for path in ("/etc/os-release", "/usr/lib/os-release"):
        text = machine.read_text(path)
        if text:
            pairs = re.findall(r"(?m)^([A-Z_]+)=(.*)$", text)
            return {name: value.strip().strip("\"'") for name, value in pairs}
    return {}


def host_name(machine):
    """Return the name the machine gives itself, or None for a copied disk that does not say it."""
    if machine.live:
        return socket.gethostname()
    text = machine.read_text("/etc/hostname") or ""
    return text.strip().split("\n")[0] or None


def os_name_version(machine):
    """Return the system's name and version with its kernel, or None: `SUSE Linux Enterprise Server 15 SP5 (…)`."""
    release = read_os_release(machine)
    name = release.get("PRETTY_NAME") or " ".join(
        part for part in (release.get("NAME"), release.get("VERSION")) if part
    )
    if not name:
        text = machine.read_text("/etc/redhat-release") or machine.read_text("/etc/SuSE-release") or ""
        name = text.strip().split("\n")[0]
    if name and machine.live and hasattr(os, "uname"):
        name += " (kernel {})".format(os.uname().release)
    return name or None


def agent_version(machine):
    """Return the version of the Azure Linux agent: what it says itself, else what lies on disk; None without one."""
    if machine.live and machine.platform == "linux":
        for program in ("waagent", "/usr/sbin/waagent"):
            ran = commands.run([program, "--version"], seconds=10)
            text = ran.output.decode("utf-8", "replace")
            found = re.search(r"Goal state agent: ([0-9.]+)", text) or re.search(r"WALinuxAgent-([0-9][0-9.]+)", text)
            if found:
                return found.group(1).rstrip(".")
    versions = []
    try:
        for name in os.listdir(machine.follow(machine.real("/var/lib/waagent"))):
            match = re.match(r"WALinuxAgent-([0-9][0-9.]*)$", name)
            if match:
                versions.append(match.group(1))
    except OSError:
        return None
    return max(versions, key=lambda text: [int(part) for part in text.split(".") if part]) if versions else None


def recovered_vm(machine, part):
    """Return a part of `iaasvmcontainerv2;<resource group>;<vm>` from the last recovery on this machine, or None."""
    text = machine.read_text("/etc/MicrosoftAzureBackupILR/mabilr.conf") or ""
    found = re.findall(r"(?i)iaasvmcontainerv2;([^;,\s]+);([^;,\s]+)", text)
    return found[-1][part] if found else None


_SYSTEM = {
    "host_name": host_name,
    "os_name_version": os_name_version,
    "agent_version": agent_version,
    "ilr_vm_name": lambda machine: recovered_vm(machine, 1),
    "ilr_vm_resource_group": lambda machine: recovered_vm(machine, 0),
}


def find_facts(catalogue, plan, machine, given, answer, minimum):
    """Return {id: Fact} for the facts among the plan's needs that are known without asking a person.

    given: {id: value} from --set; it wins over everything. A value that does not fit the unit's pattern is not used,
    except a given one: a person knows best, and `check` says that it looks odd.
    """
    facts = {name: Fact(value, "person") for name, value in sorted(given.items())}
    for need in plan.needs:
        unit = catalogue["evidence"][need["id"]]
        if need["id"] in facts or unit["kind"] != "fact":
            continue
        steps = [
            step
            for step in unit["collect"]
            if planning.holds(step.get("when", {}), minimum, plan.scenarios, machine.platform)
        ]
        for source in _sources(steps):
            value = _value(source, machine, answer)
            if value and fits(unit, value):
                facts[need["id"]] = Fact(value, source.partition(":")[0])
                break
    return facts


def _sources(steps):
    return [source for step in steps if step["do"] == "fact" for source in step["from"]]


def _value(source, machine, answer):
    kind, _, name = source.partition(":")
    if kind == "imds":
        return answer.field(name)
    if machine.platform == "windows":
        known = windows_system.FACTS.get(source) if machine.live else None
        return known() if known else None
    if kind in ("system", "file") and name in _SYSTEM:
        return _SYSTEM[name](machine)
    return None


def fits(unit, value):
    """Say whether a value looks like what the unit describes."""
    return re.match("(?:" + unit["fact"]["pattern"] + r")\Z", value) is not None


def open_questions(catalogue, needs, facts):
    """Return the ids of required facts that only a person can give."""
    return [
        need["id"]
        for need in needs
        if need["need"] == "required"
        and need["id"] not in facts
        and catalogue["evidence"][need["id"]]["kind"] == "fact"
        and "ask" in _sources(catalogue["evidence"][need["id"]]["collect"])
    ]
