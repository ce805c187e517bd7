"""Real cases with the known answer, from the folder of public material: never copied, read where they lie."""

import tempfile
from collections import Counter
from pathlib import Path

import yaml

from saishu.bundle import map_members, open_bundle
from saishu.check import judge_bundle
from saishu.cli.investigating import investigate
from saishu.report.diagnosis_document import diagnose_document
from saishu_collect import catalogue as shipped

VERDICTS = {"failure": "fault", "benign": "no_fault", "healthy": "no_fault"}


def cases(shared):
    """[(folder, what is known of it)], sorted."""
    folders = sorted(path.parent for path in (shared / "cases").glob("*/case.yaml"))
    return [(folder, yaml.safe_load((folder / "case.yaml").read_text(encoding="utf-8"))) for folder in folders]


def diagnosed(bundle_path):
    """What `diagnose --json` says of a bundle."""
    catalogue = shipped.load()
    with open_bundle(Path(bundle_path)) as bundle, tempfile.TemporaryDirectory() as folder:
        sorted_files = map_members(bundle, catalogue)
        judged = judge_bundle(bundle, catalogue, (), None, sorted_files)
        return diagnose_document(investigate(bundle, sorted_files, judged, Path(folder)))


def codes_of(document):
    """Every code that the answer names, in lower case."""
    named = {code for finding in document["findings"] for code in finding["codes"]}
    return {code.lower() for code in named | set(document["codes_seen"])}


def missing_codes(document, known):
    """The expected codes that the answer does not name."""
    named = codes_of(document)
    return [code for code in known["error_codes_expected"] if str(code).lower() not in named]


def table(results):
    """Lines of {scenario, fidelity}: how many verdicts and codes were right."""
    counted = Counter()
    for known, document in results:
        whole = known["fidelity"] != "message_only"
        for group in (known["scenario"], "all", "all but message_only" if whole else ""):
            if group:
                counted[group, "cases"] += 1
                counted[group, "verdicts"] += document["verdict"] == VERDICTS[known["verdict"]]
                counted[group, "codes"] += len(known["error_codes_expected"])
                counted[group, "found"] += len(known["error_codes_expected"]) - len(missing_codes(document, known))
    groups = sorted({group for group, _ in counted})
    return [
        f"{group}: verdicts {counted[group, 'verdicts']} of {counted[group, 'cases']}, "
        f"codes {counted[group, 'found']} of {counted[group, 'codes']}"
        for group in groups
    ]
