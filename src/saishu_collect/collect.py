"""One collection from beginning to end: facts, plan, packing, manifest, verification."""

import os
import socket
import sys
import time

from saishu_collect import (
    __version__,
    bundle_file,
    control,
    deflate,
    detect,
    facts,
    gather,
    manifest,
    metadata,
    observe,
    outcomes,
    pack,
    plan,
    settling,
    summary,
    survey,
    tally,
    workers,
)

_CHECKPOINT_BYTES = 64 << 20
_CHECKPOINT_SECONDS = 5.0
_RUN_LOG_LINES = 5000
JOURNAL_SHARE = 8
"""The journal lies beside the archive as long as it takes less than this part of the room; else it stays in memory."""


class Options:
    """What the person asked for; times and sizes in seconds and bytes."""

    def __init__(self, **given):
        self.scenarios = given.pop("scenarios", [])
        self.out = given.pop("out", ".")
        self.given = given.pop("given", {})
        self.minimum = given.pop("minimum", False)
        self.since = given.pop("since", None)
        self.max_size = given.pop("max_size", None)
        self.failure_time = given.pop("failure_time", None)
        self.root = given.pop("root", None)
        self.offline = given.pop("offline", False)
        self.engine = given.pop("engine", None)
        self.threads = given.pop("threads", None)
        self.tss = given.pop("tss", None)
        self.metadata_host = given.pop("metadata_host", metadata.HOST)
        self.metadata_port = given.pop("metadata_port", metadata.PORT)
        self.azure_vm = None
        if given:
            raise TypeError("unknown options: {}".format(sorted(given)))


class Result:
    """What came of a run: the bundle, its size and sum, the state, and the items with their status."""

    def __init__(self):
        self.path = None
        self.size = 0
        self.sha256 = None
        self.members = 0
        self.state = outcomes.RUN_COMPLETE
        self.items = []
        self.warnings = []
        self.outcomes = {}
        self.read_bytes = 0
        self.seconds = 0.0
        self.damaged = None


class Collection:
    """The state of one run; `prepare` looks, `collect` acts."""

    def __init__(self, catalogue, machine, options, stop, clock=time.time):
        self.catalogue = catalogue
        self.machine = machine
        self.options = options
        self.stop = stop
        self.clock = clock
        self.started = clock()
        self.tally = tally.Tally()
        self.log_lines = []
        self.choices = []
        self.plan = None
        self.survey = None
        self.facts = {}
        self.answer = None
        self.warnings = []
        self.bundle = None
        self.number = 1
        self.on_bytes = pack.ignore
        self._since_checkpoint = [0, time.monotonic()]

    # ---- looking

    def log(self, text, *values):
        """Keep a line for the run log."""
        if len(self.log_lines) < _RUN_LOG_LINES:
            self.log_lines.append("{} {}".format(manifest.utc_text(self.clock()), text.format(*values)))

    def prepare(self):
        """Find out scenarios, facts, plan, sizes and warnings; changes nothing."""
        options, machine = self.options, self.machine
        self.answer = facts.ask_metadata(machine, options.offline, options.metadata_host, options.metadata_port)
        self.log("metadata service: {}", self.answer.error or "answered")
        if self.answer.compute:
            options.azure_vm = True
        self.choices = detect.choose(self.catalogue, machine, options.scenarios, self.stop)
        ids = [choice.scenario for choice in self.choices]
        self.log("scenarios: {}", ", ".join(ids))
        self.plan = plan.make_plan(self.catalogue, ids, machine, options, self.stop)
        self.facts = facts.find_facts(self.catalogue, self.plan, machine, options.given, self.answer, options.minimum)
        self.warnings = observe.observe(self.catalogue, machine, self.answer, self.facts, self.stop)
        self.window = survey.Window(self.started, options.since, options.failure_time)
        self.survey = survey.take_survey(self.plan, machine, self.window, self.stop)
        self.disk = survey.Disk(options.out)
        self.limit, self.limit_reason = survey.archive_limit(self.disk, options.max_size)
        if self.survey.journal < self.disk.budget // JOURNAL_SHARE:
            self.limit = min(self.limit, self.disk.budget - self.survey.journal)
        for evidence, found in sorted(self.plan.searches.items()):
            self.log(
                "search for {}: {} found, {} entries, {:.1f} s{}", evidence, len(found.found), found.entries,
                found.seconds, ", cut: " + found.cut if found.cut else "",
            )  # fmt: skip

    @property
    def limited(self):
        """True when not everything is expected to fit, so that the order of packing matters."""
        return self.survey.packed > self.limit

    @property
    def threads(self):
        """How many threads deflate: the processors we may use, at most eight."""
        if self.options.threads:
            return self.options.threads
        try:
            count = len(os.sched_getaffinity(0))
        except AttributeError:
            count = os.cpu_count() or 1
        return max(1, min(8, count))

    # ---- acting

    def collect(self):
        """Pack everything the plan names, finish and verify the bundle; return the Result."""
        result = Result()
        engine = self.options.engine or deflate.choose_engine()
        scenarios = [choice.scenario for choice in self.choices]
        host = facts.host_name(self.machine) or os.path.basename(self.machine.root)
        self.bundle, self.number = bundle_file.begin(self.options.out, host, scenarios, self.started, engine)
        self.log("packing with {} on {} threads; {}", engine.name, self.threads, ", ".join(control.be_gentle()))
        crew = workers.Crew(engine, self.threads)
        bounds = pack.Bounds(self.limit, listing=self.survey.listing)
        self.bundle.records.on_disk = self.survey.journal < self.disk.budget // JOURNAL_SHARE
        self.packer = pack.Packer(
            self.bundle.archive, self.bundle.records, crew, bounds, self.stop, self._on_record, self._on_bytes
        )
        gather.gather_all(self)
        crew.stop()
        self._finish(result)
        return result

    def _on_record(self, record):
        self.tally.add(record)
        if tally.is_gap(record):
            self.log("{}: {} {} {}", record["p"], record["o"], record.get("r", ""), record.get("d", ""))

    def _on_bytes(self, count):
        self.on_bytes(count)
        mark = self._since_checkpoint
        mark[0] += count
        if mark[0] > _CHECKPOINT_BYTES or time.monotonic() - mark[1] > _CHECKPOINT_SECONDS:
            mark[0], mark[1] = 0, time.monotonic()
            try:
                self.bundle.checkpoint()
            except OSError:
                pass

    # ---- finishing

    def _finish(self, result):
        result.items = settling.settle_items(self, self.stop.reason)
        result.state = settling.run_state(result.items, self.stop.reason)
        result.warnings = self.warnings
        result.outcomes = dict(self.tally.outcomes)
        result.read_bytes = self.tally.bytes
        self._close(result)

    def _close(self, result):
        scenarios = [choice.scenario for choice in self.choices]
        host = facts.host_name(self.machine) or os.path.basename(self.machine.root)
        final = bundle_file.name_of(host, scenarios, self.started, result.state, self.number)
        self.bundle.path = os.path.join(self.options.out, final)
        self.log("finished: {}", result.state)
        self.bundle.finish(lambda bundle: summary.tail_members(self, result, bundle))
        result.members, result.sha256, result.size = self.bundle.conclude(self.threads, self.on_bytes_verified)
        result.path = self.bundle.path
        result.seconds = self.clock() - self.started

    def on_bytes_verified(self, count):
        """Called while the finished archive is read back; replaced by who shows progress."""

    def intention(self):
        """Return what is known before anything was read: tool, run, platform, scenarios, facts."""
        offset = time.localtime(self.started)
        return {
            "tool": {
                "name": "saishu", "version": __version__, "catalogue": self.catalogue["version"],
                "python": ".".join(str(part) for part in sys.version_info[:3]), "packed_with": self.bundle.engine.name,
            },
            "run": {
                "started": manifest.utc_text(self.started), "host": facts.host_name(self.machine),
                "collected_on": socket.gethostname(), "root": self.options.root,
                "utc_offset_seconds": getattr(offset, "tm_gmtoff", -time.timezone), "zone": offset.tm_zone,
                "elevated": control.is_elevated(), "options": self._options_document(),
            },
            "platform": self.machine.platform,
            "scenarios": [
                {"id": one.scenario, "chosen_by": one.by, "reasons": one.reasons} for one in self.choices
            ],
            "facts": [
                {"id": name, "value": fact.value, "source": fact.source} for name, fact in sorted(self.facts.items())
            ],
        }  # fmt: skip

    def _options_document(self):
        options = self.options
        failure = options.failure_time
        return {
            "minimum": options.minimum, "since_seconds": options.since, "max_size": options.max_size,
            "failure_time": manifest.utc_text(failure) if failure is not None else None, "offline": options.offline,
        }  # fmt: skip

    def head(self, result):
        """Return the manifest without its files."""
        document = self.intention()
        document["run"].update(
            state=result.state, stopped_by=self.stop.reason, finished=manifest.utc_text(self.clock())
        )
        document.update(
            schema=manifest.SCHEMA,
            items=result.items,
            warnings=[{"id": seen.warning, "evidence": seen.evidence} for seen in self.warnings],
            limits={
                "archive": self.limit, "because": self.limit_reason if self.limited else None,
                "file": self.packer.bounds.file,
            },
            counts=dict(sorted(self.tally.outcomes.items())),
            bytes=self.tally.bytes,
        )  # fmt: skip
        return document
