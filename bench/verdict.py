"""Judges our own archive of the folder that misbehaves: is every entry of its manifest true?"""

import json
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

import nasty
from contents import Contents
from running import Run

Entry = dict[str, Any]
TOP = b"/var/log/"
_CHURN = nasty.CHURN.encode() + b"/"


class Verdict(NamedTuple):
    """What our manifest says. says: of the moving files, in short. details: of each odd entry. faults: statements that
    are not true, entries that are not mentioned, members that nobody mentions."""

    says: str
    details: list[str]
    faults: list[str]


class Bundle:
    """Our archive: the manifest's entries by path below /var/log, and the members' bytes."""

    def __init__(self, archive: Path, contents: Contents) -> None:
        self._zip = zipfile.ZipFile(archive)
        self.manifest = json.loads(self._zip.read("manifest.json"))
        self.members = {name.decode("utf-8", "surrogateescape"): (size, sha) for name, size, sha in contents.members}
        self.entries: dict[bytes, Entry] = {}
        for entry in self.manifest["files"]:
            raw = bytes.fromhex(entry["path_hex"]) if entry.get("path_hex") else entry["path"].encode()
            self.entries[raw.split(TOP, 1)[-1]] = entry

    def data(self, entry: Entry) -> bytes:
        """Return the bytes of an entry's member."""
        return self._zip.read(entry["member"])


def _tell(name: str, entry: Entry | None) -> str:
    if entry is None:
        return f"{name}: not mentioned"
    words = [entry.get(key) for key in ("outcome", "reason", "detail", "link_target", "consistency")]
    size = f"{entry['size']} of {entry.get('file_size')} bytes" if "member" in entry else None
    return f"{name}: " + ", ".join(word for word in (*words, size) if word)


def _member_faults(bundle: Bundle) -> list[str]:
    """Compare members and entries, both ways."""
    faults = []
    named = {entry["member"] for entry in bundle.entries.values() if "member" in entry}
    for entry in bundle.entries.values():
        if "member" in entry and bundle.members.get(entry["member"]) != (entry["size"], entry.get("sha256")):
            faults.append(f"{entry['path']!r}: member absent or other than size and sha256 say")
        if "member" not in entry and not entry.get("reason"):
            faults.append(f"{entry['path']!r}: not there, and no reason given")
    strangers = [name for name in bundle.members if name not in named and "var/log/" in name]
    return faults + [f"{name!r}: a member without an entry" for name in strangers]


def _still_faults(bundle: Bundle, wanted: dict[bytes, tuple[int, str]], must_all: bool) -> list[str]:
    """The files that stand still must be there and stable (all of them, or only those that are said to be whole)."""
    faults = []
    for name, (size, sha) in wanted.items():
        entry = bundle.entries.get(name)
        whole = entry is not None and (entry.get("size"), entry.get("sha256")) == (size, sha)
        claimed = entry is not None and entry["outcome"] == "collected"
        if (must_all or claimed) and not (whole and claimed and entry and entry.get("consistency") == "stable"):
            faults.append(_tell(repr(name), entry) + ": should be collected, stable and whole")
    return faults


def _special_faults(bundle: Bundle) -> list[str]:
    faults = []
    for name, reasons in (
        (nasty.FIFO, ("special_file",)), (nasty.SOCKET, ("special_file",)), (nasty.DEVICE, ("special_file",)),
        (nasty.LOOP, ("symlink", "loop")),
    ):  # fmt: skip
        entry = bundle.entries.get(name.encode())
        if entry is None and name == nasty.DEVICE:
            continue
        if entry is None or entry["outcome"] != "skipped" or entry.get("reason") not in reasons or "member" in entry:
            faults.append(_tell(name, entry) + f": should be skipped, {' or '.join(reasons)}")
    return faults


def _sparse_faults(bundle: Bundle, log: Path) -> list[str]:
    entry = bundle.entries.get(nasty.SPARSE.encode())
    if entry is None:
        return [f"{nasty.SPARSE}: not mentioned"]
    if "member" not in entry:
        return []
    if not entry.get("extents"):
        return (
            []
            if entry["size"] == nasty.SPARSE_BYTES
            else [_tell(nasty.SPARSE, entry) + ": neither whole nor by extents"]
        )
    with (log / nasty.SPARSE).open("rb") as file:
        expected = b""
        for offset, length in entry["extents"]:
            file.seek(offset)
            expected += file.read(length)
    return (
        []
        if bundle.data(entry) == expected and b"\1" * 292 in expected
        else [f"{nasty.SPARSE}: other data than its extents"]
    )


def _moving_faults(bundle: Bundle, began_with: int) -> list[str]:
    """A member must be what the file held; 'stable' is only true of a whole version that nobody was changing."""
    faults = []
    growing, truncating = (bundle.entries.get(name.encode()) for name in (nasty.GROWING, nasty.TRUNCATING))
    if growing is None or truncating is None:
        return [f"{name}: not mentioned" for name, entry in ((nasty.GROWING, growing), (nasty.TRUNCATING, truncating))
                if entry is None]  # fmt: skip
    if "member" in growing:
        if not nasty.is_prefix(bundle.data(growing)):
            faults.append(_tell(nasty.GROWING, growing) + ": not the beginning of the file")
        cut = growing["outcome"] == "truncated"
        if (growing["size"] < began_with and not cut) or (growing["consistency"] == "stable" and not cut):
            faults.append(_tell(nasty.GROWING, growing) + ": it grew, and was larger")
    if "member" in truncating:
        one_version = nasty.is_one_version(bundle.data(truncating))
        if truncating["consistency"] == "stable" and not one_version:
            faults.append(_tell(nasty.TRUNCATING, truncating) + ": torn, but called stable")
        if truncating["outcome"] == "collected" and truncating["size"] < truncating["file_size"]:
            faults.append(_tell(nasty.TRUNCATING, truncating) + ": shorter than it was, but called collected")
    for name, entry in bundle.entries.items():
        if name.startswith(_CHURN) and "member" in entry:
            whole = b"job %d\n" % int(name[len(_CHURN) + 3 : -4]) * 500
            data = bundle.data(entry)
            if not whole.startswith(data) or (len(data) < len(whole) and entry.get("consistency") == "stable"
                                              and len(data) != entry["file_size"]):  # fmt: skip
                faults.append(_tell(repr(name), entry) + ": not what the file held")
    return faults


def _churn_counts(bundle: Bundle) -> str:
    kinds = Counter(
        f"{entry['outcome']}/{entry.get('consistency', '-')}"
        for name, entry in bundle.entries.items()
        if name.startswith(_CHURN)
    )
    return ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items())) or "none"


def _open(archive: Path | None, contents: Contents) -> Bundle | str:
    if archive is None or contents.damage:
        return contents.damage or "no archive"
    try:
        return Bundle(archive, contents)
    except (KeyError, ValueError, OSError) as error:
        return f"no manifest: {error}"


def _details(bundle: Bundle) -> list[str]:
    names = (nasty.FIFO, nasty.SOCKET, nasty.DEVICE, nasty.LOOP, nasty.SPARSE, nasty.GROWING, nasty.TRUNCATING)
    return [_tell(name, bundle.entries.get(name.encode())) for name in names] + [
        f"{nasty.CHURN}/: {_churn_counts(bundle)}"
    ]


def _says(bundle: Bundle) -> str:
    told = []
    for name in (nasty.GROWING, nasty.TRUNCATING):
        entry = bundle.entries.get(name.encode(), {})
        told.append(
            f"{name}: {entry.get('outcome', 'not mentioned')}, {entry.get('consistency') or entry.get('reason')}"
        )
    return "; ".join([*told, f"{nasty.CHURN}/: {_churn_counts(bundle)}"])


def judge_whole(
    archive: Path | None, contents: Contents, wanted: dict[bytes, tuple[int, str]], log: Path, run: Run
) -> Verdict:
    """Judge a run that nobody disturbed."""
    bundle = _open(archive, contents)
    if isinstance(bundle, str):
        return Verdict("nothing", [], [bundle])
    faults = [f"exit {run.exit_code}"] if run.exit_code not in (0, 1) else []
    faults += [f"broken member {name!r}" for name in contents.broken]
    faults += _member_faults(bundle) + _still_faults(bundle, wanted, must_all=True)
    faults += _special_faults(bundle) + _sparse_faults(bundle, log) + _moving_faults(bundle, nasty.GROWS_FROM)
    return Verdict(_says(bundle), _details(bundle), faults)


def judge_interrupted(
    archive: Path | None, contents: Contents, wanted: dict[bytes, tuple[int, str]], log: Path, run: Run
) -> Verdict:
    """Judge a run that got SIGINT: what is in the zip must be whole or marked, and the run must say so."""
    bundle = _open(archive, contents)
    if isinstance(bundle, str):
        return Verdict("nothing", [], [bundle])
    state = bundle.manifest.get("state") or bundle.manifest.get("run", {}).get("state")
    if run.exit_code in (0, 1) and state != "interrupted":  # It came too late: everything had been read by then.
        return judge_whole(archive, contents, wanted, log, run)
    faults = [] if run.exit_code == 130 else [f"exit {run.exit_code}, should be 130"]
    faults += [] if state == "interrupted" else [f"state {state}, should be interrupted"]
    faults += [f"broken member {name!r}" for name in contents.broken]
    faults += _member_faults(bundle) + _still_faults(bundle, wanted, must_all=False)
    cut = [entry for entry in bundle.entries.values() if entry.get("reason") == "interrupted" and "member" in entry]
    for entry in cut:
        if entry["outcome"] == "collected":
            faults.append(_tell(entry["path"], entry) + ": cut, but called collected")
    whole = sum(name in bundle.entries and bundle.entries[name]["outcome"] == "collected" for name in wanted)
    details = [f"state {state}, {len(bundle.members)} members, {whole} of {len(wanted)} still files whole"]
    details += [_tell(entry["path"], entry) for entry in cut]
    unread = sum(entry.get("reason") == "interrupted" and "member" not in entry for entry in bundle.entries.values())
    details.append(f"{unread} entries said to be left out because of the interruption")
    return Verdict(_says(bundle), details, faults)
