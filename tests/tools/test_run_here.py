"""`make run`: missing evidence is a result and exits 0; a job that did not work does not."""

import os
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "tools" / "run_here.sh"

# Stands in for `python -m saishu VERB …`; writes what the verb would, and ends as CODE_<verb> says.
STAND_IN = """#!/bin/sh
verb=$3
case $verb in
    collect) [ -n "$WRITE_NOTHING" ] || : >"$6/saishu_host_azure-vm_20261124T070000Z.zip" ;;
    check) echo "checked $4" ;;
    report) : >"$6" ;;
esac
eval "exit \\${CODE_$verb:-0}"
"""


@pytest.fixture
def run_here(tmp_path):
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(STAND_IN)
    python.chmod(0o755)

    def run(write_nothing="", **codes):
        environ = dict(os.environ, WRITE_NOTHING=write_nothing)
        environ.update({f"CODE_{verb}": str(code) for verb, code in codes.items()})
        return subprocess.run(
            ["/bin/sh", str(SCRIPT)], cwd=tmp_path, env=environ, capture_output=True, text=True, check=False
        )

    return run


def test_a_complete_collection_says_where_things_are(run_here, tmp_path):
    done = run_here()
    assert done.returncode == 0, done.stderr
    assert "Bundle:  out/saishu_host_azure-vm_20261124T070000Z.zip" in done.stdout
    assert "checked out/saishu_host_azure-vm_20261124T070000Z.zip" in done.stdout
    assert "The job itself worked" not in done.stdout
    assert (tmp_path / "out" / "report.html").exists()
    assert (tmp_path / "out" / "check.txt").exists()


@pytest.mark.parametrize(("verb", "code"), [("collect", 1), ("check", 1), ("check", 4)])
def test_missing_evidence_is_explained_and_no_failure(run_here, verb, code):
    done = run_here(**{verb: code})
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("The job itself worked; some evidence") == 1


@pytest.mark.parametrize(("verb", "code"), [("collect", 5), ("check", 3), ("report", 2)])
def test_a_job_that_did_not_work_ends_with_its_code(run_here, verb, code):
    done = run_here(**{verb: code})
    assert done.returncode == code
    assert f"ended with exit code {code}" in done.stderr


def test_a_bundle_of_an_earlier_run_is_not_taken_for_a_new_one(run_here, tmp_path):
    old = tmp_path / "out" / "saishu_old.zip"
    old.parent.mkdir()
    old.touch()
    os.utime(old, (1, 1))
    done = run_here(write_nothing="yes", collect=4)
    assert done.returncode == 4
    assert "wrote no bundle" in done.stderr
