"""Files become evidence by manifest, path, name and content, in this order, wherever a person put them."""

import json

import pytest

from bundles import people
from bundles.rawzip import write_wide_zip
from saishu.bundle import Code, Limits, map_members, open_bundle
from saishu.bundle.globs import NameGlobs, PathGlobs
from saishu.model.bundle import MatchedBy

CATALOGUE = {
    "evidence": {
        "linux.var_log": {
            "recognise": {"path": ["var/log/**"]},
            "parts": [
                {"id": "system", "recognise": {"path": ["var/log/syslog*", "var/log/messages*"]}},
                {"id": "azure", "recognise": {"path": ["var/log/azure/**"]}},
            ],
        },
        "linux.syslog": {
            "recognise": {"path": ["var/log/syslog*", "var/log/messages*"], "name": ["syslog*"], "content": ["syslog"]}
        },
        "linux.azure_logs": {"recognise": {"path": ["var/log/azure/**"], "content": ["vmsnapshot_linux_log"]}},
        "linux.waagent_log": {
            "recognise": {"path": ["var/log/waagent.*"], "name": ["waagent.log*"], "content": ["waagent_log"]}
        },
        "windows.eventlogs": {"recognise": {"path": ["Windows/System32/winevt/Logs/**"], "content": ["evtx"]}},
        "windows.eventlog.system": {
            "recognise": {"path": ["winevt/Logs/System.evtx"]},
            "parts": [
                {"id": "evtx", "recognise": {"name": ["System.evtx", "*_System.evtx"], "content": ["evtx_system"]}},
                {"id": "csv", "recognise": {"name": ["System.csv", "システム.csv"], "content": ["event_csv_system"]}},
            ],
        },
        "windows.azure_logs": {"recognise": {"path": ["WindowsAzure/**"]}},
        "mars.agent_logs": {"recognise": {"path": ["Temp/CBEngine*.errlog"], "content": ["mars_errlog"]}},
        "ilr.disk_management": {"recognise": {"content": ["picture"]}},
        "certificates.personal": {"recognise": {"name": ["personal*.png"], "content": ["picture"]}},
        "env.os": {},
    }
}
PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)
SYSLOG = people.SYSLOG


def mapped(bundle, catalogue=None):
    """(path, evidence, part, how) of every match, and the paths that nothing claims."""
    mapping = map_members(bundle, catalogue or CATALOGUE)
    rows = {(match.member.path, match.evidence, match.part, match.by.value) for match in mapping.matches}
    assert len(rows) == len(mapping.matches)
    return rows, [member.path for member in mapping.unmapped]


def of_tree(tmp_path, files, catalogue=None):
    people.tree(tmp_path / "bundle", files)
    with open_bundle(tmp_path / "bundle") as bundle:
        return mapped(bundle, catalogue)


@pytest.mark.parametrize("front", ["", "C/", "C_drive/", "c$/", "採取 2024-05-01/vm01/C/", "case/D/backup of C/"])
def test_any_folders_in_front_and_any_case(tmp_path, front):
    files = {front + "Windows/System32/WINEVT/logs/SYSTEM.EVTX": b"x", front + "windowsazure/Logs/a/b.log": b"x"}
    rows, unmapped = of_tree(tmp_path, files)
    assert rows == {
        (front + "Windows/System32/WINEVT/logs/SYSTEM.EVTX", "windows.eventlogs", None, "path"),
        (front + "Windows/System32/WINEVT/logs/SYSTEM.EVTX", "windows.eventlog.system", "evtx", "path"),
        (front + "windowsazure/Logs/a/b.log", "windows.azure_logs", None, "path"),
    }
    assert unmapped == []


def test_a_word_inside_a_folder_name_is_no_path(tmp_path):
    rows, unmapped = of_tree(tmp_path, {"myvar/log/x": b"x", "notWindowsAzure/x": b"x", "var/logs/x": b"x"})
    assert rows == set()
    assert len(unmapped) == 3


def test_path_beats_name_beats_content(tmp_path):
    files = {"var/log/apt/syslog.png": PNG, "elsewhere/syslog.png": PNG, "elsewhere/shot.png": PNG}
    rows, _ = of_tree(tmp_path, files)
    assert rows == {
        ("var/log/apt/syslog.png", "linux.var_log", None, "path"),
        ("elsewhere/syslog.png", "linux.syslog", None, "name"),
        ("elsewhere/shot.png", "ilr.disk_management", None, "content"),
        ("elsewhere/shot.png", "certificates.personal", None, "content"),
    }


def test_weak_signatures_are_marked(tmp_path):
    people.tree(tmp_path, {"shot.png": PNG, "renamed.txt": SYSLOG})
    with open_bundle(tmp_path) as bundle:
        mapping = map_members(bundle, CATALOGUE)
    assert {(match.evidence, match.weak) for match in mapping.matches} == {
        ("ilr.disk_management", True),
        ("certificates.personal", True),
        ("linux.syslog", False),
    }


def test_parts_by_content_and_cut_files(tmp_path):
    table = "レベル,日付と時刻,ソース,イベント ID,タスクのカテゴリ\nエラー,x,Service Control Manager,7031,なし\n"
    files = {"イベント.csv": table.encode("cp932"), "host1_System.evtx.part": b"ElfFile\0", "var/log/syslog.part": b"x"}
    rows, unmapped = of_tree(tmp_path, files)
    assert rows == {
        ("イベント.csv", "windows.eventlog.system", "csv", "content"),
        ("host1_System.evtx.part", "windows.eventlog.system", "evtx", "name"),
        ("var/log/syslog.part", "linux.syslog", None, "path"),
        ("var/log/syslog.part", "linux.var_log", "system", "path"),
    }
    assert unmapped == []


def test_packed_text_is_recognised_by_what_it_holds(tmp_path):
    import gzip

    rows, _ = of_tree(tmp_path, {"old.gz": gzip.compress(people.WAAGENT * 5)})
    assert rows == {("old.gz", "linux.waagent_log", None, "content")}


def test_nested_archives_map_by_their_inner_paths(tmp_path):
    files = {"Logs.ZIP": people.zip_bytes({"Temp/CBEngineCurr.errlog": b"x", "readme": b"y"})}
    rows, unmapped = of_tree(tmp_path, files)
    assert rows == {("Logs.ZIP!/Temp/CBEngineCurr.errlog", "mars.agent_logs", None, "path")}
    assert unmapped == ["Logs.ZIP!/readme"]


def test_twins_are_both_recognised(tmp_path):
    from bundles.rawzip import Piece, write_zip

    path = tmp_path / "a.zip"
    path.write_bytes(write_zip([Piece(b"var/log/syslog", b"1"), Piece(b"var/log/syslog", b"2")]))
    with open_bundle(path) as bundle:
        rows, _ = mapped(bundle)
    assert {row[0] for row in rows if row[1] == "linux.syslog"} == {"var/log/syslog", "var/log/syslog<2>"}


@pytest.mark.parametrize("build", [people.tar_from_root, people.tar_from_inside, people.tar_from_home])
def test_the_log_tree_is_known_wherever_it_was_cut_off(tmp_path, build):
    if not people.has("tar"):
        pytest.skip("the program tar is not on this machine")
    with open_bundle(build(tmp_path / "a.tar.gz", "-z")) as bundle:
        rows, unmapped = mapped(bundle)
    assert unmapped == []
    found = {(evidence, part) for _, evidence, part, by in rows if by == "path"}
    assert found >= {
        ("linux.var_log", None),
        ("linux.var_log", "system"),
        ("linux.var_log", "azure"),
        ("linux.syslog", None),
        ("linux.azure_logs", None),
        ("linux.waagent_log", None),
    }


@pytest.mark.parametrize("name", ["WindowsAzure", "windowsazure.zip", "WindowsAzure.tar.gz"])
def test_the_name_of_the_bundle_is_a_folder_too(tmp_path, name):
    source = people.tree(tmp_path / "src" / "WindowsAzure", {"Logs/WaAppAgent.log": b"x"})
    path = tmp_path / "src" / name
    if name.endswith("zip"):
        path.write_bytes(people.zip_bytes({"Logs/WaAppAgent.log": b"x"}))
    elif name.endswith("gz"):
        people.run("tar", "-czf", str(path), "Logs", cwd=source)
    with open_bundle(path) as bundle:
        assert mapped(bundle)[0] == {("Logs/WaAppAgent.log", "windows.azure_logs", None, "path")}


def test_a_nested_archive_is_a_folder_of_its_name(tmp_path):
    rows, _ = of_tree(tmp_path, {"in/WindowsAzure.zip": people.zip_bytes({"Logs/a.log": b"x"})})
    assert rows == {("in/WindowsAzure.zip!/Logs/a.log", "windows.azure_logs", None, "path")}


def test_a_flat_heap_is_not_taken_for_a_tree(tmp_path):
    rows, _ = of_tree(tmp_path, {"syslog": SYSLOG, "waagent.log": people.WAAGENT, "shot.png": PNG})
    assert not any(evidence == "linux.var_log" for _, evidence, _, _ in rows)
    assert ("shot.png", "ilr.disk_management", None, "content") in rows


def test_other_trees_beside_a_cut_one_keep_their_own_paths(tmp_path):
    files = {
        "syslog": SYSLOG,
        "waagent.log": b"x",
        "azure/x/extension.log": b"x",
        "Windows/System32/winevt/Logs/a.evtx": b"x",
    }
    rows, _ = of_tree(tmp_path, files)
    assert {row[1] for row in rows if row[0].startswith("Windows")} == {"windows.eventlogs"}
    assert ("azure/x/extension.log", "linux.var_log", "azure", "path") in rows


def test_manifest_is_believed_first(tmp_path):
    manifest = {
        "schema": "saishu/manifest/1",
        "files": [
            {
                "path": "/odd/place.bin",
                "member": "odd/place.bin",
                "evidence": ["linux.waagent_log"],
                "outcome": "collected",
            },
            {
                "path": "/var/log/syslog",
                "member": "var/log/syslog",
                "evidence": ["linux.syslog"],
                "outcome": "collected",
            },
            {"path": "/gone", "evidence": ["linux.azure_logs"], "outcome": "missing"},
        ],
    }
    files = {
        "in a folder/manifest.json": json.dumps(manifest).encode(),
        "in a folder/run.log": b"x",
        "in a folder/odd/place.bin": b"\0\1",
        "in a folder/var/log/syslog": SYSLOG,
    }
    rows, unmapped = of_tree(tmp_path, files)
    assert rows == {
        ("in a folder/odd/place.bin", "linux.waagent_log", None, "manifest"),
        ("in a folder/var/log/syslog", "linux.syslog", None, "manifest"),
        ("in a folder/var/log/syslog", "linux.var_log", "system", "path"),
    }
    assert unmapped == []


def test_heads_are_read_up_to_a_limit_with_a_note(tmp_path):
    people.tree(tmp_path / "src", {f"{number:03}.unknown": b"nothing" for number in range(30)} | {"zz.log": SYSLOG})
    with open_bundle(tmp_path / "src", limits=Limits(heads=10)) as bundle:
        mapping = map_members(bundle, CATALOGUE)
    assert [match.member.path for match in mapping.matches] == ["zz.log"]
    assert [(note.code, dict(note.values)["count"]) for note in mapping.notes] == [(Code.HEADS_LIMIT, "21")]


def test_matches_of_one_unit(tmp_path):
    people.tree(tmp_path)
    with open_bundle(tmp_path) as bundle:
        mapping = map_members(bundle, CATALOGUE)
    assert [match.member.path for match in mapping.of("linux.waagent_log")] == ["var/log/waagent.log"]
    assert mapping.of("env.os") == ()
    assert mapping.of("linux.waagent_log")[0].by is MatchedBy.PATH


@pytest.mark.parametrize(
    ("glob", "path", "fits"),
    [
        ("var/log/azure/**", "var/log/azure/a/b", True),
        ("var/log/azure/**", "x/var/log/azure/a", True),
        ("var/log/azure/**", "var/log/azure", False),
        ("var/log/*", "var/log/a", True),
        ("var/log/*", "var/log/a/b", False),
        ("a/**/z.log", "a/z.log", True),
        ("a/**/z.log", "q/a/b/c/z.log", True),
        ("a/**/z.log", "a/b/z.logx", False),
        ("**/trace/DB_*/backup.log*", "x/trace/db_hxe/backup.log.1", True),
        ("HDB*/*/trace/backup.log*", "usr/sap/HXE/HDB90/host/trace/backup.log", True),
        ("HDB*/*/trace/backup.log*", "HDB90/trace/backup.log", False),
        ("C:\\WindowsAzure\\Logs\\*.log", "d/windowsazure/logs/x.log", True),
        ("/etc/os-release", "root/etc/os-release", True),
        ("*/status/[0-9]*.status", "x/status/12.status", True),
        ("*/status/[!0-9].status", "x/status/1.status", False),
        ("a?c", "b/abc", True),
        ("a?c", "b/a/c", False),
        ("*-20*/Scripts/**", "vm01-20220212151619/scripts/deep/x", True),
        ("manifest.json", "deep/in/manifest.json", True),
        ("Logs [x]/a", "logs x/a", True),
    ],
)
def test_globs(glob, path, fits):
    assert PathGlobs([(glob, "hit")]).claims(path.lower()) == (["hit"] if fits else [])


def test_name_globs():
    globs = NameGlobs([("waagent.log*", 1), ("*_System.evtx", 2), ("System.evtx", 3), ("a?", 4)])
    assert globs.claims("waagent.log.1") == [1]
    assert globs.claims("host_system.evtx") == [2]
    assert globs.claims("system.evtx") == [3]
    assert globs.claims("ab") == [4]
    assert globs.claims("syslog") == []


def test_one_hundred_thousand_members_map_in_a_second(tmp_path, repo):
    """With the real catalogue; the best of three, because other work shares the machine."""
    import time

    catalogue = json.loads((repo / "src/saishu_collect/catalogue.json").read_text(encoding="utf-8"))
    path = tmp_path / "wide.zip"
    write_wide_zip(path, 100_000, 100_000_000)
    with open_bundle(path) as bundle:
        spent = []
        for _ in range(3):
            begun = time.process_time()
            mapping = map_members(bundle, catalogue)
            spent.append(time.process_time() - begun)
        assert len(mapping.matches) + len(mapping.unmapped) >= 100_000
    assert min(spent) < 1.0, spent
