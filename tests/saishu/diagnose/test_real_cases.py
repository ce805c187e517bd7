"""The real cases: the verdict, the codes, and never a fault where there is none."""

import pytest

from real_cases import VERDICTS, cases, diagnosed, missing_codes, table


@pytest.fixture(scope="module")
def results(shared):
    return [(known, diagnosed(folder / "evidence")) for folder, known in cases(shared)]


def test_nine_of_ten_verdicts_and_codes(results):
    right = [document["verdict"] == VERDICTS[known["verdict"]] for known, document in results]
    expected = sum(len(known["error_codes_expected"]) for known, _ in results)
    missing = sum(len(missing_codes(document, known)) for known, document in results)
    print("\n".join(table(results)))
    assert sum(right) >= 0.9 * len(right), table(results)
    assert missing <= 0.1 * expected, table(results)


def test_no_fault_is_called_on_what_is_harmless(results):
    called = [
        known["id"] for known, document in results if known["verdict"] != "failure" and document["verdict"] == "fault"
    ]
    assert called == []


def test_every_fault_has_its_proof_in_both_languages(results):
    for _, document in results:
        for finding in document["findings"]:
            assert finding["evidence"], finding["rule"]
            assert all(finding[part][lang] for part in ("title", "cause", "remedy") for lang in ("en", "ja"))
