"""Whatever is in an archive, opening and reading it ends soon, in little memory, with a word, and touches nothing."""

import json
import os
import subprocess
import sys

import pytest

from bundles.hostile import BUILDERS

SECONDS, MEBIBYTES = 10, 200


@pytest.mark.parametrize("name", sorted(BUILDERS))
def test_hostile_bundle_ends_well(name, tmp_path, repo):
    file_name, build, codes = BUILDERS[name]
    bundle = tmp_path / "in" / file_name
    bundle.parent.mkdir()
    build(bundle)
    rooms = [tmp_path / room for room in ("temp", "home", "here")]
    for room in rooms:
        room.mkdir()
    before = sorted(bundle.parent.rglob("*"))
    found = _visit(bundle, repo, *rooms)
    assert not codes or set(codes) & set(found["codes"]), found
    assert found["seconds"] < SECONDS, found
    assert found["mebibytes"] < MEBIBYTES, found
    assert [sorted(room.iterdir()) for room in rooms] == [[], [], []]
    assert sorted(bundle.parent.rglob("*")) == before


def _visit(bundle, repo, temp, home, here):
    places = [str(repo / "src"), str(repo / "tests")]
    environment = {**os.environ, "TMPDIR": str(temp), "HOME": str(home), "PYTHONPATH": os.pathsep.join(places)}
    done = subprocess.run(
        [sys.executable, "-m", "bundles.visitor", str(bundle)],
        cwd=here, env=environment, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
