"""Single judgements: facts with their place, how far logs reach, machines, manifests, locks."""

import json
import os
from datetime import UTC, datetime

import pytest

from bundles import evidence as e
from bundles import people, scenes
from saishu.bundle import open_bundle
from saishu.check import WrongScenarioError, judge_bundle
from saishu_collect import catalogue

KNOWN = catalogue.load()


def judged(path, scenarios=(), failure_time=None, passwords=()):
    with open_bundle(path, passwords=passwords) as bundle:
        return judge_bundle(bundle, KNOWN, scenarios, failure_time)


def of_tree(tmp_path, files, **options):
    return judged(people.tree(tmp_path / "tree", files), **options)


def manifest(files=(), items=(), **more):
    """A manifest of ours. files: (member, evidence) pairs; items: dicts with at least id and status."""
    document = {
        "schema": "saishu/manifest/1", "tool": {"name": "saishu", "version": "0.1.0"}, "platform": "linux",
        "run": {"host": "vm01", "started": "2024-05-02T00:00:00Z", "state": "complete"},
        "scenarios": [{"id": "azure-vm", "chosen_by": "detected", "reasons": []}], "facts": [], "warnings": [],
        "items": [{"need": "required", "reason": None, "gaps": {}, **item} for item in items],
        "files": [{"path": "/" + m, "member": m, "evidence": list(ids), "outcome": "collected"} for m, ids in files],
        **more,
    }  # fmt: skip
    return json.dumps(document).encode()


def test_facts_name_file_line_and_confidence(tmp_path):
    found = of_tree(tmp_path, {**e.LINUX, "etc/os-release": e.OS_RELEASE})
    facts = {fact.id: fact for fact in found.facts}
    extension = "var/log/azure/Microsoft.Azure.RecoveryServices.VMSnapshotLinux/extension.log"
    subscription = facts["env.subscription_id"]
    assert (subscription.value, subscription.confidence) == (e.SUBSCRIPTION, "certain")
    assert (subscription.source.path, subscription.source.line) == (extension, 2)
    assert (facts["env.vault_name"].value, facts["env.vault_name"].confidence) == ("example-vault", "likely")
    assert facts["env.os"].value == "Ubuntu 22.04.4 LTS"
    assert f"{extension}:2" in found.item("env.subscription_id").reason.text["ja"]


def test_a_guess_is_no_answer_where_it_is_required(tmp_path):
    found = of_tree(tmp_path, {"var/log/syslog": e.SYSLOG, "etc/hostname": b"vm01\n"})
    item = found.item("env.vm_name")
    assert (item.status, item.value, item.reason.id) == ("partial", "vm01", "fact_hint")


def test_the_newest_value_in_a_file_counts_and_the_commonest_of_several_files(tmp_path):
    line = "/subscriptions/{}/resourceGroups/rg/providers/Microsoft.RecoveryServices/vaults/v-one\n"
    other = "99999999-9999-9999-9999-999999999999"
    log = (line.format(other) + line.format(e.SUBSCRIPTION)).encode()
    folder = "var/log/azure/Microsoft.Azure.RecoveryServices.VMSnapshotLinux"
    found = of_tree(tmp_path, {f"{folder}/extension.log": log, f"{folder}/extension2.log": log, "var/log/waagent.log": (
        line.format(other).encode())})  # fmt: skip
    assert found.item("env.subscription_id").value == e.SUBSCRIPTION


def test_facts_are_found_at_the_end_of_a_large_file(tmp_path):
    filler = b"2024-05-01T03:06:52.123456Z INFO ExtHandler nothing to see\n" * 20000
    found = of_tree(tmp_path, {"var/log/waagent.log": filler + e.EXTENSION + b"x\n"})
    item = found.item("env.subscription_id")
    assert (item.value, item.files) == (e.SUBSCRIPTION, ("var/log/waagent.log",))


def test_given_facts_win_and_odd_ones_are_said(tmp_path):
    facts = [
        {"id": "env.subscription_id", "value": "none", "source": "person"},
        {"id": "env.vault_name", "value": "my-vault", "source": "person"},
    ]
    found = of_tree(tmp_path, {**e.LINUX, "manifest.json": manifest(facts=facts)})
    items = {name: found.item(name) for name in ("env.subscription_id", "env.vault_name")}
    assert [item.status for item in items.values()] == ["complete", "complete"]
    assert [item.reason.id for item in items.values()] == ["fact_odd", "fact_given"]
    assert items["env.vault_name"].value == "my-vault"


def test_file_recovery_asks_for_another_machine(tmp_path):
    files = {**e.ILR_LINUX, "etc/hostname": b"restore01\n", "etc/os-release": e.OS_RELEASE}
    found = of_tree(tmp_path, files)
    assert found.item("env.vm_name").value == "vm01"
    assert found.item("env.restore_vm_name").value == "restore01"
    assert found.item("env.restore_os").status == "complete"
    assert found.item("env.os").status == "missing"


FAILED = datetime(2024, 4, 30, 12, 0, tzinfo=UTC)


def age(path, moment):
    os.utime(path, (moment.timestamp(), moment.timestamp()))


@pytest.mark.parametrize(
    ("log", "reaches"),
    [
        (b"2024-05-01T03:06:52Z vm01 systemd[1]: x\n" * 5, False),
        (b"2024-05-01T03:06:52+09:00 vm01 systemd[1]: x\n" * 5, False),
        (b"2024-04-29T03:06:52Z vm01 systemd[1]: x\n" * 5, True),
        (b"2024-05-01 01:00:00 without a zone: up to 14 hours off\n", True),
        (b"2024-05-01 03:00:00 without a zone: certainly later\n", False),
        (b"May  1 03:06:52 vm01 systemd[1]: no year, so nothing is said\n", True),
    ],
)
def test_a_log_that_begins_after_the_failure_is_partial(tmp_path, log, reaches):
    tree = people.tree(tmp_path / "tree", {**e.LINUX, "var/log/syslog": log})
    found = judged(tree, failure_time=FAILED)
    item = found.item("linux.syslog")
    assert (item.status, item.reason.id) == (("complete", "there") if reaches else ("partial", "begins_late"))
    told = [line for one in found.warnings if one.id == "log-starts-late" for line in one.evidence]
    assert any(line.startswith("linux.syslog") for line in told) is not reaches


def test_an_older_rotation_or_an_old_file_time_makes_a_log_reach_back(tmp_path):
    late = b"2024-05-01T03:06:52Z vm01 systemd[1]: x\n" * 5
    early = late.replace(b"05-01", b"04-01")
    tree = people.tree(tmp_path / "tree", {**e.LINUX, "var/log/syslog": late, "var/log/syslog.1": early})
    assert judged(tree, failure_time=FAILED).item("linux.syslog").status == "complete"
    tree = people.tree(tmp_path / "other", {**e.LINUX, "var/log/syslog": late, "var/log/syslog.1": b"May  1 x\n"})
    age(tree / "var/log/syslog.1", datetime(2024, 4, 1, tzinfo=UTC))
    assert judged(tree, failure_time=FAILED).item("linux.syslog").status == "complete"


def test_the_failure_time_of_the_manifest_is_used(tmp_path):
    late = b"2024-05-01T03:06:52Z vm01 systemd[1]: x\n" * 5
    run = {"host": "vm01", "started": "x", "options": {"failure_time": "2024-04-30T12:00:00Z"}}
    files = {**e.LINUX, "var/log/syslog": late, "manifest.json": manifest(run=run)}
    assert of_tree(tmp_path, files).item("linux.syslog").reason.id == "begins_late"


def test_an_event_log_tells_its_first_record(tmp_path):
    files = {**e.MARS_EVENTS, **e.MARS_AGENT}
    assert of_tree(tmp_path, files, failure_time=FAILED).item("windows.eventlog.system").status == "complete"
    long_ago = datetime(2024, 1, 1, tzinfo=UTC)
    late = {**files, "events/System.evtx": e.evtx(moment=134_000_000_000_000_000)}
    del late["events/System.csv"]
    found = judged(people.tree(tmp_path / "late", late), failure_time=long_ago)
    reasons = found.item("windows.eventlog.system").reason.text["en"]
    assert "begins at 2025-08-18" in reasons
    assert "Missing from it" in reasons


def test_wrong_vm_by_a_name_that_was_given(tmp_path):
    facts = [{"id": "env.vm_name", "value": "vm77", "source": "person"}]
    found = of_tree(tmp_path, {**e.LINUX, "manifest.json": manifest(facts=facts)})
    warned = {one.id: one for one in found.warnings}
    assert "wrong-vm" in warned
    assert any("vm77" in line for line in warned["wrong-vm"].evidence)
    assert any("vm01" in line for line in warned["wrong-vm"].evidence)


def test_a_long_vm_name_may_be_cut_to_a_windows_host_name(tmp_path):
    facts = [{"id": "env.vm_name", "value": "example-long-vm-name-01", "source": "imds"}]
    run = {"host": "EXAMPLE-LONG-VM", "started": "x"}
    found = of_tree(tmp_path, {"manifest.json": manifest(facts=facts, run=run), "var/log/apt/history.log": b"x"})
    assert found.warnings == ()


def test_hana_behind_a_virtual_host_name_is_one_machine(tmp_path):
    files = {path.replace("hana01", "hanavip"): data for path, data in {**e.LINUX, **e.HANA}.items()}
    found = of_tree(tmp_path, files)
    assert (found.hosts, found.warnings) == (("vm01",), ())


def test_two_hana_hosts_are_two_machines(tmp_path):
    second = {path.replace("hana01", "hana02"): data for path, data in e.HANA.items()}
    found = of_tree(tmp_path, {**e.LINUX, **e.HANA, **second})
    assert [one.id for one in found.warnings] == ["mixed-machines"]
    assert {"hana01", "hana02"} < set(found.hosts)


def test_a_log_server_names_many_hosts_and_is_one_machine(tmp_path):
    lines = b"".join(b"May  1 03:06:52 %s sshd[1]: x\n" % host for host in [b"vm01"] * 10 + [b"switch1", b"switch2"])
    assert of_tree(tmp_path, {**e.LINUX, "var/log/syslog": lines}).warnings == ()


def test_warnings_of_the_collector_are_passed_on(tmp_path):
    seen = [{"id": "disk-full", "evidence": ["/: 99 % used, 3 MiB free"]}, {"id": "clock-off", "evidence": ["+90 s"]}]
    found = of_tree(tmp_path, {**e.LINUX, "manifest.json": manifest(warnings=seen)})
    assert [(one.id, one.evidence) for one in found.warnings] == [
        ("clock-off", ("+90 s",)),
        ("disk-full", ("/: 99 % used, 3 MiB free",)),
    ]


def test_an_agent_below_the_minimum_is_warned_of(tmp_path):
    old = b"2024-05-01T03:06:52.123456Z INFO Daemon Agent WALinuxAgent-2.2.45 is running as the goal state agent\n"
    found = of_tree(tmp_path, {**e.LINUX, "var/log/waagent.log": old})
    assert [one.id for one in found.warnings] == ["old-agent"]
    assert "2.2.45 < 2.2.53.1" in found.warnings[0].evidence[0]


def test_gaps_that_the_collector_recorded_make_an_item_partial(tmp_path):
    item = {"id": "linux.syslog", "status": "partial", "reason": "not_permitted", "gaps": {"not_permitted": 2}}
    listed = [("var/log/syslog", ["linux.syslog"])]
    document = json.loads(manifest(listed, [item]))
    document["files"].append(
        {"path": "/var/log/syslog.1", "evidence": ["linux.syslog"], "outcome": "denied", "reason": "not_permitted"}
    )
    files = {**e.LINUX, "manifest.json": json.dumps(document).encode()}
    found = of_tree(tmp_path, files).item("linux.syslog")
    assert (found.status, found.reason.id) == ("partial", "collector_gaps")
    assert "/var/log/syslog.1" in found.reason.text["en"]
    assert "アクセス権" in found.reason.text["ja"]


def test_files_taken_out_after_the_collection_are_missed(tmp_path):
    listed = [("var/log/waagent.log", ["linux.waagent_log"]), ("var/log/waagent.log.1", ["linux.waagent_log"])]
    gone = [("var/log/syslog", ["linux.syslog"])]
    items = [{"id": name, "status": "complete"} for name in ("linux.waagent_log", "linux.syslog")]
    found = of_tree(tmp_path, {"var/log/waagent.log": e.WAAGENT, "manifest.json": manifest(listed + gone, items)})
    assert (found.item("linux.waagent_log").status, found.item("linux.waagent_log").reason.id) == (
        "partial", "removed_since",
    )  # fmt: skip
    assert (found.item("linux.syslog").status, found.item("linux.syslog").reason.id) == ("missing", "removed_all")


def test_the_manifest_of_a_run_that_died_lets_its_files_speak(tmp_path):
    document = json.loads(manifest([("var/log/syslog", ["linux.syslog"])]))
    document["run"]["state"] = "recovered"
    document["files"][0].update(outcome="truncated", reason="interrupted")
    found = of_tree(tmp_path, {**e.LINUX, "manifest.json": json.dumps(document).encode()})
    assert found.item("linux.syslog").reason.id == "collector_gaps"
    assert found.item("linux.waagent_log").status == "complete"


def test_what_the_machine_does_not_have_is_told_apart_from_what_was_not_sent(tmp_path):
    items = [
        {"id": "linux.waagent_log", "status": "missing", "reason": "no_such_file"},
        {"id": "linux.azure_logs", "status": "missing", "reason": "not_permitted"},
        {"id": "linux.journal", "status": "not_applicable", "reason": "no_such_file", "need": "if_present"},
    ]
    files = {"var/log/syslog": e.SYSLOG, "manifest.json": manifest([("var/log/syslog", ["linux.syslog"])], items)}
    found = of_tree(tmp_path, files)
    told = {item.id: item.reason.id for item in found.items}
    assert told["linux.waagent_log"] == "not_on_machine"
    assert told["linux.azure_logs"] == "collector_missing"
    assert told["linux.journal"] == "not_on_machine_optional"


def test_two_manifests_of_two_machines(tmp_path):
    first = {f"a/{path}": data for path, data in e.LINUX.items()}
    second = {"a/manifest.json": manifest(), "b/manifest.json": manifest(run={"host": "vm02", "started": "x"})}
    found = of_tree(tmp_path, {**first, **second})
    assert found.hosts == ("vm01", "vm02")
    assert [one.id for one in found.warnings] == ["mixed-machines"]


def test_the_manifest_may_name_several_scenarios(tmp_path):
    chosen = [{"id": "sap-hana", "chosen_by": "detected", "reasons": []}, {"id": "ilr", "chosen_by": "detected"}]
    found = of_tree(tmp_path, {**e.LINUX, **e.HANA, "manifest.json": manifest(scenarios=chosen)})
    assert (found.scenario, found.scenarios) == ("sap-hana", ("sap-hana", "ilr"))
    assert {"hana.backup_log", "ilr.folder"} < {item.id for item in found.items}


@pytest.mark.parametrize(
    "spoiled",
    [
        {"items": "x", "files": [1, None, {"evidence": 3}], "facts": {"a": 1}, "run": [], "scenarios": [1]},
        {"items": [{"id": 1, "gaps": "x"}], "warnings": [{"id": "no-such-warning"}], "platform": "linux"},
        {"scenarios": [{"id": "no-such-scenario"}], "files": [{"evidence": ["a"], "member": "../../x"}]},
    ],
)
def test_a_manifest_that_somebody_edited_spoils_nothing(tmp_path, spoiled):
    files = {**e.LINUX, "manifest.json": json.dumps({"schema": "saishu/manifest/1", **spoiled}).encode()}
    found = of_tree(tmp_path, files)
    assert found.item("linux.syslog").status == "complete"


def test_our_own_list_of_certificates_answers_for_what_is_absent(tmp_path):
    listed = [("certificates/my.txt", ["certificates.personal"])]
    mars = {"scenarios": [{"id": "mars", "chosen_by": "detected", "reasons": []}], "platform": "windows"}
    files = {"certificates/my.txt": e.CB_VAULT, "manifest.json": manifest(listed, **mars)}
    item = of_tree(tmp_path, files).item("certificates.personal")
    assert (item.status, item.reason.id) == ("complete", "not_in_store")
    assert "CB_<host>" in item.reason.text["en"]


def test_a_list_without_a_name_is_not_taken_for_that_of_another_store(tmp_path):
    found = of_tree(tmp_path, {**e.MARS_AGENT, "list.txt": e.roots(scenes.ROOTS)})
    assert found.item("certificates.root").status == "complete"
    assert (found.item("certificates.personal").status, found.item("certificates.personal").reason.id) == (
        "missing", "list_of_another_store",
    )  # fmt: skip


def test_tenants_that_only_the_logs_speak_of(tmp_path):
    log = e.BACKINT_LOG + b'  input:\n#PIPE "/usr/sap/HXE/SYS/global/hdb/backint/DB_PRD/2024_databackup"\n'
    found = of_tree(tmp_path, {**e.HANA, f"{e.TRACE}/backint.log": log})
    assert "PRD (HXE/HDB00/hana01)" in found.item("hana.backup_log").reason.text["en"]


def test_hana_logs_in_one_archive_for_each_unit_belong_together(tmp_path):
    backup = {path: data for path, data in e.HANA.items() if path.endswith("backup.log")}
    backint = {path.replace("backup", "backint").replace("hana/shared", "usr/sap"): e.BACKINT_LOG for path in backup}
    found = of_tree(tmp_path, {"backup.zip": e.inner_zip(backup), "backint.zip": e.inner_zip(backint)})
    assert (found.item("hana.backup_log").status, found.item("hana.backint_log").status) == ("complete", "complete")


def test_a_locked_archive_opens_with_the_password(tmp_path):
    scene = next(one for one in scenes.SCENES if one.packed == "locked")
    if not people.has("zip"):
        pytest.skip("the program zip is not on this machine")
    path = scenes.build(scene, tmp_path)
    assert judged(path, passwords=[b"example-password"]).item("windows.eventlogs").status == "complete"


def test_the_manifest_lists_nothing_of_ours_as_unmapped(tmp_path):
    own = dict.fromkeys(("plan.json", "environment.json", "run.log", "summary.ja.txt", "summary.html"), b"x")
    found = of_tree(tmp_path, {**e.LINUX, **own, "manifest.json": manifest(), "notes from us.txt": b"x"})
    assert found.unmapped == ("notes from us.txt",)


def test_an_unknown_scenario_is_refused(tmp_path):
    with pytest.raises(WrongScenarioError, match="no-such"):
        of_tree(tmp_path, e.LINUX, scenarios=["no-such"])


def test_a_scenario_without_the_bundle_s_system_asks_for_its_own(tmp_path):
    found = of_tree(tmp_path, e.LINUX, scenarios=["mars"])
    assert (found.platform, found.complete) == ("windows", False)
    assert "Windows" in found.platform_reason["en"]
    assert found.item("mars.agent_logs").status == "missing"


REAL = ["system.evtx", "2-vss_7-System.evtx", "plaso-System.evtx"]


@pytest.mark.parametrize("name", REAL)
def test_real_event_logs_with_another_name_are_recognised(tmp_path, shared, name):
    files = {**e.MARS_AGENT, "logs/a.evtx": (shared / "evtx" / name).read_bytes(), "logs/System.csv": e.CSV}
    found = of_tree(tmp_path, files)
    assert found.item("windows.eventlog.system").status == "complete"
    assert found.item("windows.eventlog.application").status == "missing"


def test_real_event_logs_of_two_computers(tmp_path, shared):
    folder = "C/Windows/System32/winevt/Logs"
    files = {
        f"{folder}/System.evtx": (shared / "evtx" / "system.evtx").read_bytes(),
        f"{folder}/Application.evtx": (shared / "evtx" / "Application_no_crc32.evtx").read_bytes(),
    }
    found = of_tree(tmp_path, files)
    assert [one.id for one in found.warnings] == ["mixed-machines"]
    assert len(found.hosts) == 2
