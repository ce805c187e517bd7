"""The collector's view of the knowledge: order, includes, conditions, platforms."""

import json
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saishu_collect import catalogue as room

UNITS = {"env.a": "any", "env.b": "any", "linux.a": "linux", "linux.b": "linux", "windows.a": "windows"}


def scenario(needs, includes=(), platforms=("linux", "windows")):
    return {"needs": list(needs), "includes": list(includes), "platforms": list(platforms)}


def need(unit_id, strength="required", **more):
    return dict(id=unit_id, need=strength, **more)


def small_catalogue(**scenarios):
    return {"evidence": {name: {"id": name, "platform": own} for name, own in UNITS.items()}, "scenarios": scenarios}


def ids(needs):
    return [entry["id"] for entry in needs]


def test_load_gives_the_declared_parts():
    catalogue = room.load()
    assert catalogue["schema"] == room.SCHEMA
    assert set(catalogue) == {"schema", "version", "evidence", "scenarios", "warnings", "lists", "phrases"}
    assert set(catalogue["phrases"]) == {"en", "ja"}


def test_load_gives_a_fresh_copy_each_time():
    room.load()["evidence"].clear()
    assert room.load()["evidence"]


def test_load_refuses_another_schema(monkeypatch):
    monkeypatch.setattr(room.pkgutil, "get_data", lambda *_: b'{"schema": "saishu/catalogue/2"}')
    with pytest.raises(room.CatalogueError, match="saishu/catalogue/2"):
        room.load()


def test_load_says_when_the_file_is_not_there(monkeypatch):
    monkeypatch.setattr(room.pkgutil, "get_data", lambda *_: None)
    with pytest.raises(room.CatalogueError, match="not in this copy"):
        room.load()


def test_load_works_inside_a_zip(tmp_path, monkeypatch):
    package = Path(room.__file__).parent
    archive = tmp_path / "program.zip"
    with zipfile.ZipFile(archive, "w") as out:
        for name in ("__init__.py", "catalogue.py", "catalogue.json"):
            out.write(package / name, "zipped_collect/" + name)
    monkeypatch.syspath_prepend(str(archive))
    import zipped_collect.catalogue as zipped

    assert zipped.load() == room.load()


@pytest.mark.parametrize(
    ("own", "asked", "expected"),
    [
        ("any", "linux", True),
        ("linux", "linux", True),
        ("windows", "linux", False),
        ("windows", None, True),
    ],
)
def test_applies(own, asked, expected):
    assert room.applies({"platform": own}, asked) is expected


def test_needs_keep_their_order_and_their_platform():
    catalogue = small_catalogue(ground=scenario([need("linux.b"), need("env.a"), need("windows.a"), need("linux.a")]))
    assert ids(room.expand_scenario(catalogue, "ground", "linux")) == ["linux.b", "env.a", "linux.a"]
    assert ids(room.expand_scenario(catalogue, "ground", "windows")) == ["env.a", "windows.a"]
    everything = room.expand_scenario(catalogue, "ground", None)
    assert [entry["platform"] for entry in everything] == ["linux", "any", "windows", "linux"]


def test_a_need_of_one_platform_narrows_a_unit_of_any():
    catalogue = small_catalogue(ground=scenario([need("env.a", platform="windows")]))
    assert room.expand_scenario(catalogue, "ground", "linux") == []
    assert room.expand_scenario(catalogue, "ground", None)[0]["platform"] == "windows"


def test_an_entry_is_a_plain_dict_with_every_field():
    catalogue = small_catalogue(ground=scenario([need("linux.a", satisfied_by=["linux.b"])]))
    assert room.expand_scenario(catalogue, "ground", "linux") == [
        {
            "id": "linux.a",
            "need": "required",
            "satisfied_by": ["linux.b"],
            "preferred_over": [],
            "only_if": {},
            "platform": "linux",
            "scenario": "ground",
        }
    ]


def test_included_needs_come_first_and_keep_the_name_of_their_scenario():
    catalogue = small_catalogue(
        ground=scenario([need("env.a"), need("linux.a")]),
        special=scenario([need("linux.b")], [{"scenario": "ground"}]),
    )
    needs = room.expand_scenario(catalogue, "special", "linux")
    assert [(entry["id"], entry["scenario"]) for entry in needs] == [
        ("env.a", "ground"),
        ("linux.a", "ground"),
        ("linux.b", "special"),
    ]
    assert room.included_scenarios(catalogue, "special") == ["ground"]


def test_an_include_for_one_platform_brings_that_platform_only():
    catalogue = small_catalogue(
        ground=scenario([need("env.a"), need("linux.a"), need("windows.a")]),
        special=scenario([need("env.b")], [{"scenario": "ground", "platform": "windows"}]),
    )
    assert ids(room.expand_scenario(catalogue, "special", "linux")) == ["env.b"]
    assert ids(room.expand_scenario(catalogue, "special", "windows")) == ["env.a", "windows.a", "env.b"]
    assert ids(room.expand_scenario(catalogue, "special", None)) == ["env.a", "windows.a", "env.b"]


def test_an_included_scenario_of_another_platform_adds_nothing():
    catalogue = small_catalogue(
        ground=scenario([need("windows.a"), need("env.a")], platforms=["windows"]),
        special=scenario([need("env.b")], [{"scenario": "ground"}]),
    )
    assert ids(room.expand_scenario(catalogue, "special", "linux")) == ["env.b"]


@pytest.mark.parametrize("order", [("if_present", "required"), ("required", "if_present")])
def test_a_need_listed_twice_keeps_the_strongest(order):
    catalogue = small_catalogue(
        ground=scenario([need("env.a", order[0])]),
        special=scenario([need("env.a", order[1])], [{"scenario": "ground"}]),
    )
    (entry,) = room.expand_scenario(catalogue, "special", "linux")
    assert entry["need"] == "required"


def test_the_condition_of_the_including_scenario_is_kept():
    catalogue = small_catalogue(
        ground=scenario([need("env.a")]),
        special=scenario([need("env.a", only_if={"azure_vm": True})], [{"scenario": "ground"}]),
    )
    (entry,) = room.expand_scenario(catalogue, "special", "linux")
    assert entry["only_if"] == {"azure_vm": True}


def test_substitutes_of_both_listings_are_joined_without_repetition():
    catalogue = small_catalogue(
        ground=scenario([need("linux.a", satisfied_by=["linux.b"])]),
        special=scenario([need("linux.a", satisfied_by=["linux.b", "env.a"])], [{"scenario": "ground"}]),
    )
    (entry,) = room.expand_scenario(catalogue, "special", "linux")
    assert entry["satisfied_by"] == ["linux.b", "env.a"]


def test_scenarios_side_by_side_keep_a_condition_only_when_all_state_it():
    catalogue = small_catalogue(
        ground=scenario([need("env.a", "recommended")]),
        special=scenario([need("env.a", only_if={"azure_vm": True})]),
    )
    (entry,) = room.expand_scenarios(catalogue, ["special", "ground"], "linux")
    assert (entry["need"], entry["only_if"]) == ("required", {})


def test_a_diamond_of_includes_lists_everything_once():
    catalogue = small_catalogue(
        ground=scenario([need("env.a")]),
        left=scenario([need("linux.a")], [{"scenario": "ground"}]),
        right=scenario([need("linux.b")], [{"scenario": "ground"}]),
        top=scenario([], [{"scenario": "left"}, {"scenario": "right"}]),
    )
    assert ids(room.expand_scenario(catalogue, "top", "linux")) == ["env.a", "linux.a", "linux.b"]


def test_a_circle_is_an_error_not_an_endless_walk():
    catalogue = small_catalogue(
        one=scenario([], [{"scenario": "two"}]),
        two=scenario([], [{"scenario": "one"}]),
    )
    with pytest.raises(room.CatalogueError, match="one > two > one"):
        room.expand_scenario(catalogue, "one", "linux")


def test_a_platform_that_the_scenario_does_not_know_is_an_error_not_an_empty_list():
    catalogue = small_catalogue(ground=scenario([need("windows.a")], platforms=["windows"]))
    with pytest.raises(room.WrongPlatformError):
        room.expand_scenario(catalogue, "ground", "linux")
    assert not room.runs_on(catalogue, "ground", "linux")
    assert room.runs_on(catalogue, "ground", None)


def test_an_unknown_scenario_is_a_key_error():
    with pytest.raises(KeyError):
        room.expand_scenario(small_catalogue(), "nothing", "linux")


def test_expanding_leaves_the_catalogue_as_it_was():
    catalogue = small_catalogue(
        ground=scenario([need("linux.a", satisfied_by=["linux.b"])]),
        special=scenario([need("linux.a", satisfied_by=["env.a"])], [{"scenario": "ground"}]),
    )
    before = json.dumps(catalogue, sort_keys=True)
    room.expand_scenario(catalogue, "special", "linux")
    room.expand_scenarios(catalogue, ["special", "ground"], "linux")
    assert json.dumps(catalogue, sort_keys=True) == before


NEED_LISTS = st.lists(
    st.builds(need, st.sampled_from(sorted(UNITS)), st.sampled_from(room.NEEDS)),
    max_size=6,
    unique_by=lambda n: n["id"],
)


@given(ground=NEED_LISTS, special=NEED_LISTS, platform=st.sampled_from(["linux", "windows", None]))
def test_an_expansion_holds_every_applicable_need_once_and_at_its_strongest(ground, special, platform):
    catalogue = small_catalogue(ground=scenario(ground), special=scenario(special, [{"scenario": "ground"}]))
    expanded = room.expand_scenario(catalogue, "special", platform)
    strongest = {}
    for entry in ground + special:
        if room.applies(catalogue["evidence"][entry["id"]], platform):
            strongest[entry["id"]] = min(strongest.get(entry["id"], 9), room.NEEDS.index(entry["need"]))
    assert {entry["id"]: room.NEEDS.index(entry["need"]) for entry in expanded} == strongest
    assert len(expanded) == len(strongest)
