"""Zip archives: listed from the raw directory, read member by member."""

from __future__ import annotations

from saishu.bundle.errors import BundleError, Code, DamagedData, error, note
from saishu.bundle.inflate import ZIP_METHODS, has_deflate64
from saishu.bundle.limits import Limits
from saishu.bundle.openers import libarchive, zip_locked
from saishu.bundle.openers.zip_directory import Directory, find_directory, local_start, recover_directory
from saishu.bundle.openers.zip_entries import AES, Entries, Entry, list_entries, overlapping, read_entry
from saishu.bundle.passwords import PUBLISHED, Passwords
from saishu.bundle.sources import Reader, Source, Stretch
from saishu.bundle.streams import Opened
from saishu.model.bundle import BundleNote, MemberKind

_STORED = 0
_DEFLATE64 = 9
_TELLING = 16
"""A locked member shorter than this proves no password: its check is one byte."""


class ZipContainer:
    """A zip over any source."""

    kind = "zip"

    def __init__(self, source: Source, limits: Limits, passwords: Passwords) -> None:
        self._source = source
        self._limits = limits
        self._passwords = passwords
        self._password: bytes | None = None
        self._directory, entries = self._listed()
        listing = entries.listing
        self.notes: list[BundleNote] = listing.finish()
        self.members, self._where = listing.members, listing.where
        damaged = self._directory.lost or not entries.whole
        if damaged and not self.members:
            raise error(Code.NOT_READABLE, kind="zip")
        if damaged:
            cut = self._directory.cut or self.members[-1].path
            self.notes.append(note(Code.DAMAGED, None, count=len(self.members), cut=cut))
        self._overlapping: frozenset[int] = frozenset()
        if not entries.in_order:
            self._overlapping = overlapping(self._directory, self._where)
        if self._overlapping:
            example = self.members[min(self._overlapping)].path
            self.notes.append(note(Code.OVERLAP, None, count=len(self._overlapping), example=example))
        self.notes += _unknown(entries.methods)
        self._try_passwords()

    def _listed(self) -> tuple[Directory, Entries]:
        """The best list to be had: by the directory, or by the local headers where that is lost or broken."""
        directory = find_directory(self._source, self._limits)
        entries = list_entries(directory, self._limits) if directory is not None else None
        if directory is not None and entries is not None and entries.whole:
            return directory, entries
        recovered = recover_directory(self._source, self._limits)
        second = list_entries(recovered, self._limits)
        if directory is None or entries is None or len(second.listing.members) > len(entries.listing.members):
            return recovered, second
        return directory, entries

    def entry(self, number: int) -> Entry:
        """The central header of one member."""
        return read_entry(self._directory.records, self._where[number])

    def open(self, number: int) -> Opened:
        entry = self.entry(number)
        if number in self._overlapping:
            raise error(Code.OVERLAP, count=len(self._overlapping), example=self.members[number].path)
        start, length = self._extent(entry)
        if entry.encrypted:
            return self._unlocked(entry, start, length)
        if entry.method not in ZIP_METHODS or (entry.method == _DEFLATE64 and not has_deflate64()):
            return self._foreign(entry, start, length)
        reader = Reader(self._source, start, length)
        crc = entry.crc if entry.size is not None else None
        return Opened(ZIP_METHODS[entry.method](reader), entry.size, lambda: reader.taken, crc)

    def stored(self, number: int) -> Source | None:
        entry = self.entry(number)
        if entry.method != _STORED or entry.encrypted or number in self._overlapping:
            return None
        try:
            return Stretch(self._source, *self._extent(entry))
        except DamagedData:
            return None

    def close(self) -> None:
        self._source.close()

    def _extent(self, entry: Entry) -> tuple[int, int]:
        """Start and length of the packed bytes; the length is what is really there."""
        start = local_start(self._source, entry.offset + self._directory.shift)
        return start, max(0, min(entry.packed, self._source.size - start))

    def _foreign(self, entry: Entry, start: int, length: int) -> Opened:
        """A method that only libarchive may know (PPMd)."""
        if entry.method == _DEFLATE64:
            raise error(Code.NEEDS_LIBRARY, what="Deflate64")
        if not libarchive.is_available():
            raise error(Code.METHOD, method=entry.method)
        pull = libarchive.MemberPull(zip_locked.single_member(self._source, start, length, entry), None)
        return Opened(pull, entry.size, lambda: length, entry.crc, pull.close)

    def _unlocked(self, entry: Entry, start: int, length: int) -> Opened:
        known = self._password
        if known is not None and zip_locked.may_fit(self._source, start, length, entry, known):
            return zip_locked.unlock(self._source, start, length, entry, known)
        for password in self._passwords.in_turn():
            if zip_locked.fits(self._source, start, length, entry, password):
                self._passwords.fitted(password)
                self._password = password
                return zip_locked.unlock(self._source, start, length, entry, password)
        raise error(Code.LOCKED)

    def _try_passwords(self) -> None:
        """Find out once, on the smallest locked member with content, whether the locked ones can be read."""
        locked = sorted(
            (member.size is None or member.size < _TELLING, member.size or 0, number)
            for number, member in enumerate(self.members)
            if member.encrypted and member.kind is MemberKind.FILE
        )
        try:
            if locked:
                self.open(locked[0][2])
        except BundleError as trouble:
            self.notes.append(trouble.as_note())
        except DamagedData:
            return
        if self._password == PUBLISHED and self._passwords.only_published:
            self.notes.append(note(Code.DEFAULT_PASSWORD))


def _unknown(methods: frozenset[int]) -> list[BundleNote]:
    """What cannot be inflated here, said before anybody tries."""
    notes = []
    if _DEFLATE64 in methods and not has_deflate64():
        notes.append(note(Code.NEEDS_LIBRARY, None, what="Deflate64"))
    if not libarchive.is_available():
        notes += [note(Code.METHOD, None, method=odd) for odd in sorted(methods - {AES, *ZIP_METHODS})]
    return notes
