"""The journal: memory stays small, nothing is lost, a torn line is left out."""

import os

from hypothesis import given, settings
from hypothesis import strategies as st

from saishu_collect import records

RECORD = st.fixed_dictionaries(
    {
        "p": st.text(max_size=60),
        "e": st.lists(st.text(max_size=8), max_size=3),
        "o": st.sampled_from(["collected", "x"]),
    },
    optional={"t": st.floats(allow_nan=False, allow_infinity=False), "off": st.integers(0, 1 << 50), "d": st.none()},
)


@settings(max_examples=60, deadline=None)
@given(wanted=st.lists(RECORD, max_size=40), keep=st.integers(0, 3000), on_disk=st.booleans())
def test_what_was_added_is_read_in_order(wanted, keep, on_disk, tmp_path_factory):
    path = tmp_path_factory.mktemp("r") / "journal"
    journal = records.Records(str(path), keep_in_memory=keep)
    journal.on_disk = on_disk
    for number, record in enumerate(wanted):
        journal.add(record)
        if number % 7 == 3:
            journal.flush()
            assert list(journal.read()) == wanted[: number + 1]
    assert list(journal.read()) == wanted
    assert list(journal.read()) == wanted
    assert journal.count == len(wanted)
    assert on_disk or not path.exists()
    journal.remove()
    assert not path.exists()


@settings(max_examples=60, deadline=None)
@given(wanted=st.lists(RECORD, min_size=1, max_size=20), cut=st.integers(0, 100_000))
def test_a_torn_journal_gives_its_whole_lines(wanted, cut, tmp_path_factory):
    path = tmp_path_factory.mktemp("r") / "journal"
    journal = records.Records(str(path), keep_in_memory=0)
    for record in wanted:
        journal.add(record)
    journal.flush()
    data = path.read_bytes()
    cut %= len(data) + 1
    path.write_bytes(data[:cut])
    whole = data[:cut].count(b"\n")
    found = list(records.read_journal(str(path)))
    assert found[:whole] == wanted[:whole]
    assert len(found) <= whole + 1


def test_a_journal_that_cannot_be_written_stays_in_memory(tmp_path):
    journal = records.Records(str(tmp_path / "nowhere" / "journal"), keep_in_memory=10)
    for number in range(50):
        journal.add({"p": str(number), "e": [], "o": "x"})
    assert [record["p"] for record in journal.read()] == [str(number) for number in range(50)]
    journal.remove()


def test_a_full_disk_loses_no_record(tmp_path):
    """Half a batch that reached the disk is taken back, and the batch is kept in memory."""
    path = tmp_path / "journal"
    journal = records.Records(str(path), keep_in_memory=0)
    journal.add({"p": "first", "e": [], "o": "x"})

    class Full:
        """A file that takes some bytes and then says that the disk is full."""

        def __init__(self, file):
            self.file = file
            self.left = 30

        def seek(self, *where):
            return self.file.seek(*where)

        def truncate(self, size):
            return self.file.truncate(size)

        def write(self, data):
            if self.left <= 0:
                raise OSError(28, "No space left on device")
            self.left -= len(data[:20])
            return self.file.write(data[:20])

        def close(self):
            self.file.close()

    journal._file = Full(journal._file)
    for number in range(5):
        journal.add({"p": f"second {number}", "e": [], "o": "x"})
    assert [record["p"] for record in journal.read()] == ["first"] + [f"second {number}" for number in range(5)]
    assert os.path.getsize(path) == len(b'{"e":[],"o":"x","p":"first"}\n')
    journal.remove()
