"""Lines and records: where they end, what continues them, how long they may be, where they stand."""

import io

import pytest

from saishu.bundle.errors import Code, error
from saishu.model import Certainty, Level, NoteKind, ZoneSource
from saishu.parse.lines import BLOCK, LONGEST_LINE, Lines
from saishu.parse.reading import FileInput, Host
from saishu.parse.rows import LONGEST_MESSAGE
from saishu.parse.text import MOST_ROWS, read_text

HEAD = "2024-05-01T03:06:{:02d}.{:06d}Z INFO ExtHandler ExtHandler line {}\n"


def many(count):
    """Lines of the Linux agent."""
    return "".join(HEAD.format(number % 60, number, number) for number in range(count))


def all_lines(data):
    """(number, line) of everything that `Lines` gives."""
    return [(block.first + at, line) for block in Lines(io.BytesIO(data)) for at, line in enumerate(block.lines)]


@pytest.mark.parametrize(
    ("data", "lines"),
    [
        (b"a\nb\n", ["a", "b"]),
        (b"a\nb", ["a", "b"]),
        (b"a\r\nb\r\n", ["a", "b"]),
        (b"a\r\r\nb", ["a", "b"]),
        (b"a\rb\rc", ["a", "b", "c"]),
        (b"10%\r20%\r\nnext", ["10%\r20%", "next"]),
        (b"a\n\nb\n\n", ["a", "", "b", ""]),
        (b"a\x0b\x0c\x1c\x85b\n", ["a\x0b\x0c\x1c\x85b"]),
        ("a\u2028b\u2029c\n".encode(), ["a\u2028b\u2029c"]),
        (b"\x1b[31mred\x1b[0m\x07\n", ["\x1b[31mred\x1b[0m\x07"]),
    ],
)
def test_ends_of_lines(data, lines):
    assert [line for _, line in all_lines(data)] == lines


def test_numbers_go_on_from_block_to_block():
    data = b"".join(b"%07d\n" % number for number in range(1, 300_001))
    assert len(data) > 3 * BLOCK
    found = all_lines(data)
    assert all(number == int(line) for number, line in found)
    assert len(found) == 300_000


@pytest.mark.parametrize("size", [LONGEST_LINE - 1, LONGEST_LINE, LONGEST_LINE + 1, BLOCK - 1, BLOCK, 5 * BLOCK + 3])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_gigantic_line_is_cut_and_the_next_one_is_whole(size, encoding):
    data = ("before\n" + "x" * size + "\nafter\n").encode(encoding)
    lines = Lines(io.BytesIO(data))
    found = [line for block in lines for line in block.lines]
    assert found == ["before", "x" * min(size, LONGEST_LINE), "after"]
    assert lines.count == 3
    assert (lines.cut, lines.cut_line) == ((1, 2) if size > LONGEST_LINE else (0, None))


def test_a_cut_line_of_japanese_has_no_broken_character():
    lines = Lines(io.BytesIO(("ん" * 900_000 + "\nend").encode()))
    found = [line for block in lines for line in block.lines]
    assert set(found[0]) == {"ん"}
    assert found[1] == "end"
    assert lines.decoding.is_plain


def test_a_file_that_is_one_endless_line_takes_little_memory():
    class Endless(io.RawIOBase):
        given = 0

        def read(self, size=-1):
            if self.given > 200 * 1024 * 1024:
                return b""
            self.given += size
            return b"y" * size

    lines = Lines(Endless())
    assert [len(line) for block in lines for line in block.lines] == [LONGEST_LINE]


def test_a_cut_line_is_noted(read):
    kept = read("short\n" + "z" * 100_000 + "\n")
    assert [(note.kind, note.position, note.count) for note in kept.notes] == [(NoteKind.CUT, 2, 1)]
    assert "".join(kept.column("message")[1:]) == "z" * LONGEST_LINE
    assert set(kept.column("position")[1:]) == {2}


def test_a_traceback_belongs_to_its_record(read):
    data = many(2) + "Traceback (most recent call last):\n\n  File x\n" + many(1)
    kept = read(data, "waagent")
    assert kept.column("position") == [1, 2, 6]
    assert kept.column("message")[1] == "line 1\nTraceback (most recent call last):\n\n  File x"


def test_blank_lines_at_the_end_of_a_record_are_left_out(read):
    kept = read(many(1) + "\n\n" + many(1) + "\n", "waagent")
    assert kept.column("message") == ["line 0", "line 0"]


def test_lines_before_the_first_record_are_records_of_their_own(read):
    kept = read("cut off in the middle\n\n2024-05-01 00:00:00 ERROR other grammar\n" + many(1) + "more\n", "waagent")
    assert kept.column("position") == [1, 3, 4]
    assert kept.times == [None, "2024-05-01T00:00:00+00:00", "2024-05-01T03:06:00+00:00"]
    assert kept.column("level") == [Level.NONE, Level.ERROR, Level.INFO]
    assert [(note.kind, note.count) for note in kept.notes] == [(NoteKind.PARTLY, 2)]


def test_a_record_may_lie_across_blocks(read):
    line = "  continued " + "c" * 88 + "\n"
    before = many(BLOCK // 80)
    for shift in range(0, 400, 37):
        kept = read(before + "x" * shift + "\n" + line * 40 + many(1), "waagent")
        count = before.count("\n")
        record = kept.column("message")[count - 1]
        assert record.count("\n") == 41
        assert kept.column("position")[-1] == count + 42


def test_a_very_long_record_becomes_several_of_the_same_time(read):
    line = "  continued " + "c" * 88
    kept = read(many(1) + (line + "\n") * 20_000 + many(1), "waagent")
    assert max(map(len, kept.column("message"))) <= LONGEST_MESSAGE
    assert set(kept.times) == {"2024-05-01T03:06:00+00:00"}
    assert set(kept.column("level")) == {Level.INFO}
    assert set(kept.column("component")) == {"ExtHandler"}
    # No line is lost, and each stands where its record says.
    lines = ["line 0", *[line] * 20_000, "line 0"]
    for position, message in zip(kept.column("position"), kept.column("message"), strict=True):
        for at, text in enumerate(message.split("\n")):
            assert lines[position - 1 + at] == text
    assert sum(message.count("\n") + 1 for message in kept.column("message")) == 20_002


def test_a_long_record_of_a_file_without_years(read):
    data = "May  1 03:06:52 web01 app: first\n" + "  more\n" * 200_000 + "May  1 03:06:53 web01 app: second\n"
    kept = read(data, "syslog", path="var/log/messages-20240601")
    assert set(kept.times[:-1]) == {"2024-05-01T03:06:52+00:00"}
    assert kept.times[-1] == "2024-05-01T03:06:53+00:00"


def test_batches_are_of_bounded_size(read):
    kept = read(many(150_000), "waagent")
    assert all(0 < len(batch) <= MOST_ROWS for batch in kept.batches)
    assert len(kept.batches) > 2
    assert kept.column("position") == list(range(1, 150_001))
    assert all((batch.certainty, batch.zone_source) == (Certainty.EXACT, ZoneSource.LINE) for batch in kept.batches)


def test_a_million_tiny_lines(read):
    kept = read("a\n" * 1_000_000)
    assert all(len(batch) <= MOST_ROWS for batch in kept.batches)
    assert kept.column("position") == list(range(1, 1_000_001))


def test_the_whole_lines_are_kept_beside_the_message(read):
    data = many(1) + "Traceback\n" + many(1)
    kept = read(data, "waagent")
    assert kept.lines == [data.split("\n2024")[0], data.splitlines()[2]]
    assert read("only a message\n").batches[0].raw == []


def test_a_very_long_first_line_keeps_its_message(read):
    line = HEAD.format(1, 1, "x" * 30_000).rstrip("\n")
    kept = read(line + "\n  more\n", "waagent")
    assert "".join(kept.lines).replace("\n", "") == line + "  more"
    assert "".join(kept.column("message")).replace("\n", "") == "line " + "x" * 30_000 + "  more"
    assert kept.column("position") == [1, 1, 1, 1]


def test_several_patterns_take_turns(read):
    lines = [
        "2024-05-01 03:06:52.000001 [Microsoft.Azure.RecoveryServices.VMSnapshotLinux-1.0]starting enable",
        "2024/05/01 12:06:53.000002  Error  frozen",
        "2024-05-01 12:06:54 : freezing the mount: /",
    ]
    kept = read("\n".join(lines * 500), "vmsnapshot-linux")
    assert kept.column("message") == ["starting enable", "frozen", "freezing the mount: /"] * 500
    assert kept.column("level") == [Level.NONE, Level.ERROR, Level.NONE] * 500
    assert kept.column("position") == list(range(1, 1501))


def test_what_a_batch_says_of_its_file(read):
    batch = read("one\n", path="a/b.txt").batches[0]
    assert (batch.path, batch.format, batch.evidence, batch.record_numbers) == ("a/b.txt", "text", None, False)
    assert (batch.certainty, batch.zone_source) == (Certainty.NONE, ZoneSource.NONE)


def test_an_unknown_format_is_read_as_text(read):
    kept = read("one\ntwo\n", "no-such-format")
    assert kept.column("message") == ["one", "two"]
    assert kept.batches[0].format == "no-such-format"


def test_trouble_with_the_container_becomes_a_note():
    class Bomb(io.BytesIO):
        def read(self, size=-1):
            data = super().read(size)
            if not data:
                raise error(Code.BOMB, path="x", bytes=1)
            return data

    notes, events = [], []
    sink = type("Sink", (), {"note": lambda _, n: notes.append(n), "events": lambda _, b: events.append(b)})()
    read_text(FileInput("x", "waagent", lambda: Bomb(many(100).encode())), Host(), sink)
    assert [note.kind for note in notes] == [NoteKind.DAMAGED]
    assert sum(map(len, events)) == 100
