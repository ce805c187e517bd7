"""At the end: the state of every item that was asked for, and of the run."""

from saishu_collect import outcomes, plan, tally


def settle_items(run, stopped):
    """Return one dict per need of the plan, in order: id, need, status, reason, files, bytes, value, gaps."""
    items = []
    for need in run.plan.needs:
        unit = run.catalogue["evidence"][need["id"]]
        status, reason = run.tally.item(need, unit, run.facts, stopped)
        count = run.tally.items.get(need["id"], tally.Count())
        fact = run.facts.get(need["id"])
        item = {
            "id": need["id"], "need": need["need"], "status": status, "reason": reason, "files": count.files,
            "bytes": count.bytes, "value": fact.value if fact else None, "gaps": dict(count.bad),
        }  # fmt: skip
        items.append(item)
    _apply_substitutes(items, run)
    return items


def run_state(items, stopped):
    """Return the state of a run by its items and by what ended it."""
    if stopped == outcomes.INTERRUPTED:
        return outcomes.RUN_INTERRUPTED
    return outcomes.RUN_PARTIAL if stopped or any(map(tally.is_open, items)) else outcomes.RUN_COMPLETE


def _apply_substitutes(items, run):
    """Let a complete item stand for one that the machine does not have: the journal for a syslog that nobody writes.

    A tree that would have held the item's own files cannot stand for it: they were looked for there and are not there.
    """
    status = {one["id"]: one["status"] for one in items}
    stands_for = {need["id"]: need["satisfied_by"] for need in run.plan.needs}
    units = run.catalogue["evidence"]
    for item in items:
        if item["status"] != tally.MISSING or item["reason"] != outcomes.NO_SUCH_FILE:
            continue
        for other in stands_for[item["id"]]:
            if status.get(other) == tally.COMPLETE and not _lies_below(units[item["id"]], units[other]):
                item.update(status=tally.COMPLETE, satisfied_by=other)
                break


def _lies_below(unit, other):
    """Say whether everything a unit takes lies in a tree that another unit takes whole."""
    trees = [plan.slashed(step["path"]).rstrip("/") + "/" for step in other["collect"] if step["do"] == "tree"]
    named = [path for step in unit["collect"] for path in step.get("patterns", [step.get("path")])]
    wanted = [plan.slashed(path) for path in named if path]
    return bool(wanted) and all(any(path.startswith(tree) for tree in trees) for path in wanted)
