"""The author of a knowledge file reads where it is wrong and what to write, in both languages."""

import shutil
from pathlib import Path

import pytest
import yaml

from saishu.catalogue import KnowledgeError, catalogue_text, compile_knowledge, knowledge_folder
from saishu.catalogue.__main__ import main
from saishu.catalogue.own_words import own_words

TEXT = {"en": "A text", "ja": "文章"}


def evidence(**changes):
    unit = {
        "id": "linux.a",
        "title": dict(TEXT),
        "why": dict(TEXT),
        "article": ["1"],
        "platform": "linux",
        "kind": "files",
        "privacy": ["none"],
        "collect": [{"do": "glob", "patterns": ["/var/log/a*"]}],
        "recognise": {"path": ["var/log/a*"]},
        "by_hand": {"en": ["Do it.", "> ls"], "ja": ["行います。", "> ls"]},
        "request": dict(TEXT),
        "sources": ["Support article"],
    }
    unit.update(changes)
    return {name: value for name, value in unit.items() if value is not None}


FACT = {
    "kind": "fact",
    "platform": "any",
    "recognise": None,
    "collect": [{"do": "fact", "from": ["ask"]}],
    "fact": {"pattern": "[a-z]+", "example": "abc"},
}


def scenario(**changes):
    whole = {
        "id": "ground",
        "title": dict(TEXT),
        "about": dict(TEXT),
        "article": ["1"],
        "platforms": ["linux"],
        "needs": [{"id": "linux.a", "need": "required"}],
        "detect": [{"platform": "linux", "path": ["/var"], "because": {"en": "found {path}", "ja": "{path} あり"}}],
    }
    whole.update(changes)
    return whole


@pytest.fixture
def folder(tmp_path):
    """A small knowledge folder without a fault."""
    shutil.copytree(knowledge_folder() / "schema", tmp_path / "schema")
    for name in ("evidence", "scenarios", "warnings", "lists", "phrases/en", "phrases/ja"):
        (tmp_path / name).mkdir(parents=True)
    write(tmp_path, "version", {"version": "0.1.0"})
    write(tmp_path, "evidence/linux.a", evidence())
    write(tmp_path, "scenarios/ground", scenario())
    write(tmp_path, "phrases/en/topic", {"topic.a": "{count} files"})
    write(tmp_path, "phrases/ja/topic", {"topic.a": "{count} 件"})
    return tmp_path


def write(folder, name, data):
    text = data if isinstance(data, str) else yaml.safe_dump(data, allow_unicode=True, sort_keys=False)
    (folder / f"{name}.yaml").write_text(text, encoding="utf-8")


def problems(folder, lang="en"):
    words = own_words(knowledge_folder(), lang)
    try:
        compile_knowledge(folder)
    except KnowledgeError as error:
        return [problem.text(words) for problem in error.problems]
    return []


def keys(folder):
    try:
        compile_knowledge(folder)
    except KnowledgeError as error:
        return [(problem.key, problem.field) for problem in error.problems]
    return []


def test_a_folder_without_a_fault_compiles(folder):
    assert problems(folder) == []
    catalogue = compile_knowledge(folder)
    assert catalogue["evidence"]["linux.a"]["confidence"] == "documented"
    assert catalogue["phrases"]["ja"] == {"topic.a": "{count} 件"}


def test_the_same_knowledge_gives_the_same_bytes(folder):
    text = catalogue_text(compile_knowledge(folder))
    assert text == catalogue_text(compile_knowledge(folder))
    assert text.endswith("}\n")
    assert not text.endswith("\n\n")


def test_a_message_names_file_line_field_and_cure(folder):
    write(folder, "evidence/linux.a", evidence(platform="solaris"))
    (message,) = problems(folder)[:1]
    assert message.startswith("evidence/linux.a.yaml:10: platform: `solaris` is not possible here.")
    assert message.endswith("Write one of: linux, windows, any.")
    assert "次のいずれかを書いてください: linux, windows, any" in problems(folder, "ja")[0]


@pytest.mark.parametrize(
    ("changes", "key", "field"),
    [
        ({"why": None}, "field_missing", ""),
        ({"colour": "red"}, "field_unknown", "colour"),
        ({"title": "A text"}, "wrong_type.object", "title"),
        ({"title": {"en": "A text"}}, "field_missing", "title"),
        ({"article": []}, "too_little", "article"),
        ({"article": ["9"]}, "wrong_form", "article[1]"),
        ({"privacy": ["none", "none"]}, "repeated", "privacy"),
        ({"sources": [1]}, "wrong_type.string", "sources[1]"),
        ({"collect": [{"do": "dance"}]}, "step_unknown", "collect[1]"),
        ({"collect": ["dance"]}, "step_unknown", "collect[1]"),
        ({"collect": [{"do": "glob"}]}, "field_missing", "collect[1]"),
        ({"collect": [{"do": "glob", "patterns": []}]}, "too_little", "collect[1].patterns"),
        ({"collect": [{"do": "command", "name": "A B", "argv": ["x"]}]}, "wrong_form", "collect[1].name"),
        ({"id": "linux.b"}, "name_is_id", "id"),
        ({"request": {"en": "Send {path}", "ja": "送付"}}, "placeholders", "request"),
        ({"by_hand": {"en": ["> ls"], "ja": ["見る"]}}, "commands_differ", "by_hand.ja"),
        ({"kind": "fact"}, "fact_together", "kind"),
        ({"recognise": {"path": ["/var/log/a"]}}, "member_glob", "recognise.path[1]"),
        ({"recognise": {"path": ["var\\log"]}}, "member_glob", "recognise.path[1]"),
        ({"recognise": {"path": ["C:/a"]}}, "member_glob", "recognise.path[1]"),
        ({"recognise": {"path": ["var/a**"]}}, "double_star", "recognise.path[1]"),
        ({"recognise": {"path": ["var//a"]}}, "odd_folder", "recognise.path[1]"),
        ({"recognise": {"path": ["var/[a"]}}, "open_bracket", "recognise.path[1]"),
        ({"recognise": {"name": ["var/a"]}}, "bare_name", "recognise.name[1]"),
        ({"collect": [{"do": "tree", "path": "C:\\Logs"}]}, "machine_path", "collect[1].path"),
        (dict(FACT, fact={"pattern": "[a-z", "example": "abc"}), "regex", "fact.pattern"),
        (dict(FACT, fact={"pattern": "[a-z]+", "example": "ABC"}), "example", "fact.example"),
        (
            dict(FACT, fact=dict(FACT["fact"], found_in=[{"path": "**", "regex": "x(y)"}])),
            "no_value_group",
            "fact.found_in[1].regex",
        ),
        (
            {"parts": [{"id": "p", "title": TEXT, "recognise": {"name": ["a"]}}] * 2},
            "part_twice",
            "parts",
        ),
    ],
)
def test_a_fault_in_an_evidence_item(folder, changes, key, field):
    write(folder, "evidence/linux.a", evidence(**changes))
    assert (f"catalogue.{key}", field) in keys(folder)


def test_a_fact_without_a_fault(folder):
    write(folder, "evidence/linux.a", evidence(**FACT))
    assert keys(folder) == []


@pytest.mark.parametrize(
    ("changes", "key", "field"),
    [
        ({"needs": [{"id": "linux.x", "need": "required"}]}, "no_evidence", "needs[1].id"),
        (
            {"needs": [{"id": "linux.a", "need": "required", "satisfied_by": ["linux.x"]}]},
            "no_evidence",
            "needs[1].satisfied_by",
        ),
        ({"needs": [{"id": "linux.a", "need": "required"}] * 2}, "need_twice", "needs[1].id"),
        (
            {"needs": [{"id": "linux.a", "need": "required", "platform": "windows"}]},
            "platform_not_of_unit",
            "needs[1].platform",
        ),
        ({"platforms": ["windows"]}, "platform_not_of_scenario", "needs[1].id"),
        ({"includes": [{"scenario": "nothing"}]}, "no_scenario", "includes[1].scenario"),
        ({"includes": [{"scenario": "ground"}]}, "circle", "includes[1].scenario"),
        (
            {"detect": [{"platform": "linux", "search_folder_of": "linux.a", "because": TEXT}]},
            "no_search_folder",
            "detect[1].search_folder_of",
        ),
        (
            {"detect": [{"platform": "windows", "path": ["C:\\A"], "because": TEXT}]},
            "platform_not_of_scenario",
            "detect[1].platform",
        ),
        ({"detect": [{"platform": "linux", "path": ["var"], "because": TEXT}]}, "machine_path", "detect[1].path[1]"),
    ],
)
def test_a_fault_in_a_scenario(folder, changes, key, field):
    write(folder, "scenarios/ground", scenario(**changes))
    assert (f"catalogue.{key}", field) in keys(folder)


def test_a_long_circle_of_includes(folder):
    write(folder, "scenarios/ground", scenario(includes=[{"scenario": "other"}]))
    write(folder, "scenarios/other", scenario(id="other", includes=[{"scenario": "ground"}]))
    assert [key for key, _ in keys(folder)] == ["catalogue.circle", "catalogue.circle"]


def test_two_commands_may_not_share_a_name(folder):
    command = {"do": "command", "name": "list", "argv": ["ls"]}
    write(folder, "evidence/linux.a", evidence(collect=[command]))
    write(folder, "evidence/linux.b", evidence(id="linux.b", collect=[dict(command, argv=["ls", "-l"])]))
    assert keys(folder) == [("catalogue.command_name", "collect[1].name")]
    write(folder, "evidence/linux.b", evidence(id="linux.b", collect=[command]))
    assert keys(folder) == []


@pytest.mark.parametrize(
    ("english", "key"),
    [
        ({"topic.a": "files"}, "placeholders"),
        ({"topic.a": "{count} files", "topic.b": "more"}, "no_twin"),
        ({"Topic": "{count} files"}, "key_form"),
        ({"topic.a": ["{count}"]}, "flat_phrases"),
        ({"topic.a": ""}, "flat_phrases"),
        (["topic.a"], "flat_phrases"),
    ],
)
def test_a_fault_in_the_phrases(folder, english, key):
    write(folder, "phrases/en/topic", english)
    assert f"catalogue.{key}" in [found for found, _ in keys(folder)]


def test_a_key_belongs_to_one_file(folder):
    for language in ("en", "ja"):
        write(folder, f"phrases/{language}/zebra", {"topic.a": "{count} again"})
    assert keys(folder) == [("catalogue.key_elsewhere", "topic.a"), ("catalogue.key_elsewhere", "topic.a")]


def test_a_step_for_a_scenario_that_does_not_exist(folder):
    step = {"do": "glob", "patterns": ["/var/log/a*"], "when": {"scenarios": ["nothing"]}}
    write(folder, "evidence/linux.a", evidence(collect=[step]))
    assert keys(folder) == [("catalogue.no_scenario", "collect[1].when.scenarios")]


def test_a_topic_without_its_twin(folder):
    write(folder, "phrases/en/more", {"more.a": "text"})
    assert keys(folder) == [("catalogue.no_twin_file", "")]


@pytest.mark.parametrize(
    ("text", "key", "line"),
    [
        ("id: linux.a\nid: linux.a\n", "twice", 2),
        ("id: 2025-05-12\n", "needs_quotes", 1),
        ("a: 1\nid: 'linux.a\n", "not_yaml", 3),
        ("", "empty_file", 1),
        ("? [a, b]\n: c\n", "odd_key", 1),
    ],
)
def test_a_fault_of_the_file_itself(folder, text, key, line):
    write(folder, "evidence/linux.a", text)
    with pytest.raises(KnowledgeError) as caught:
        compile_knowledge(folder)
    first = caught.value.problems[0]
    assert (first.key, first.line) == (f"catalogue.{key}", line)


def test_a_file_that_is_not_utf8(folder):
    (folder / "evidence" / "linux.a.yaml").write_bytes("title: 採取".encode("cp932"))
    assert keys(folder)[0][0] == "catalogue.not_utf8"


def test_a_yml_file_is_not_overlooked_in_silence(folder):
    (folder / "evidence" / "linux.b.yml").write_text("id: linux.b", encoding="utf-8")
    assert keys(folder) == [("catalogue.wrong_ending", "")]


@pytest.mark.parametrize("version", ["1.0", 1.0, None])
def test_the_version_has_three_numbers(folder, version):
    write(folder, "version", {"version": version})
    assert keys(folder) == [("catalogue.version", "version")]


def test_every_message_has_words_in_both_languages():
    used = set()
    for path in Path(compile_knowledge.__code__.co_filename).parent.glob("*.py"):
        text = path.read_text(encoding="utf-8")
        used |= {part.split('"')[0] for part in text.split('"catalogue.')[1:]}
    for lang in ("en", "ja"):
        words = own_words(knowledge_folder(), lang)
        missing = [name for name in used if not words.has(f"catalogue.{name}") and name != "wrong_type."]
        missing = [name for name in missing if name not in ("json", "yaml")]
        assert missing == []
    assert len(used) > 30


def test_check_writes_nothing_and_compile_writes_the_file(folder, capsys):
    out = folder / "out.json"
    options = ["--knowledge", str(folder), "-o", str(out), "--lang", "en"]
    assert main(["check", *options]) == 0
    assert not out.exists()
    assert main(["compile", *options]) == 0
    assert out.read_text(encoding="utf-8") == catalogue_text(compile_knowledge(folder))
    assert "All knowledge files are right." in capsys.readouterr().err


def test_a_fault_keeps_the_old_file(folder, capsys):
    out = folder / "out.json"
    out.write_text("old", encoding="utf-8")
    write(folder, "evidence/linux.a", evidence(platform="solaris"))
    assert main(["compile", "--knowledge", str(folder), "-o", str(out), "--lang", "ja"]) == 1
    assert out.read_text(encoding="utf-8") == "old"
    assert "修正が必要な箇所" in capsys.readouterr().err


def test_what_is_right_leaves_out_what_is_not(folder, capsys):
    out = folder / "out.json"
    needs = [{"id": "linux.a", "need": "required"}, {"id": "linux.x", "need": "required"}]
    write(folder, "scenarios/ground", scenario(needs=needs))
    write(folder, "evidence/linux.c", evidence(id="linux.b"))
    assert main(["compile", "--what-is-right", "--knowledge", str(folder), "-o", str(out), "--lang", "en"]) == 1
    text = out.read_text(encoding="utf-8")
    assert '"linux.a"' in text
    assert '"linux.x"' not in text
    assert '"linux.b"' not in text
