"""A collection from a quiet tree: everything in it, complete, under every Python."""

import importlib.util
import json

import pytest

from e2e_collect.running import SET_FACTS
from e2e_collect.trees import everything_below, grow, log_lines, noise


def test_a_quiet_tree_is_complete_byte_for_byte(collector, tree, out):
    done = collector.collect(out, *SET_FACTS, root=tree)
    assert done.code == 0, done.err
    bundle = done.bundle()
    assert bundle.state == "complete"
    wanted = everything_below(tree, "var/log")
    assert len(wanted) == 6
    for path, data in wanted.items():
        entry = bundle.entry(path)
        assert (entry["outcome"], entry["consistency"]) == ("collected", "stable")
        assert entry["member"] == path.lstrip("/")
        assert bundle.content(path) == data
    assert bundle.scenarios == ["azure-vm"]
    assert bundle.manifest["run"]["host"] == "web01"
    assert bundle.item("linux.syslog")["status"] == "complete"
    assert bundle.item("env.vm_name")["value"] == "example-vm"
    assert "[missing]" not in done.err


def test_without_the_facts_it_is_partial_and_says_how_to_supply_them(collector, tree, out):
    done = collector.collect(out, root=tree)
    assert done.code == 1
    assert done.bundle().state == "partial"
    assert "--set env.vault_name=" in done.err


def test_json_is_one_document_on_stdout_and_nothing_on_stderr(collector, tree, out):
    done = collector.collect(out, "--json", *SET_FACTS, root=tree)
    assert (done.code, done.err) == (0, "")
    said = json.loads(done.out)
    bundle = done.bundle()
    assert said["schema"] == "saishu/collect/1"
    assert said["bundle"] == str(bundle.path)
    assert said["size"] == bundle.path.stat().st_size
    assert said["members"] == len(bundle.names)
    assert said["complete"] is True
    assert [item["id"] for item in said["items"]] == [item["id"] for item in bundle.manifest["items"]]


def test_a_dry_run_says_what_would_be_done_and_writes_nothing(collector, tree, out):
    done = collector.collect(out, "--dry-run", "--json", root=tree)
    assert done.code == 0, done.err
    plan = json.loads(done.out)
    assert plan["schema"] == "saishu/plan/1"
    assert [one["id"] for one in plan["scenarios"]] == ["azure-vm"]
    items = {item["id"]: item for item in plan["items"]}
    assert items["linux.syslog"]["files"] == 3
    assert plan["bytes"] >= sum(map(len, everything_below(tree, "var/log").values()))
    assert "env.vault_name" in plan["questions"]
    assert done.left == []


def test_a_dry_run_does_not_even_make_the_folder(newest, tree, out):
    done = newest.collect(out / "new", "--dry-run", root=tree)
    assert done.code == 0, done.err
    assert not (out / "new").exists()


def test_two_runs_in_the_same_second_do_not_overwrite_each_other(newest, tree, out):
    for _ in range(4):
        assert newest.collect(out, *SET_FACTS, root=tree).code == 0
    names = sorted(path.name for path in out.iterdir())
    assert len(names) == 4, names


def test_the_archive_is_private(newest, tree, out):
    bundle = newest.collect(out, root=tree).bundle()
    assert bundle.path.stat().st_mode & 0o777 == 0o600


def test_nothing_in_the_tree_is_changed(newest, tree, out):
    """Not even the access times: the machine's own evidence stays as it is."""

    def state():
        found = {}
        for path in sorted(tree.rglob("*")):
            status = path.lstat()
            found[path] = (status.st_mtime_ns, status.st_atime_ns if path.is_file() else 0, status.st_size)
        return found

    before = state()
    assert newest.collect(out, root=tree).code == 1
    assert state() == before


def test_the_minimum_leaves_the_rest_of_var_log_out(newest, tree, out):
    done = newest.collect(out, "--minimum", *SET_FACTS, root=tree)
    assert done.code == 0, done.err
    bundle = done.bundle()
    assert not bundle.all_entries("/var/log/dpkg.log")
    assert bundle.entry("/var/log/syslog.2.gz")["outcome"] == "collected"
    assert bundle.entry("/var/log/waagent.log")["outcome"] == "collected"


def test_isal_gives_the_same_content(newest, tree, out):
    """With the accelerator installed the bytes that come out again are the same."""
    if importlib.util.find_spec("isal") is None:
        pytest.skip("isal is not installed in this environment")
    grow(tree, {"var/log/large.log": log_lines(5 << 20), "var/log/large.bin": noise(3 << 20)})
    done = newest.run([part for part in newest.command(out, *SET_FACTS, root=tree) if part != "-I"], out)
    bundle = done.bundle()
    assert bundle.manifest["tool"]["packed_with"] == "isal"
    for path, data in everything_below(tree, "var/log").items():
        assert bundle.content(path) == data
