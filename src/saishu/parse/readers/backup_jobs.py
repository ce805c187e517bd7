"""Joins the lines of one job: snapshots of Linux VMs, HANA backups and backint calls, jobs of the MARS agent."""

from __future__ import annotations

import re
from collections import OrderedDict
from dataclasses import dataclass, field

from saishu.model import EventBatch, Level, Value
from saishu.parse.readers.whole import Tee, state
from saishu.parse.reading import FileInput, Host, Sink
from saishu.parse.text import read_text

_MOST_OPEN = 10_000
_STAGE = re.compile(r"^\*{6}\s*(?P<number>\d)\. ?(?P<what>.*)$")
_TASK = re.compile(r"\btask ?Id\W{1,3}(?P<task>[0-9A-Fa-f-]{36})", re.IGNORECASE)
_STATUS = re.compile(r"^Enable,(?P<status>\w+),(?P<code>-?\d+),(?P<text>.*)$")
_GOOD_CODES = ("0", "1")
_NAME = re.compile(r"StatusCode\.(?P<name>\w+)")
_RUN = re.compile(r"run_result - (?P<result>\d+) run_status - (?P<status>\w+)")
_COMMAND = re.compile(r"command: (?P<command>.{1,300})")
_HANA_DONE = re.compile(
    r"\b(?P<what>SAVE DATA|SNAPSHOT|BACKUP|LOG BACKUP)\b.*?finished (?P<how>successfully|with error)"
)
_CHAIN = re.compile(r"\[(\d{3,7})\]")
_CALL = re.compile(r"^(?:\S+ \S+ )?backint (?P<what>started|terminated)")
_PID = re.compile(r"\bpid: *(?P<pid>\d+)")
_EXIT = re.compile(r"\bexit code: *(?P<code>-?\d+)")
_FUNCTION = re.compile(r"\s-f\s+(?P<function>\w+)")
_MARS_END = re.compile(
    r"job (?:completed|finished|ended) successfully|Backup (?:completed|succeeded)|job failed|Backup failed",
    re.IGNORECASE,
)
_FAILED = re.compile(r"fail|error", re.IGNORECASE)


@dataclass(slots=True)
class _Job:
    """A job while its lines come in. start, end: µs UTC; stages: number to time."""

    line: int
    start: int | None = None
    end: int | None = None
    text: str = ""
    values: dict[str, Value] = field(default_factory=dict)
    stages: dict[int, int] = field(default_factory=dict)


class _Jobs:
    """Open jobs by their id, the oldest given up first."""

    def __init__(self, file: FileInput, sink: Sink, name: str) -> None:
        self._file = file
        self._sink = sink
        self._name = name
        self._open: OrderedDict[str, _Job] = OrderedDict()

    def job(self, key: str, line: int, time: int | None) -> _Job:
        """The open job of an id, a new one where there is none."""
        found = self._open.get(key)
        if found is None:
            found = self._open[key] = _Job(line, time)
            if len(self._open) > _MOST_OPEN:
                self.tell(next(iter(self._open)))
        found.end = time if time is not None else found.end
        return found

    def tell(self, key: str) -> None:
        """Close a job and say what came of it."""
        job = self._open.pop(key)
        values = {"result": "unfinished", **job.values, "start": job.start, "end": job.end}
        state(self._sink, self._file, self._name, values, job.line, job.text, job.end or job.start)

    def end(self) -> None:
        """Close all."""
        for key in list(self._open):
            self.tell(key)


def read_snapshots(file: FileInput, host: Host, sink: Sink) -> None:
    """extension.log of VMSnapshotLinux: one fact snapshot.job from `starting enable` to the next."""
    jobs = _Snapshots(file, sink)
    read_text(file, host, Tee(sink, jobs.look))
    jobs.end()


class _Snapshots:
    def __init__(self, file: FileInput, sink: Sink) -> None:
        self._file = file
        self._sink = sink
        self._job: _Job | None = None

    def look(self, batch: EventBatch) -> None:
        for position, time, message in zip(batch.position, batch.time, batch.message, strict=True):
            if "starting enable" in message:
                self.end()
                self._job = _Job(position, time, text=message[:300])
            elif self._job is not None:
                self._take(self._job, position, time, message)

    def _take(self, job: _Job, position: int, time: int | None, message: str) -> None:
        first = message.split("\n", 1)[0].strip()
        job.end = time if time is not None else job.end
        if (stage := _STAGE.match(first)) and time is not None:
            job.stages[int(stage["number"])] = time
        elif status := _STATUS.search(first):
            # Only these two codes are the end of a good job; "success" also stands with the code of one that goes on.
            good = status["status"] == "success" and status["code"] in _GOOD_CODES
            result = "success" if good else "failed" if status["status"] == "error" else "unfinished"
            job.values |= {"result": result, "code": int(status["code"])}
            job.text, job.line = first[:400], position
        if task := _TASK.search(first):
            job.values["task"] = task["task"].lower()
        if name := _NAME.search(first):
            job.values["code_name"] = name["name"]
        if (run := _RUN.search(first)) and job.values.get("result") in (None, "unfinished"):
            job.values["result"] = "success" if run["status"] == "success" else "failed"
            job.text, job.line = first[:400], position

    def end(self) -> None:
        job, self._job = self._job, None
        if job is None:
            return
        stages = job.stages
        values = {
            "task": None, "result": "unfinished", "code": None, "code_name": None, **job.values,
            "freeze_seconds": _between(stages, 1, 9), "snapshot_seconds": _between(stages, 5, 6),
            "last_stage": max(stages, default=None), "start": job.start, "end": job.end,
            **{f"stage_{number}": moment for number, moment in sorted(stages.items())},
        }  # fmt: skip
        state(self._sink, self._file, "snapshot.job", dict(values), job.line, job.text, job.end or job.start)


def _between(stages: dict[int, int], first: int, last: int) -> float | None:
    if first not in stages or last not in stages:
        return None
    return round((stages[last] - stages[first]) / 1_000_000, 3)


def read_hana_backups(file: FileInput, host: Host, sink: Sink) -> None:
    """backup.log of HANA: one fact hana.job for each backup id."""
    jobs = _Jobs(file, sink, "hana.job")
    database = next((part for part in reversed(file.path.split("/")) if part.startswith("DB_")), "SYSTEMDB")

    def look(batch: EventBatch) -> None:
        rows = zip(batch.position, batch.time, batch.operation, batch.message, batch.level, strict=True)
        for position, time, operation, message, level in rows:
            if operation:
                job = jobs.job(operation, position, time)
                job.values |= {"backup_id": operation, "database": database}
                _hana_line(job, position, message, level)

    read_text(file, host, Tee(sink, look))
    jobs.end()


def _hana_line(job: _Job, position: int, message: str, level: int) -> None:
    if (command := _COMMAND.search(message)) and "what" not in job.values:
        job.values["what"] = command["command"]
        job.text = job.text or message[:300]
    if done := _HANA_DONE.search(message):
        good = done["how"] == "successfully"
        # A data backup ends part by part; one failed part makes the whole fail.
        if job.values.get("result") != "failed":
            job.values["result"] = "success" if good else "failed"
        job.values.setdefault("what", done["what"])
        if not good:
            job.values["error"] = ",".join(_CHAIN.findall(message)[:8])
        job.text, job.line = message[:400], position
    elif level == Level.ERROR and "error" not in job.values and (chain := _CHAIN.findall(message)):
        job.values["error"] = ",".join(chain[:8])


def read_backint(file: FileInput, host: Host, sink: Sink) -> None:
    """backint.log of HANA: one fact backint.call from start to end, joined by process id."""
    jobs = _Jobs(file, sink, "backint.call")

    def look(batch: EventBatch) -> None:
        for position, time, message in zip(batch.position, batch.time, batch.message, strict=True):
            call, pid = _CALL.search(message), _PID.search(message)
            if not call or not pid:
                continue
            key = pid["pid"]
            job = jobs.job(key, position, time)
            job.values["pid"] = key
            if call["what"] == "started":
                function = _FUNCTION.search(message)
                job.values["function"] = function["function"] if function else None
                job.text = message[:300]
                continue
            code = _EXIT.search(message)
            failed = "#ERROR" in message or "exception" in message.lower() or (code is not None and code["code"] != "0")
            job.values |= {
                "exit_code": int(code["code"]) if code else None,
                "result": "failed" if failed else "success",
            }
            job.text, job.line = message[:400], position
            jobs.tell(key)

    read_text(file, host, Tee(sink, look))
    jobs.end()


def read_mars(file: FileInput, host: Host, sink: Sink) -> None:
    """Error logs of the MARS agent: one fact mars.job for each task id that begins or ends a backup."""
    jobs = _Jobs(file, sink, "mars.job")

    def look(batch: EventBatch) -> None:
        rows = zip(batch.position, batch.time, batch.operation, batch.message, batch.level, strict=True)
        for position, time, operation, message, level in rows:
            if not operation or not operation.strip("0-"):
                continue
            job = jobs.job(operation, position, time)
            job.values["task"] = operation
            if end := _MARS_END.search(message):
                job.values["result"] = "failed" if _FAILED.search(end[0]) else "success"
                job.text, job.line = message[:400], position
            elif level in (Level.CRITICAL, Level.ERROR):
                job.text = job.text or message[:400]

    read_text(file, host, Tee(sink, look))
    jobs.end()
