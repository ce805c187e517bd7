"""Japanese and other text in every encoding that customers send, mixed and broken too."""

import pytest

from saishu.bundle.encodings import encoding_of
from saishu.model import NoteKind

JAPANESE = (
    "2024-05-01 03:06:52 ボリューム シャドウ コピー サービス エラー: 予期しないエラー\n警告: 容量が不足しています\n"
)
KANJI_ONLY = "2024-05-01 03:06:52 [警告] disk C: 容量不足\n"


@pytest.mark.parametrize(
    ("encoding", "noted"),
    [
        ("utf-8", None),
        ("utf-8-sig", None),
        ("utf-16", "utf-16-le"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("cp932", "cp932"),
        ("euc_jp", "euc_jp"),
    ],
)
@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r\r\n"])
def test_japanese_in_every_encoding(read, encoding, noted, ends):
    kept = read(JAPANESE.replace("\n", ends).encode(encoding))
    assert kept.column("message") == [line.removeprefix("2024-05-01 03:06:52 ") for line in JAPANESE.splitlines()]
    assert kept.times == ["2024-05-01T03:06:52+00:00", None]
    assert [note.detail for note in kept.noted(NoteKind.ENCODING)] == ([noted] if noted else [])


@pytest.mark.parametrize("encoding", ["cp932", "euc_jp"])
def test_a_few_kanji_are_enough(read, encoding):
    assert read(KANJI_ONLY.encode(encoding)).column("message") == ["[警告] disk C: 容量不足"]


def test_half_width_katakana_is_japanese_too(read):
    assert read("ﾌｧｲﾙ ｴﾗｰ\n".encode("cp932")).column("message") == ["ﾌｧｲﾙ ｴﾗｰ"]


@pytest.mark.parametrize(
    "text", ["Der Schlüssel fehlt", "Échec de la sauvegarde à 3 h", "größer als die Größe", "señal"]
)
def test_western_text_is_not_japanese(read, text):
    kept = read(text.encode("latin-1"))
    assert kept.column("message") == [text]
    assert kept.noted(NoteKind.ENCODING)[0].detail == "latin-1"


def test_a_mark_is_no_part_of_the_first_line(read):
    kept = read("2024-05-01 03:06:52 ready\n".encode("utf-8-sig"))
    assert kept.times == ["2024-05-01T03:06:52+00:00"]


@pytest.mark.parametrize("encoding", ["cp932", "euc_jp"])
def test_what_comes_after_a_long_plain_beginning_is_read_right(read, encoding):
    plain = "plain ascii line\n" * 100_000
    kept = read(plain.encode() + JAPANESE.encode(encoding) + plain.encode())
    assert kept.column("message")[100_000].startswith("ボリューム")
    note = kept.noted(NoteKind.ENCODING)[0]
    assert (note.position, note.count, note.detail) == (100_001, 2, f"utf-8, {encoding}")


def test_one_file_may_hold_two_encodings(read):
    lines = [f"行 {number} は {'UTF-8' if number % 2 else 'CP932'} です" for number in range(1000)]
    data = b"\n".join(line.encode("utf-8" if number % 2 else "cp932") for number, line in enumerate(lines))
    kept = read("日本語の UTF-8 の行です\n".encode() + data)
    assert kept.column("message")[1:] == lines
    note = kept.noted(NoteKind.ENCODING)[0]
    assert (note.position, note.count, note.detail) == (2, 500, "utf-8, cp932")


def test_one_bad_byte_spoils_one_line_only(read):
    kept = read(JAPANESE.encode() + b"broken \xff\xfe here\n" + JAPANESE.encode())
    messages = kept.column("message")
    assert len(messages) == 5
    assert messages[2] == "broken \xff\xfe here"
    assert messages[3:] == messages[:2]
    assert messages[0].startswith("ボリューム")


def test_a_character_may_lie_across_two_blocks(read):
    text = "あ" * 20_000 + "\n"
    kept = read((text * 40).encode())
    assert kept.column("message") == [part for _ in range(40) for part in ("あ" * 8192, "あ" * 8192, "あ" * 3616)]
    assert kept.notes == []


def test_an_odd_last_byte_of_utf_16_is_no_end_of_the_world(read):
    data = b"\xff\xfe" + "first\nsecond\n".encode("utf-16-le") + b"x"
    kept = read(data)
    assert kept.column("message")[:2] == ["first", "second"]


def test_binary_data_is_said_to_be_unreadable(read):
    kept = read(bytes(range(256)) * 40)
    assert kept.batches == []
    assert [note.kind for note in kept.notes] == [NoteKind.UNREADABLE]


def test_a_hole_of_zeros_between_lines_is_taken_out(read):
    data = b"2024-05-01 03:06:52 before\n" + bytes(3_000_000) + b"2024-05-01 03:06:53 after\n"
    kept = read(data)
    assert kept.column("message") == ["before", "after"]
    assert [(note.kind, note.position) for note in kept.notes] == [(NoteKind.DAMAGED, 2)]


@pytest.mark.parametrize("data", [b"", b"\n", b"\r\n\r\n", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff"])
def test_nothing_is_nothing(read, data):
    kept = read(data)
    assert kept.column("message") == []


def test_a_head_that_ends_inside_a_character():
    assert encoding_of("日本語".encode()[:-1]) == "utf-8"
    assert encoding_of("これは日本語の文章です".encode("cp932")[:-1]) == "cp932"
