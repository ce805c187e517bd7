"""Bundles the way people make them: the verdict of every item, in every scenario, on both systems."""

import pytest

from bundles import people, scenes
from saishu.bundle import open_bundle
from saishu.check import judge_bundle
from saishu_collect import catalogue


@pytest.fixture(scope="module")
def known():
    return catalogue.load()


def judged(path, known, **options):
    with open_bundle(path) as bundle:
        return judge_bundle(bundle, known, **options)


@pytest.mark.parametrize("scene", scenes.SCENES, ids=lambda scene: scene.name.replace(" ", "_"))
def test_scene(scene, tmp_path, known):
    needed = {"tar": "tar", "locked": "zip"}.get(scene.packed)
    if needed and not people.has(needed):
        pytest.skip(f"the program {needed} is not on this machine")
    found = judged(scenes.build(scene, tmp_path), known, scenarios=scene.given)
    assert (found.scenario, found.platform) == (scene.scenario, scene.platform)
    status = {item.id: item.status for item in found.items}
    assert {name: status.get(name) for name in scene.items} == scene.items
    reasons = {item.id: item.reason.id for item in found.items}
    assert {name: reasons[name] for name in scene.reasons} == scene.reasons
    warned = {one.id for one in found.warnings}
    assert warned == set(scene.warnings) | (warned & {"old-agent"})


def test_every_scenario_and_both_systems_have_scenes(known):
    assert {scene.scenario for scene in scenes.SCENES} == set(known["scenarios"])
    assert {scene.platform for scene in scenes.SCENES} == {"linux", "windows", "both", "unknown"}
    assert len(scenes.SCENES) >= 40
