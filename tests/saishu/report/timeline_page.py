"""A page that holds nothing but a timeline, under the policy of the real one, and stores to draw it from."""

import base64
import hashlib
import random

from saishu.model import Certainty, Diagnosis, EventBatch, Finding, FindingKind, Level, Proof, Verdict
from saishu.model.diagnosis import Confidence, Severity
from saishu.parse.reading import Host
from saishu.report.timeline_part import timeline_part
from saishu.timeline.parts import PartWriter
from saishu.timeline.reading import Reading
from saishu.timeline.store import Store
from saishu_collect import catalogue
from saishu_collect.words import LANGUAGES, Words

SECOND = 1_000_000
START = 1_760_000_000 * SECOND
DAY = 86_400 * SECOND
SAY = {lang: Words(catalogue.load(), lang) for lang in LANGUAGES}
FAILURE = START + 3 * DAY
_VERBS = ("started", "finished", "waits for", "could not open", "retries", "has no answer from", "wrote", "skipped")
_NOUNS = (
    "the snapshot",
    "volume 3",
    "the catalogue",
    "a writer",
    "/hana/data",
    "the vault",
    "block device sdc",
    "a task",
)

_SHELL = """<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; style-src {style_hash}; script-src {script_hash}">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>Timeline</title><style>{style}</style></head>
<body><input type="radio" name="language" id="show-en" checked><label for="show-en">English</label>
<input type="radio" name="language" id="show-ja"><label for="show-ja" lang="ja">日本語</label>
<main><h3>Timeline</h3>{html}<h3 id="finding-a-rule">A finding</h3></main>
<script type="application/octet-stream" id="timeline-data">{data}</script><script>{script}</script></body></html>"""
_STYLE = """
:root { color-scheme: light dark; } * { box-sizing: border-box; }
body { font: 16px/1.7 system-ui, "Noto Sans CJK JP", sans-serif; margin: 0 auto; max-width: 76rem; padding: 1rem;
background: #fff; color: #1c2024; }
@media (prefers-color-scheme: dark) { body { background: #16181c; color: #e8eaed; } }
body:has(#show-en:checked) main [lang=ja], body:has(#show-ja:checked) main [lang=en] { display: none; }
"""


def digest(text):
    return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"


def page_of(part):
    """The page as text."""
    style = _STYLE + part.style
    return _SHELL.format(
        style=style, style_hash=digest(style), script=part.script, script_hash=digest(part.script),
        html=part.html, data=part.data,
    )  # fmt: skip


def batch_of(path, rows, form="syslog", certainty=Certainty.EXACT, records=False):
    """Events of one file; rows: (time, level, component, event id, operation, message), numbered from 1."""
    batch = EventBatch(path, form, certainty=certainty, record_numbers=records)
    for number, (time, level, component, event_id, operation, message) in enumerate(rows, 1):
        batch.position.append(number)
        batch.time.append(time)
        batch.level.append(level)
        batch.component.append(component)
        batch.event_id.append(event_id)
        batch.operation.append(operation)
        batch.message.append(message)
    return batch


def store_of(folder, batches):
    """A store written by the product's own writer."""
    folder.mkdir(parents=True, exist_ok=True)
    writer = PartWriter(folder, "t")
    for batch in batches:
        writer.add(batch)
    writer.flush()
    return Store(folder)


def large_store(folder, events, files=40, seed="timeline"):
    """A store as a busy machine leaves it: about half of the messages are unique, three levels in bursts."""
    rng = random.Random(seed)
    share = events // files
    return store_of(folder, (_busy_file(rng, number, share, events) for number in range(files)))


def _busy_file(rng, number, count, events):
    span = 10 * DAY
    first = START if number % 7 else FAILURE + DAY
    times = sorted(first + rng.randrange(span - (first - START)) // 1000 * 1000 for _ in range(count))
    levels = rng.choices((2, 3, 4, 5, 0), (1, 3, 60, 10, 26), k=count)
    rows = [
        (time, level, f"worker-{number % 9}", 100 + number % 30 if number % 5 == 0 else None,
         f"job-{rng.randrange(900):04x}" if number % 4 == 0 else None, _message(rng, number))
        for time, level in zip(times, levels, strict=True)
    ]  # fmt: skip
    return batch_of(f"host01/var/log/service{number:03d}/agent.log", rows, records=number % 5 == 0)


def _message(rng, number):
    said = f"{rng.choice(_NOUNS)} {rng.choice(_VERBS)} {rng.choice(_NOUNS)}"
    if rng.random() < 0.5:
        return f"{said} in step {rng.randrange(40)}"
    return f"[{rng.getrandbits(24):06x}] {said} after {rng.randrange(100000)} ms, request {rng.getrandbits(32):08x}"


def finding_of(rule="a-rule", time=FAILURE, kind=FindingKind.FAULT, path="host01/var/log/service001/agent.log"):
    """A finding with one proof."""
    title = {"en": f"The snapshot failed ({rule})", "ja": f"スナップショットに失敗しました ({rule})"}
    proof = Proof(path, 1, None, time, Certainty.EXACT, "a line")
    return Finding(
        rule, kind, Severity.HIGH, Confidence.CERTAIN, "documented", (), title, title, {"en": (), "ja": ()}, None, (),
        (proof,), 1, time, time,
    )  # fmt: skip


def diagnosis_of(*findings):
    """A judgement with these findings."""
    return Diagnosis(Verdict.FAULT, "fault_found", findings, (), (), ())


def part_of(store, moment=FAILURE, findings=(), host=None):
    """The timeline of a store."""
    return timeline_part(store, Reading(store, host or Host()), diagnosis_of(*findings), SAY, moment)


INFO, WARNING, ERROR = int(Level.INFO), int(Level.WARNING), int(Level.ERROR)
