"""The closed vocabularies of a collection: outcome and consistency of a file, state of a run, reasons."""

COLLECTED = "collected"
TRUNCATED = "truncated"
EMPTY = "empty"
MISSING = "missing"
DENIED = "denied"
FAILED = "failed"
TIMED_OUT = "timed_out"
SKIPPED = "skipped"

OUTCOMES = (COLLECTED, TRUNCATED, EMPTY, MISSING, DENIED, FAILED, TIMED_OUT, SKIPPED)

STABLE = "stable"
GREW = "grew"
SHRANK = "shrank"
MODIFIED = "modified"
REPLACED = "replaced"
VANISHED = "vanished"

CONSISTENCIES = (STABLE, GREW, SHRANK, MODIFIED, REPLACED, VANISHED)

# Why a file is not there, or not there in full: words stand in the phrases under `reason.<name>`.
SYMLINK = "symlink"
SPECIAL_FILE = "special_file"
OTHER_FILE_SYSTEM = "other_file_system"
OWN_OUTPUT = "own_output"
OLDER_THAN_SINCE = "older_than_since"
OVER_LIMIT = "over_limit"
OVER_FILE_LIMIT = "over_file_limit"
NO_SPACE = "no_space"
INTERRUPTED = "interrupted"
TOO_DEEP = "too_deep"
LOOP = "loop"
SPARSE_UNKNOWN = "sparse_unknown"
READ_STALLED = "read_stalled"
IO_ERROR = "io_error"
NOT_PERMITTED = "not_permitted"
LOCKED = "locked"
NO_SUCH_FILE = "no_such_file"
NO_SUCH_PROGRAM = "no_such_program"
EXIT_NOT_ZERO = "exit_not_zero"
NO_OUTPUT = "no_output"
NEEDS_PERSON = "needs_person"
NOT_THIS_PLATFORM = "not_this_platform"
NOT_WITH_ROOT = "not_with_root"
SHRANK_WHILE_READ = "shrank_while_read"
SEARCH_LIMIT = "search_limit"
NOT_IN_THIS_BUILD = "not_in_this_build"
OFFLINE = "offline"
FROM_EVTX = "from_evtx"

REASONS = (
    SYMLINK, SPECIAL_FILE, OTHER_FILE_SYSTEM, OWN_OUTPUT, OLDER_THAN_SINCE, OVER_LIMIT, OVER_FILE_LIMIT, NO_SPACE,
    INTERRUPTED, TOO_DEEP, LOOP, SPARSE_UNKNOWN, READ_STALLED, IO_ERROR, NOT_PERMITTED, NO_SUCH_FILE,
    NO_SUCH_PROGRAM, EXIT_NOT_ZERO, NO_OUTPUT, NEEDS_PERSON, NOT_THIS_PLATFORM, NOT_WITH_ROOT, SHRANK_WHILE_READ,
    SEARCH_LIMIT, NOT_IN_THIS_BUILD, OFFLINE, FROM_EVTX, LOCKED,
)  # fmt: skip

# State of a run.
RUN_COMPLETE = "complete"
RUN_PARTIAL = "partial"
RUN_INTERRUPTED = "interrupted"
RUN_RECOVERED = "recovered"
