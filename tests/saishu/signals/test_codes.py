"""Codes are found however they are written, and nothing else is taken for one."""

import pytest

from saishu.signals.codes import GENERIC, canonical_hex, code_pattern, decimals, number_in, number_pattern, spoken_codes
from saishu.signals.matchers import compiled


def found_in(code, line):
    if "number" in code:
        found = compiled(number_pattern(code["of"])).finditer(line)
        return code["number"] in {number_in(one.group(0)) for one in found}
    return compiled(code_pattern(code)).search(line) is not None


ACCESS_DENIED = {"hresult": "0x80070005", "name": "E_ACCESSDENIED"}


def spoken_in(line):
    return {
        code
        for kind, pattern in GENERIC.items()
        for found in compiled(pattern).finditer(line)
        for code in spoken_codes(kind, found.group(0))
    }


@pytest.mark.parametrize(
    "line",
    [
        "hr = 0x80070005, Access is denied.",
        "code -2147024891.",
        "エラー コード '2147942405'",
        "0x8007000e, then 0x80070005",
    ],
)
def test_an_hresult_in_every_form(line):
    assert ACCESS_DENIED["hresult"] in spoken_in(line)


def test_an_hresult_by_its_name():
    assert found_in(ACCESS_DENIED, "failed with E_ACCESSDENIED")
    assert not found_in(ACCESS_DENIED, "MY_E_ACCESSDENIED_2")


@pytest.mark.parametrize("line", ["0x800700051", "12147942405", "0x80070006"])
def test_what_only_resembles_an_hresult(line):
    assert ACCESS_DENIED["hresult"] not in spoken_in(line)


@pytest.mark.parametrize(
    ("of", "number", "line"),
    [
        ("mars", 34513, "Invalid vault credentials. (ID: 34513)"),
        ("mars", 33623, "Error ID 33623"),
        ("mars", 33621, "ErrorCode - FileFaultFault (ID 33621 )"),
        ("mars", 58, "(ID 58 Details: There is not enough space on the disk (0x80070070))"),
        ("mars", 34506, "Error 34506. The encryption passphrase is not correctly configured."),
        ("hana", 258, "* 258: insufficient privilege SQLSTATE: HY000"),
        ("http", 407, "curl: (56) Received HTTP code 407 from proxy after CONNECT"),
        ("sql", 3041, "Error: 3041, Severity: 16, State: 1."),
        ("sql", 33111, "Msg 33111, Level 16, State 3"),
        ("sql", 3241, " 3241: The media family on device 'D:\\db.bak' is incorrectly formed."),
        ("sql", 945, "SQLSTATE: 42000, Native Error: 945"),
        ("hana", 447, "finished with error: [447] backup could not be completed"),
        ("hana", 110507, "exception: no.110507  (Backup/Destination)"),
        ("aadsts", 500021, "AADSTS500021: Access to 'x' tenant is denied."),
        ("errno", 104, "IOError [Errno 104] Connection reset by peer"),
        ("http", 410, "[HTTP Failed] [410: Gone] The page"),
        ("http", 407, "The remote server returned an error: (407)"),
        ("msi", 1401, "Error 1401.Could not create key"),
        ("curl", 7, "curl: (7) Failed to connect"),
        ("win32", 1376, "状態: 1376。"),
    ],
)
def test_a_number_in_its_own_field(of, number, line):
    assert found_in({"of": of, "number": number}, line)
    assert not found_in({"of": of, "number": number}, f"took {number} ms, {number} files")


def test_names_are_whole_words_and_phrases_forgive_blanks():
    assert found_in({"name": "UserErrorVmNotFound"}, "Error code: usererrorvmnotfound")
    assert not found_in({"name": "UserErrorVmNotFound"}, "UserErrorVmNotFoundInRegion")
    assert found_in({"phrase": "already been logged in"}, "target has ALREADY  been logged in via")


@pytest.mark.parametrize(
    ("line", "codes"),
    [
        ("Exception from HRESULT: 0x8007000B)", {"0x8007000B"}),
        ("Error Code: -2147023143.", {"-2147023143", "0x800706D9"}),
        ("with following error code '2155348129'", {"2155348129", "0x807800A1"}),
        ("System.NullReferenceException: Object", {"NullReferenceException"}),
        ("Failed to retrieve. Error: [ExtensionDownloadError] Timeout", {"ExtensionDownloadError"}),
        ("[410: Gone]", {"410: Gone"}),
        ("Internal error code 0x80990EF2", {"0x80990EF2"}),
        ("Error ID 33623", {"33623"}),
        ("Backint cannot execute x, Permission denied (13)", {"Permission denied (13)"}),
        ("(). **1000016**. (d:\\b)", {"1000016"}),
        ("took 34513 ms", set()),
        ("address 0x00007ff6", set()),
    ],
)
def test_codes_that_nobody_declared(line, codes):
    seen = spoken_in(line)
    assert codes <= seen
    assert codes or not seen


def test_hexadecimal_and_decimal_are_one():
    for text in ("0x80070005", "-2147024891", "2147942405"):
        assert canonical_hex(text) == "0x80070005"
    assert decimals("0x80070005") == ("-2147024891", "2147942405")
    assert canonical_hex("99999999999") is None
