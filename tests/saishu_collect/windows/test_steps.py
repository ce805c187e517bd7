import os
import tempfile
import threading
import time
from types import SimpleNamespace

import pytest
from windows_stand_ins import context

from saishu_collect import catalogue, control, outcomes, plan
from saishu_collect.windows import pieces, steps


@pytest.fixture
def around(tmp_path):
    found = context(tmp_path)
    found.begin = lambda seconds: setattr(found, "bounds", pieces.Bounds(seconds, found.stop))
    found.bounds_of = lambda seconds: pieces.Bounds(seconds, found.stop)
    return found


def test_an_exception_becomes_a_note(around, monkeypatch):
    def defect(step, context):
        raise KeyError("odd")

    monkeypatch.setitem(steps.KINDS, "registry", (defect, 5))
    (piece,) = steps.guarded({"do": "registry", "name": "vss", "keys": []}, around)
    assert (piece.shown, piece.outcome, piece.reason) == ("registry vss", outcomes.FAILED, outcomes.IO_ERROR)
    assert piece.detail == "KeyError: 'odd'"


def test_a_refusal_keeps_its_outcome(around, monkeypatch):
    def refuse(step, context):
        raise pieces.StepError(*pieces.judge(5), "OpenSCManager: error 5")

    monkeypatch.setitem(steps.KINDS, "services", (refuse, 5))
    (piece,) = steps.guarded({"do": "services", "name": "vss", "names": []}, around)
    assert (piece.outcome, piece.reason) == (outcomes.DENIED, outcomes.NOT_PERMITTED)
    assert piece.detail == "OpenSCManager: error 5"


def test_an_error_of_the_system_is_judged_by_its_number(around, monkeypatch):
    def fail(step, context):
        raise OSError(28 if os.name == "nt" else 112, "no room")

    monkeypatch.setitem(steps.KINDS, "disks", (fail, 5))
    (piece,) = steps.guarded({"do": "disks"}, around)
    assert (piece.outcome, piece.reason, piece.detail) == (outcomes.FAILED, outcomes.NO_SPACE, "no room (112)")


def test_a_step_that_hangs_ends_with_its_time(around, monkeypatch):
    hanging = threading.Event()
    monkeypatch.setattr(steps, "_GRACE_S", 0.1)
    monkeypatch.setitem(steps.KINDS, "disks", (lambda step, context: hanging.wait(30), 0.2))
    started = time.monotonic()
    (piece,) = steps.guarded({"do": "disks"}, around)
    hanging.set()
    assert (piece.outcome, piece.reason) == (outcomes.TIMED_OUT, outcomes.READ_STALLED)
    assert time.monotonic() - started < 3


def test_a_stopped_run_does_not_wait(around, monkeypatch):
    hanging = threading.Event()
    around.stop = control.Stop()
    monkeypatch.setattr(steps, "_GRACE_S", 0.1)
    monkeypatch.setitem(steps.KINDS, "disks", (lambda step, context: hanging.wait(30), 60))
    threading.Timer(0.2, lambda: around.stop.request(outcomes.INTERRUPTED)).start()
    started = time.monotonic()
    (piece,) = steps.guarded({"do": "disks"}, around)
    hanging.set()
    assert (piece.outcome, piece.reason) == (outcomes.TIMED_OUT, outcomes.INTERRUPTED)
    assert time.monotonic() - started < 3


def planned(machine, scenarios=("mars", "vss")):
    options = SimpleNamespace(minimum=False, azure_vm=None)
    machine = SimpleNamespace(
        **dict({"exists": lambda path: False, "follow": str, "real": str, "mounts": {}}, **machine)
    )
    return plan.make_plan(catalogue.load(), list(scenarios), machine, options, control.Stop())


def test_a_live_windows_is_asked_each_thing_once(monkeypatch):
    from saishu_collect.windows import folders

    monkeypatch.setattr(folders, "named", lambda spec, hive=None: [])
    found = planned({"live": True, "platform": "windows", "root": None}, ("mars", "ilr", "vss"))
    kinds = [step["do"] for step, _ in found.system_steps]
    assert set(kinds) == {"registry", "services", "event_log", "certificates", "disks", "guided_trace", "command"}
    assert kinds.count("disks") == 1
    (disks,) = [ids for step, ids in found.system_steps if step["do"] == "disks"]
    assert sorted(disks) == ["ilr.disk_management", "mars.agent_logs"]
    assert all(step["do"] in steps.KINDS for step, _ in found.system_steps)
    assert not any("file" in step for step, _ in found.commands)
    assert outcomes.NOT_IN_THIS_BUILD not in [gap[3] for gap in found.gaps]


def test_a_tree_cannot_be_asked(monkeypatch):
    found = planned({"live": False, "platform": "windows", "root": "/copy"})
    assert found.system_steps == []
    asked = [gap for gap in found.gaps if gap[0].startswith(("registry", "event_log", "certificates", "msinfo32"))]
    assert len(asked) > 5
    assert {gap[2:] for gap in asked} == {(outcomes.SKIPPED, outcomes.NOT_WITH_ROOT)}


class Packer:
    def __init__(self):
        self.texts, self.notes, self.files, self.drained = [], [], [], 0

    def text(self, member, data, evidence, modified, shown=None, **more):
        self.texts.append((member, data, evidence, shown, more))

    def note(self, shown, evidence, outcome, reason=None, **more):
        self.notes.append((shown, evidence, outcome, reason, more))

    def file(self, job):
        self.files.append(job)

    def drain(self):
        self.drained += 1


def a_run(tmp_path, wanted):
    logged = []
    return SimpleNamespace(
        plan=SimpleNamespace(system_steps=wanted), options=SimpleNamespace(out=str(tmp_path), tss=None), stop=None,
        clock=lambda: 0, packer=Packer(), log=lambda text, *values: logged.append(text.format(*values)), logged=logged,
    )  # fmt: skip


def test_what_steps_give_is_packed_and_the_work_folder_goes(tmp_path, monkeypatch):
    def give(step, context):
        small, large = context.work_file("small.evtx"), context.work_file("large.evtx")
        for path, size in ((small, 10), (large, 2000)):
            with open(path, "wb") as out:
                out.write(b"E" * size)
        return [
            pieces.text("a.txt", "x", "a", outcomes.READ_STALLED), pieces.file("s.evtx", small, "s", "copy"),
            pieces.file("l.evtx", large, "l", "wevtutil"),
            pieces.note("n", outcomes.MISSING, outcomes.NO_SUCH_FILE, "d"),
        ]  # fmt: skip

    monkeypatch.setattr(steps, "_WHOLE", 1000)
    monkeypatch.setitem(steps.KINDS, "disks", (give, 5))
    run = a_run(tmp_path, [({"do": "disks"}, ["x.y"])])
    steps.perform(run)
    assert run.packer.texts == [
        ("a.txt", b"x", ["x.y"], "a", {"o": "truncated", "r": "read_stalled"}),
        ("s.evtx", b"E" * 10, ["x.y"], "s", {"d": "copy"}),
    ]
    assert [job.member for job in run.packer.files] == ["l.evtx"]
    assert run.packer.notes == [("n", ["x.y"], "missing", "no_such_file", {"d": "d"})]
    assert run.logged == ["s: copy", "l: wevtutil"]
    assert run.packer.drained == 1
    assert list(tmp_path.iterdir()) == []


def test_without_steps_nothing_is_made(tmp_path):
    steps.perform(a_run(tmp_path, []))
    assert list(tmp_path.iterdir()) == []


def test_the_work_folder_is_never_on_another_machine(tmp_path):
    from saishu_collect.windows import context as surroundings

    assert surroundings.place_for_work(str(tmp_path)) == str(tmp_path)
    assert surroundings.place_for_work("\\\\server\\share") == tempfile.gettempdir()
    around = surroundings.Context(str(tmp_path), 0)
    first, second = around.work_file("a.txt"), around.work_file("a.txt")
    assert os.path.dirname(first) == os.path.dirname(second)
    with open(first, "w") as out:
        out.write("x")
    assert around.work_file("a.txt").endswith("2_a.txt")
    assert around.clean() is None
    assert list(tmp_path.iterdir()) == []
