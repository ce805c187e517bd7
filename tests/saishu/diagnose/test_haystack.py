"""A needle in a haystack: every real case inside a busy, healthy machine's logs gives the same first finding."""

import shutil
import sys
from pathlib import Path

import pytest

from real_cases import cases, diagnosed

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "bench"))
from lines import LogStream

HAY = {"var/log/syslog.1": "syslog", "var/log/waagent.log.1": "waagent", "var/log/auth.log": "auth"}
BYTES = 400_000
EVENT_LOGS = ("system.evtx", "2-vss_7-System.evtx", "Application_no_crc32.evtx")


@pytest.fixture(scope="module")
def hay(tmp_path_factory, shared):
    """{platform: folder} of healthy logs."""
    root = tmp_path_factory.mktemp("hay")
    for path, kind in HAY.items():
        target = root / "linux" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(b"".join(LogStream(kind, path).pieces(BYTES)))
    logs = root / "windows/C/Windows/System32/winevt/Logs"
    logs.mkdir(parents=True)
    for name in EVENT_LOGS:
        shutil.copy(shared / "evtx" / name, logs / f"healthy-{name}")
    return {"linux": root / "linux", "windows": root / "windows"}


def faults(document):
    """What decides; real event logs of real machines do hold a hint or two."""
    found = [finding for finding in document["findings"] if finding["kind"] == "fault"]
    return [finding["rule"] for finding in found if finding["confidence"] != "hint"]


@pytest.mark.parametrize("platform", ["linux", "windows"])
def test_the_hay_alone_is_silent(hay, platform):
    document = diagnosed(hay[platform])
    assert document["verdict"] != "fault", faults(document)


def test_every_case_is_found_in_it(hay, tmp_path, shared):
    lost = {}
    for folder, known in cases(shared):
        alone = diagnosed(folder / "evidence")
        target = tmp_path / folder.name
        shutil.copytree(hay[known["platform"]], target)
        shutil.copytree(folder / "evidence", target, dirs_exist_ok=True)
        within = diagnosed(target)
        if faults(alone)[:1] != faults(within)[:1] or (alone["verdict"] == "fault") != (within["verdict"] == "fault"):
            lost[folder.name] = (faults(alone)[:2], faults(within)[:3], within["verdict"])
        shutil.rmtree(target)
    assert lost == {}
