"""The list of what may be contacted: its form, its promises, and the names it makes for a region."""

import ast
import json
import re
from pathlib import Path

import jsonschema
import pytest
import yaml

from saishu_collect import catalogue, connectivity, endpoints, network, proxies, stages, verdicts

ROOT = Path(__file__).parents[2]
KNOWLEDGE = ROOT / "src/saishu_knowledge"
KNOWN = catalogue.load()
ENTRIES = KNOWN["lists"]["endpoints"]["endpoints"]
REGIONS = KNOWN["lists"]["geo_codes"]["regions"]


@pytest.mark.parametrize("name", ["endpoints", "geo_codes"])
def test_the_lists_have_their_form(name):
    schema = json.loads((KNOWLEDGE / "schema" / f"{name}.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    data = yaml.safe_load((KNOWLEDGE / "lists" / f"{name}.yaml").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema).validate(data)
    assert KNOWN["lists"][name] == data


def test_ids_regions_and_addresses_are_listed_once():
    ids = [entry["id"] for entry in ENTRIES]
    assert len(ids) == len(set(ids))
    addresses = [(entry["host"], entry["port"]) for entry in ENTRIES]
    assert len(addresses) == len(set(addresses))
    regions = [entry["region"] for entry in REGIONS]
    assert len(regions) == len(set(regions))


def test_scenarios_of_the_list_exist_and_the_network_scenario_has_the_most():
    named = {scenario for entry in ENTRIES for scenario in entry["scenarios"]}
    assert named <= set(KNOWN["scenarios"])
    place = endpoints.find_place(KNOWN, "japaneast")
    sizes = {name: len(endpoints.declare(KNOWN, [name], place, "linux")) for name in named}
    assert max(sizes, key=sizes.get) == "network"
    assert all(sizes.values())


def test_the_azure_host_is_always_asked_straight():
    for entry in ENTRIES:
        if entry["host"] in proxies.PLATFORM_ADDRESSES:
            assert (entry["proxy"], entry["service"], entry["only_on"]) == ("never", "platform", "azure")
    asked = {(entry["host"], entry["port"]) for entry in ENTRIES}
    assert {("168.63.129.16", 80), ("168.63.129.16", 32526), ("169.254.169.254", 80)} <= asked


def test_backup_of_a_vm_needs_no_internet():
    found = endpoints.declare(KNOWN, ["azure-vm"], endpoints.find_place(KNOWN, "japaneast"), "linux")
    assert {endpoint.host for endpoint in found} == set(proxies.PLATFORM_ADDRESSES)


def test_the_names_of_japan():
    hosts = {
        one.host for one in endpoints.declare(KNOWN, ["network"], endpoints.find_place(KNOWN, "Japan East"), "linux")
    }
    assert {
        "pod01-prot1.jpe.backup.windowsazure.com",
        "pod01-rec2.jpe.backup.windowsazure.com",
        "jpepod01fab1wxsas2j8q.blob.core.windows.net",
        "jpepod01fab1wxsas2j8q.queue.core.windows.net",
    } <= hosts
    west = endpoints.declare(KNOWN, ["ilr"], endpoints.find_place(KNOWN, "japanwest"), "windows")
    assert [(one.host, one.port) for one in west[1:]] == [
        ("pod01-rec2.jpw.backup.windowsazure.com", 443),
        ("pod01-rec2.jpw.backup.windowsazure.com", 3260),
    ]


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("vm02kensho_1_jpe_6591639015130036692_802427195716_899298aac7c04bf094ad68bfc5b9584ed206b94b62d965.py", "jpe"),
        ("ContosoVM_wcus_12345678.exe", "wcus"),
        ("my_ae_vm_1_jpw_6591639015130036692_1_2.py", "jpw"),
        ("IaaSVMILRExeForWindows.exe", None),
        ("vm_nowhere_6591639015130036692_1.py", None),
        ("jpe_6591639015130036692.py", None),
    ],
)
def test_the_name_of_a_recovery_script_tells_the_region_of_the_vault(name, code):
    assert endpoints.code_in_script_name(KNOWN, name) == code
    assert code is None or endpoints.find_place(KNOWN, code).geo == code


def test_a_code_is_no_region_of_another_name():
    names = {entry["region"] for entry in REGIONS}
    codes = [entry["geo"] for entry in REGIONS]
    assert names.isdisjoint(codes)
    assert len(codes) == len(set(codes))


def test_other_clouds_have_other_names():
    for region, backup, sign_in in [
        ("usgovvirginia", "pod01-prot1.ugv.backup.windowsazure.us", "login.microsoftonline.us"),
        ("chinaeast2", "pod01-prot1.sha2.backup.windowsazure.cn", "login.partner.microsoftonline.cn"),
    ]:
        hosts = [one.host for one in endpoints.declare(KNOWN, ["sql"], endpoints.find_place(KNOWN, region), "windows")]
        assert backup in hosts
        assert sign_in in hosts
        assert "login.microsoftonline.com" not in hosts


@pytest.mark.parametrize("entry", REGIONS, ids=lambda entry: entry["region"])
def test_every_region_makes_whole_names(entry):
    place = endpoints.find_place(KNOWN, entry["region"])
    for endpoint in endpoints.declare(KNOWN, ["network", "mars"], place, "windows"):
        if endpoint.missing:
            assert (endpoint.missing, entry["account"]) == ("no_account", None)
        else:
            assert re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)+", endpoint.host)


def test_without_a_region_only_what_needs_none_is_contacted():
    found = endpoints.declare(KNOWN, ["sap-hana"], endpoints.unknown_place(), "linux")
    assert {one.missing for one in found if "{" in one.host} == {"region_unknown"}
    assert {one.missing for one in found if "{" not in one.host} == {None}
    planned = network.declared(KNOWN, ["sap-hana"], None, "linux")
    assert planned
    assert all("{" not in one.host for one in planned)


def test_a_code_that_is_not_certain_makes_its_names_not_certain():
    sure = {one.id: one.confidence for one in _of("japaneast")}
    less = {one.id: one.confidence for one in _of("spaincentral")}
    least = {one.id: one.confidence for one in _of("chinanorth3")}
    assert (sure["backup_protection"], less["backup_protection"], least["backup_protection"]) == (
        "documented",
        "inferred",
        "unsure",
    )
    assert less["entra_windows"] == "documented"


def _of(region):
    return endpoints.declare(KNOWN, ["network"], endpoints.find_place(KNOWN, region), "linux")


# ---- words for everything that can come out


def reasons_in_the_code():
    """Every word that the modules can give as a reason: arguments of StageError, second values of verdicts."""
    found = set()
    for module in (stages, verdicts):
        tree = ast.parse(Path(module.__file__).read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(node.value)
    return {word for word in found if re.fullmatch(r"[a-z]+(_[a-z]+)*", word)}


def test_every_reason_has_words_and_every_word_a_reason():
    spoken = {key.rpartition(".")[2] for key in KNOWN["phrases"]["en"] if key.startswith("network.reason.")}
    possible = reasons_in_the_code() | {endpoints.REGION_UNKNOWN, endpoints.NO_ACCOUNT}
    assert spoken <= possible
    assert set(verdicts.NOT_CONTACTED) <= spoken
    raised = set()
    for node in ast.walk(ast.parse(Path(stages.__file__).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "StageError":
            raised.update(one.value for one in node.args[:1] if isinstance(one, ast.Constant))
    assert raised <= spoken
    assert len(raised) > 10


def test_every_service_and_place_has_words():
    words = KNOWN["phrases"]["ja"]
    assert all("network.service." + service in words for service in proxies.SERVICES)
    schema = json.loads((ROOT / "src/saishu/schemas/network.schema.json").read_text(encoding="utf-8"))
    assert all("network.place." + place in words for place in schema["$defs"]["place"]["enum"])
    used = {entry["service"] for entry in ENTRIES if entry["proxy"] == "used"}
    assert used <= set(proxies.SERVICES)


def test_the_schema_of_the_document_is_one():
    schema = json.loads((ROOT / "src/saishu/schemas/network.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["properties"]["schema"]["const"] == connectivity.SCHEMA
    reasons = set(schema["$defs"]["endpoint"]["properties"]["verdict"]["enum"])
    assert reasons == {verdicts.OPEN, verdicts.BLOCKED, verdicts.UNKNOWN}
