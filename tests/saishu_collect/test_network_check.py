"""The check as a whole: Azure or not, limits, nothing but the list, and the report for people."""

import json
import threading
import time

import jsonschema
import network_stand_ins as stand_ins
import pytest
from network_probing import QUICK, SCHEMA, check_of, context_of, probe, verdict_of

from saishu_collect import connectivity, control, network, network_report, stages
from saishu_collect.machine import Machine
from saishu_collect.words import Words, display_width

pytestmark = pytest.mark.usefixtures("only_loopback")


# ---- inside and outside Azure


@pytest.mark.parametrize(
    ("azure", "verdict"),
    [(True, ("blocked", "refused")), (False, ("unknown", "not_azure")), (None, ("unknown", "maybe_not_azure"))],
)
def test_silence_of_the_azure_host_is_a_fault_only_in_azure(bare_tree, azure, verdict):
    if azure is False:
        (bare_tree / "sys/class/dmi/id").mkdir(parents=True)
        (bare_tree / "sys/class/dmi/id/chassis_asset_tag").write_text("No Asset Tag\n")
    entry = stand_ins.endpoint(
        "one", stand_ins.closed_port(), "http", proxy="never", only_on="azure", service="platform"
    )
    (entry,) = probe(bare_tree, entry, azure=azure)
    assert verdict_of(entry) == verdict


def test_azure_is_recognised_by_its_metadata_service_or_its_firmware(bare_tree):
    dead = stand_ins.endpoint(
        "host", stand_ins.closed_port(), "http", only_on="azure", service="platform", proxy="never"
    )
    with stand_ins.answering(stand_ins.reply(200)) as server:
        imds = stand_ins.endpoint("imds", server.port, "http", only_on="azure", service="platform", proxy="never")
        check = check_of(bare_tree, imds, dead)
        assert check.azure is True
        assert check.judged()[1][1:] == ("blocked", "refused")
    (bare_tree / "sys/class/dmi/id").mkdir(parents=True)
    (bare_tree / "sys/class/dmi/id/chassis_asset_tag").write_text("7783-7084-3265-9085-8269-3286-77\n")
    assert check_of(bare_tree, dead).azure is True


# ---- limits


def test_all_of_it_ends_with_the_time_and_says_what_was_left(bare_tree):
    with stand_ins.silent() as server:
        entries = [stand_ins.endpoint(f"e{number}", server.port, "http") for number in range(10)]
        begun = time.monotonic()
        found = probe(bare_tree, *entries, seconds=0.8, limits=dict(QUICK, http=30.0))
    assert time.monotonic() - begun < 3.0
    assert {entry["reason"] for entry in found} == {"over_time", "http_timed_out"} or {
        entry["reason"] for entry in found
    } == {"over_time"}
    assert "over_time" in {entry["reason"] for entry in found if entry["verdict"] == "unknown"}
    assert server.most <= 6


def test_six_at_a_time_and_no_more(bare_tree):
    with stand_ins.silent() as server:
        entries = [stand_ins.endpoint(f"e{number}", server.port, "http") for number in range(14)]
        begun = time.monotonic()
        found = probe(bare_tree, *entries, limits=dict(QUICK, http=0.3))
        assert server.most > 1
    assert {entry["reason"] for entry in found} == {"http_timed_out"}
    assert 0.9 <= time.monotonic() - begun < 4.0


def test_a_stop_ends_it_at_once(bare_tree):
    stop = control.Stop()
    threading.Timer(0.2, lambda: stop.request("interrupted")).start()
    with stand_ins.silent() as server:
        begun = time.monotonic()
        entries = [stand_ins.endpoint(f"e{number}", server.port, "http") for number in range(8)]
        found = probe(bare_tree, *entries, stop=stop, limits=dict(QUICK, http=20.0))
    assert time.monotonic() - begun < 3.0
    assert {verdict_of(entry) for entry in found} == {("unknown", "interrupted")}


def test_a_defect_of_ours_spoils_one_probe_only(bare_tree, trusting, monkeypatch):
    real = stages.ask

    def ask(link, endpoint, *rest):
        if endpoint.id == "bad":
            raise RuntimeError("oops")
        return real(link, endpoint, *rest)

    monkeypatch.setattr(stages, "ask", ask)
    with stand_ins.answering(stand_ins.reply(200)) as server:
        bad, good = probe(
            bare_tree, stand_ins.endpoint("bad", server.port, "http"), stand_ins.endpoint("good", server.port, "http")
        )
    assert verdict_of(bad) == ("unknown", "defect")
    assert verdict_of(good) == ("open", "as_expected")


def test_nothing_but_the_listed_addresses_is_contacted(bare_tree, trusting, only_loopback):
    with (
        stand_ins.answering(stand_ins.reply(200), context_of(trusting)) as one,
        stand_ins.silent() as two,
        stand_ins.silent() as other,
    ):
        probe(
            bare_tree,
            stand_ins.endpoint("one", one.port),
            stand_ins.endpoint("two", two.port, "tcp"),
            stand_ins.endpoint("three", other.port, "tcp", host="pod01-x.{geo}.{nothing}"),
        )
    assert only_loopback.ports == sorted([one.port, two.port])


# ---- for people


def test_the_columns_of_the_table_line_up_in_both_languages(bare_tree, trusting, inspector):
    with (
        stand_ins.answering(stand_ins.reply(200), context_of(trusting)) as good,
        stand_ins.answering(stand_ins.reply(200), context_of(inspector)) as bad,
    ):
        check = check_of(
            bare_tree,
            stand_ins.endpoint("one", good.port),
            stand_ins.endpoint("two", bad.port),
            stand_ins.endpoint("three", good.port, host="a-much-longer-name.invalid"),
        )
    found = connectivity.document(check)
    for lang in ("en", "ja"):
        say = Words(check.catalogue, lang, strict=True)
        lines = network_report.text(say, found).split("\n")
        rule = next(index for index, line in enumerate(lines) if line.startswith("-----"))
        wanted = display_width(lines[rule - 1].partition(say.say("network.head.dns"))[0])
        for entry in found["endpoints"]:
            address = f"{entry['host']}:{entry['port']}"
            row = next(line for line in lines[rule + 1 :] if address in line)
            before, after = row[: row.index(address) + len(address)], row[row.index(address) + len(address) :]
            blanks = len(after) - len(after.lstrip())
            assert display_width(before) + blanks == wanted


def test_blocked_rows_say_why_and_what_for(bare_tree):
    check = check_of(bare_tree, stand_ins.endpoint("one", 443, host="nothing.invalid"))
    found = connectivity.document(check)
    english = network_report.text(Words(check.catalogue, "en", strict=True), found)
    assert "BLOCKED  nothing.invalid:443" in english
    assert "The name is not found." in english
    assert "Used for: Purpose of one" in english
    japanese = network_report.text(Words(check.catalogue, "ja", strict=True), found)
    assert "疎通不可" in japanese
    assert "用途: oneの用途" in japanese


def test_a_collection_gets_one_text_in_both_languages_and_one_document(bare_tree, trusting):
    with stand_ins.answering(stand_ins.reply(200), context_of(trusting)) as server:
        known = stand_ins.catalogue_of([stand_ins.endpoint("one", server.port)])
        text, data = network.collect_probes(
            known, ["network"], {"region": "japaneast", "azure": True}, control.Stop(), Machine(str(bare_tree), "linux")
        )
    document = json.loads(data.decode("utf-8"))
    jsonschema.Draft202012Validator(SCHEMA).validate(document)
    assert document["counts"] == {"open": 1, "blocked": 0, "unknown": 0}
    assert (document["region"], document["geo"], document["azure_vm"]) == ("japaneast", "jpe", True)
    assert text.startswith(b"\xef\xbb\xbf")
    shown = text.decode("utf-8-sig")
    assert "疎通確認" in shown
    assert "connectivity of this machine" in shown
    assert shown.count("\n") == shown.count("\r\n")


def test_the_limits_are_those_that_are_promised():
    assert {"dns": 3.0, "tcp": 5.0, "tls": 5.0, "http": 8.0}.items() <= stages.LIMITS.items()
