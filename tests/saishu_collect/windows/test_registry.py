from hypothesis import given
from hypothesis import strategies as st
from windows_stand_ins import BINARY, DWORD, EXPAND, MULTI, QWORD, SZ, DictHive

from saishu_collect.windows import pieces, registry

KEY = "HKLM\\SOFTWARE\\Example"


def text_of(keys, step, bounds=None):
    listing = registry.Listing(DictHive(keys), dict({"keys": []}, **step), bounds or pieces.Bounds(60))
    for key in step["keys"]:
        listing.add(key)
    return listing.text()


def test_every_type_is_written_with_its_name():
    values = [
        ("Text", "C:\\a b", SZ), ("Path", "%SystemRoot%\\x", EXPAND), ("Bytes", b"\x00\xff", BINARY),
        ("Number", 10, DWORD), ("List", ["a", "b"], MULTI), ("Long", 1 << 40, QWORD),
        ("", "the default", SZ), ("Nothing", None, 0), ("Odd", b"\x01", 0x20001),
    ]  # fmt: skip
    assert text_of({KEY: {"values": values}}, {"keys": [KEY]}) == (
        f"[{KEY}]\n"
        "; last written 2023-12-31T15:00:00Z, 64-bit view\n"
        '(default) REG_SZ "the default"\n'
        '"Bytes" REG_BINARY 2 bytes: 00 FF\n'
        '"List" REG_MULTI_SZ "a", "b"\n'
        '"Long" REG_QWORD 0x0000010000000000 (1099511627776)\n'
        '"Nothing" REG_NONE 0 bytes\n'
        '"Number" REG_DWORD 0x0000000A (10)\n'
        '"Odd" REG_0x20001 1 bytes: 01\n'
        '"Path" REG_EXPAND_SZ "%SystemRoot%\\x"\n'
        '"Text" REG_SZ "C:\\a b"\n'
    )


def test_an_absent_key_is_said_and_so_is_a_denied_one():
    text = text_of({"HKLM\\SAM\\SAM": {"denied": True}}, {"keys": ["HKLM\\SOFTWARE\\Nowhere", "HKLM\\SAM\\SAM"]})
    assert text == "[HKLM\\SOFTWARE\\Nowhere]\n; absent\n\n[HKLM\\SAM\\SAM]\n; denied\n"


def test_depth_bounds_the_subkeys_and_their_names_are_sorted():
    keys = {KEY: {}, KEY + "\\b": {}, KEY + "\\a": {}, KEY + "\\a\\deep": {}}
    step = {"keys": [KEY]}
    heads = [line for line in text_of(keys, dict(step, depth=1)).splitlines() if line.startswith("[")]
    assert heads == [f"[{KEY}]", f"[{KEY}\\a]", f"[{KEY}\\b]"]
    assert "deep" in text_of(keys, step)
    assert "\\a" not in text_of(keys, dict(step, depth=0))


def test_a_star_stands_for_any_one_subkey():
    keys = {KEY + "\\v4.0": {"values": [("X", 1, DWORD)]}, KEY + "\\v2.0": {}, KEY + "\\other\\v9": {}}
    heads = [one for one in text_of(keys, {"keys": [KEY + "\\v*"], "depth": 0}).splitlines() if one.startswith("[")]
    assert heads == [f"[{KEY}\\v2.0]", f"[{KEY}\\v4.0]"]
    assert text_of(keys, {"keys": ["HKLM\\SOFTWARE\\None\\*"]}) == "[HKLM\\SOFTWARE\\None\\*]\n; absent\n"


def test_only_the_named_values_are_written():
    values = [("SchUseStrongCrypto", 1, DWORD), ("InstallRoot", "x", SZ)]
    text = text_of({KEY: {"values": values}}, {"keys": [KEY], "values": ["schuse*"]})
    assert "SchUseStrongCrypto" in text
    assert "InstallRoot" not in text


def test_the_32_bit_view_is_written_only_where_it_differs():
    other = {(KEY, 64): {"values": [("A", 1, DWORD)]}, (KEY, 32): {"values": [("A", 2, DWORD)]}}
    text = text_of(other, {"keys": [KEY]})
    assert text.count(f"[{KEY}]") == 2
    assert "32-bit view" in text
    assert "(2)" in text
    same = text_of({KEY: {"values": [("A", 1, DWORD)]}, KEY + "\\sub": {}}, {"keys": [KEY]})
    assert "32-bit" not in same
    system = "HKLM\\SYSTEM\\X"
    assert "32-bit" not in text_of({(system, 64): {}, (system, 32): {"values": [("A", 1, DWORD)]}}, {"keys": [system]})


def test_one_value_stays_on_one_line():
    text = text_of({KEY: {"values": [("A\nB", "x\r\n[HKLM\\FAKE]\n\u202eevil", SZ)]}}, {"keys": [KEY]})
    assert '"A\\x0aB" REG_SZ "x\\x0d\\x0a[HKLM\\FAKE]\\x0a\\u202eevil"' in text.splitlines()


def test_what_is_long_is_cut_and_says_its_length():
    text = text_of({KEY: {"values": [("B", bytes(5000), BINARY), ("S", "x" * 40000, SZ)]}}, {"keys": [KEY]})
    assert "5000 bytes" in text
    assert "... (40000 characters)" in text
    assert len(text) < 45000


def test_a_listing_that_ends_early_says_so():
    keys = {KEY + "\\" + str(number): {} for number in range(50)}
    listing = registry.Listing(DictHive(keys), {"keys": [KEY]}, pieces.Bounds(0))
    listing.add(KEY)
    assert listing.cut == "read_stalled"
    assert listing.text().splitlines()[-1] == "; cut: read_stalled"


@given(st.text(min_size=5), st.sampled_from(["Password", "sasToken", "MYSECRET", "Credential2"]), st.booleans())
def test_what_is_withheld_is_never_written(secret, name, as_bytes):
    data = secret.encode("utf-16-le", "surrogatepass") if as_bytes else secret
    marked = "\x10" + secret if not as_bytes else data
    values = [(name, marked if not as_bytes else data, BINARY if as_bytes else SZ)]
    step = {"keys": [KEY], "withhold": ["*password*", "*token*", "*secret*", "*credential*"]}
    line = text_of({KEY: {"values": values}}, step).splitlines()[2]
    size = len(data) if as_bytes else 2 * len(marked) + 2
    kind = "REG_BINARY" if as_bytes else "REG_SZ"
    assert line == f'"{name}" {kind} withheld, {size} bytes'


def test_the_step_becomes_one_member(tmp_path):
    from windows_stand_ins import context

    around = context(tmp_path, hive=DictHive({KEY: {}}))
    (piece,) = registry.perform({"do": "registry", "name": "example", "keys": [KEY]}, around)
    assert piece.member == "registry/example.txt"
    assert piece.data.startswith(b"[HKLM\\SOFTWARE\\Example]")
    assert piece.outcome is None
