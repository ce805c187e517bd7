"""What a Windows shows of itself that an investigation must know."""

import shutil

import pytest

from saishu_collect import catalogue, facts, machine, metadata, observe

KNOWN = catalogue.load()


def warnings(**found):
    fact = {"env.agent_version": facts.Fact(found["agent"], "system")} if "agent" in found else {}
    answer = metadata.Answer(clock_off_s=found.get("clock"))
    return {seen.warning: seen.evidence for seen in observe.observe(KNOWN, machine.Machine(), answer, fact, False)}


def test_a_sound_windows_shows_nothing(monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda point: (100 << 30, 50 << 30, 50 << 30))
    assert warnings(agent="2.7.41491.1102", clock=0.5) == {}


def test_a_full_drive_is_named(monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda point: (100 << 30, 0, (1 << 30) if point == "C:\\" else 50 << 30))
    assert warnings()["disk-full"] == ["C:\\: 99 % used, 1024 MiB free"]


@pytest.mark.parametrize(("version", "old"), [("2.7.41491.1009", True), ("2.7.41491.1010", False), ("3.0", False)])
def test_an_old_agent_is_named(version, old):
    assert ("old-agent" in warnings(agent=version)) is old


def test_a_clock_that_is_off_is_named():
    assert warnings(clock=300.0)["clock-off"] == ["this machine's clock minus the Azure host's: +300 s"]
