"""Whatever is sent: `check` ends with an answer, and its answer holds together."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bundles import evidence as e
from bundles import people, scenes
from bundles.hostile import BUILDERS
from drawing import drawn
from saishu.bundle import BundleError, open_bundle
from saishu.check import judge_bundle
from saishu.report import check_document, write_check, write_letter
from saishu_collect import catalogue

KNOWN = catalogue.load()
POOL = {**e.LINUX, **e.HANA, **scenes.MARS_ALL, **scenes.TSS_ALL, **e.ILR_LINUX, **e.ILR_WINDOWS}
SCENARIOS = sorted(KNOWN["scenarios"])


def held_together(found):
    """What must hold for every judgement."""
    settled = [item.status in ("complete", "not_applicable") for item in found.items if item.need == "required"]
    assert found.complete == all(settled)
    for item in found.items:
        assert set(item.reason.text) == {"en", "ja"}
        assert all(item.reason.text.values())
        assert item.status != "missing" or not item.files or item.reason.id in ("no_trace", "list_of_another_store")
        assert item.satisfied_by is None or item.status == "complete"
    for lang in ("en", "ja"):
        assert check_document(found, KNOWN, lang)["complete"] == found.complete
        assert write_check(found, KNOWN, lang)
        assert write_letter(found, KNOWN, lang).body


@pytest.mark.parametrize("name", sorted(BUILDERS))
def test_hostile_bundles_end_with_an_answer_or_a_refusal(name, tmp_path):
    file_name, build, _ = BUILDERS[name]
    path = tmp_path / file_name
    build(path)
    code = "E3"
    try:
        with open_bundle(path) as bundle:
            held_together(judge_bundle(bundle, KNOWN))
        assert "</html>" in drawn(path)[1]
    except BundleError as refusal:
        code = refusal.code
    assert code.startswith("E3")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_any_heap_of_evidence_gives_an_answer_that_holds_together(tmp_path_factory, data):
    chosen = data.draw(st.lists(st.sampled_from(sorted(POOL)), unique=True, max_size=25))
    cut = data.draw(st.lists(st.integers(0, 200), min_size=len(chosen), max_size=len(chosen)))
    flat = data.draw(st.booleans())
    files = {}
    for path, size in zip(chosen, cut, strict=True):
        files[path.rpartition("/")[2] if flat else path] = POOL[path] if size > 60 else POOL[path][:size]
    scenario = data.draw(st.sampled_from([(), *((name,) for name in SCENARIOS)]))
    with open_bundle(people.tree(tmp_path_factory.mktemp("heap"), files)) as bundle:
        held_together(judge_bundle(bundle, KNOWN, scenario))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_another_whole_file_never_makes_an_item_worse(tmp_path_factory, data):
    """For scenario mars: no item gets worse when a file of the whole set is added to what is there."""
    every = sorted(scenes.MARS_ALL)
    some = set(data.draw(st.lists(st.sampled_from(every), unique=True, max_size=len(every))))
    more = data.draw(st.sampled_from(every))
    before, after = _status(tmp_path_factory, some), _status(tmp_path_factory, some | {more})
    order = ["complete", "not_applicable", "partial", "unknown", "missing"]
    worse = {
        name for name in before
        if order.index(after[name]) > order.index(before[name])
        # The first file that shows an Azure VM makes wanted what is only wanted there.
        and not (before[name] == "not_applicable" and name in _AZURE_ONLY)
    }  # fmt: skip
    assert worse == set()


_AZURE_ONLY = {
    "env.vm_name",
    "env.vm_resource_group",
    "windows.azure_logs",
    "windows.azure_plugins",
    "env.agent_version",
}


def _status(factory, paths):
    files = {path: scenes.MARS_ALL[path] for path in paths}
    with open_bundle(people.tree(factory.mktemp("set"), files)) as bundle:
        return {item.id: item.status for item in judge_bundle(bundle, KNOWN, ("mars",)).items}
