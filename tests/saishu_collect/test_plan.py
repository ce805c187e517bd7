"""The plan: what is read, once, under which evidence, and what is known to be missing before anything begins."""

import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saishu_collect import collect, control, detect, machine, outcomes, plan, survey

pytestmark = pytest.mark.skipif(os.name == "nt", reason="a Linux tree")


def unit(name, steps, platform="linux", kind="files", **more):
    return dict(id=name, kind=kind, platform=platform, collect=list(steps), **more)


def known(*units, needs=None, mark=None):
    """Return a small catalogue with one scenario `s` that needs all units."""
    found = {one["id"]: one for one in units}
    because = {"en": "found {path}", "ja": "{path} あり"}
    marks = [dict(platform="linux", because=because, **mark)] if mark else []
    scenario = {
        "platforms": ["linux"], "detect": marks, "article": ["1"], "includes": [],
        "needs": needs or [{"id": name, "need": "required"} for name in found],
    }  # fmt: skip
    return {"evidence": found, "scenarios": {"s": scenario}, "warnings": {}, "lists": {}, "phrases": {}}


def tree(path):
    return {"do": "tree", "path": path}


def glob(*patterns, **more):
    return dict(do="glob", patterns=list(patterns), **more)


@pytest.fixture
def root(tmp_path):
    """A tree of logs."""
    for name in ("var/log/syslog", "var/log/syslog.1", "var/log/azure/x/a.log", "var/log/other", "etc/waagent.conf"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x\n")
    return tmp_path


def planned(catalogue, root, minimum=False, **more):
    options = collect.Options(minimum=minimum, **more)
    here = machine.Machine(str(root), "linux", {})
    made = plan.make_plan(catalogue, ["s"], here, options, control.Stop())
    entries = [(shown, made.tags.of(shown)) for shown, _ in plan.entries_of(made, here, control.Stop())]
    return made, entries


def test_a_file_of_several_units_is_read_once_and_tagged_with_all(root):
    catalogue = known(
        unit("all", [tree("/var/log")]),
        unit("azure", [tree("/var/log/azure")]),
        unit("syslog", [glob("/var/log/syslog*")]),
    )
    _, entries = planned(catalogue, root)
    assert sorted(entries) == [
        ("/var/log/azure/x/a.log", ["all", "azure"]), ("/var/log/other", ["all"]),
        ("/var/log/syslog", ["all", "syslog"]), ("/var/log/syslog.1", ["all", "syslog"]),
    ]  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from([
    "/var/log", "/var/log/azure", "/var/log/azure/x", "/var/*", "/var/log/*", "/var/log/syslog", "/etc/*",
    "/var/log/a*", "/*/log", "/nothing",
]), max_size=6))  # fmt: skip
def test_nothing_is_read_twice(tmp_path_factory, patterns):
    root = tmp_path_factory.mktemp("t")
    for name in ("var/log/syslog", "var/log/azure/x/a.log", "etc/waagent.conf"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("x\n")
    catalogue = known(*[unit(str(n), [glob(pattern)]) for n, pattern in enumerate(patterns)])
    _, entries = planned(catalogue, root)
    paths = [path for path, _ in entries]
    assert len(set(paths)) == len(paths)
    assert all(tags for _, tags in entries)


def test_conditions_of_a_step(root):
    catalogue = known(
        unit("a", [dict(tree("/var/log"), when={"minimum": False}), dict(tree("/etc"), when={"minimum": True})]),
        unit("b", [dict(glob("/var/log/other"), when={"scenarios": ["another"]})]),
        unit("c", [dict(glob("/var/log/syslog"), when={"not_scenarios": ["s"]})]),
        unit("d", [dict(glob("/var/log/syslog.1"), when={"platform": "windows"})]),
    )
    assert {path for path, _ in planned(catalogue, root, minimum=True)[1]} == {"/etc/waagent.conf"}
    assert "/etc/waagent.conf" not in {path for path, _ in planned(catalogue, root)[1]}


@pytest.mark.parametrize(("azure_vm", "counts"), [(None, True), (True, True), (False, False)])
def test_what_only_an_azure_vm_has(root, azure_vm, counts):
    catalogue = known(
        unit("a", [tree("/var/log")]), needs=[{"id": "a", "need": "required", "only_if": {"azure_vm": True}}]
    )
    options = collect.Options()
    options.azure_vm = azure_vm
    made = plan.make_plan(catalogue, ["s"], machine.Machine(str(root), "linux", {}), options, control.Stop())
    assert bool(made.needs) == counts


def test_paths_of_the_other_platform_are_left_alone(root):
    (root / "C").mkdir()
    catalogue = known(unit("a", [glob("C:\\x", "/var/log/other", "%registry%\\x")]))
    assert [path for path, _ in planned(catalogue, root)[1]] == ["/var/log/other"]


def test_commands_are_run_once_and_not_for_a_copied_disk(root):
    step = {"do": "command", "name": "df", "argv": ["df", "-P"]}
    catalogue = known(unit("a", [step], kind="output"), unit("b", [dict(step)], kind="output"))
    made, _ = planned(catalogue, root)
    assert made.commands == []
    assert ("df -P", ["a"], outcomes.SKIPPED, outcomes.NOT_WITH_ROOT) in made.gaps
    live = plan.make_plan(catalogue, ["s"], machine.Machine(mounts={}), collect.Options(), control.Stop())
    assert [ids for _, ids in live.commands] == [["a", "b"]]


def test_a_search_is_made_only_when_nothing_was_found(root):
    (root / "data").mkdir()
    (root / "data/other").write_text("x\n")
    steps = [glob("/var/log/missing"), {"do": "search", "names": ["other"], "unless_found": True}]
    made, entries = planned(known(unit("a", steps)), root)
    assert [path for path, _ in entries] == ["/data/other", "/var/log/other"]
    assert made.searches["a"].cut is None
    steps[0] = glob("/var/log/other")
    made, entries = planned(known(unit("a", steps)), root)
    assert [path for path, _ in entries] == ["/var/log/other"]
    assert made.searches == {}


def test_a_search_that_ended_early_is_a_gap(root):
    steps = [{"do": "search", "names": ["nothing-like-it"], "entries": 2}]
    made, _ = planned(known(unit("a", steps)), root)
    assert made.gaps == [("find / -name nothing-like-it", ["a"], outcomes.SKIPPED, outcomes.SEARCH_LIMIT)]


def test_hana_databases_without_a_log_are_named_once(tmp_path):
    for name in ("hana/H/HDB00/h/trace/DB_A/backup.log", "hana/H/HDB00/h/trace/DB_B/x"):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text("x\n")
    (tmp_path / "sap").symlink_to("/hana")
    steps = [glob("/hana/*/HDB??/*/trace/DB_*/backup.log*", "/sap/*/HDB??/*/trace/DB_*/backup.log*")]
    made, entries = planned(known(unit("a", steps, judge="hana_databases")), tmp_path)
    assert [path for path, _ in entries] == ["/hana/H/HDB00/h/trace/DB_A/backup.log"]
    lost = "/hana/H/HDB00/h/trace/DB_B/backup.log"
    assert made.gaps == [(lost, ["a"], outcomes.MISSING, outcomes.NO_SUCH_FILE)]


# ---- which scenario


def test_a_mark_on_the_machine_chooses_the_scenario_with_its_reason(root):
    catalogue = known(unit("a", [tree("/var/log")]), mark={"path": ["/nothing", "/var/log/azure/*"]})
    here = machine.Machine(str(root), "linux", {})
    (choice,) = detect.choose(catalogue, here, [])
    assert (choice.scenario, choice.by) == ("s", detect.DETECTED)
    assert choice.reasons == [{"en": "found /var/log/azure/x", "ja": "/var/log/azure/x あり"}]
    (choice,) = detect.choose(catalogue, here, ["s"])
    assert (choice.by, choice.reasons) == (detect.CHOSEN, [])


def test_nothing_recognised_is_the_ground_set(root):
    catalogue = known(unit("a", [tree("/var/log")]), mark={"path": ["/nothing"]})
    (choice,) = detect.choose(catalogue, machine.Machine(str(root), "linux", {}), [])
    assert (choice.scenario, choice.by) == ("azure-vm", detect.DEFAULT)


# ---- the sizes before


def test_the_survey_counts_what_will_be_read(root):
    catalogue = known(unit("all", [tree("/var/log")]), unit("azure", [tree("/var/log/azure")]))
    here = machine.Machine(str(root), "linux", {})
    made = plan.make_plan(catalogue, ["s"], here, collect.Options(), control.Stop())
    os.utime(root / "var/log/other", (0, 0))
    os.mkfifo(root / "var/log/fifo")
    now = os.stat(root / "var/log/syslog").st_mtime
    found = survey.take_survey(made, here, survey.Window(now, since=3600), control.Stop())
    assert (found.files, found.bytes, found.too_old, found.other) == (3, 6, [1, 2], 1)
    assert found.by_evidence == {"all": [3, 6], "azure": [1, 2]}


def test_age_classes_begin_at_the_failure():
    day = 86400.0
    window = survey.Window(100 * day)
    assert [window.age_class((100 - days) * day) for days in (0, 1, 2, 5, 10, 20, 90)] == [0, 0, 1, 2, 3, 4, 5]
    around = survey.Window(100 * day, around=50 * day)
    assert [around.age_class(at * day) for at in (99, 50, 49.5, 48, 20, 1)] == [0, 0, 0, 1, 4, 5]


@pytest.mark.parametrize(
    ("size", "blocks", "data"), [(1000, 8, 1000), (1000, 0, 1000), (1 << 30, 16, 8192), (4096, 800, 4096)]
)
def test_a_sparse_file_counts_its_data(size, blocks, data):
    status = type("S", (), {"st_mode": 0o100644, "st_size": size, "st_blocks": blocks})()
    assert survey.data_size(status) == data


def test_a_disk_keeps_a_part_for_the_machine(tmp_path):
    disk = survey.Disk(str(tmp_path / "not" / "there" / "yet"))
    assert 0 < disk.kept <= 1 << 30
    assert disk.budget == max(0, disk.free - disk.kept)
    assert survey.archive_limit(disk, 5) == (5, outcomes.OVER_LIMIT)
    assert survey.archive_limit(disk, disk.budget + 1) == (disk.budget, outcomes.NO_SPACE)
    assert survey.archive_limit(disk, None) == (disk.budget, outcomes.NO_SPACE)
