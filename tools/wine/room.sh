# shellcheck shell=bash
# Sourced by the other scripts here: where things lie, and how to run a Windows program under Wine.
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
CACHE=${SAISHU_WINE:-$ROOT/.wine}
WINE=${WINE:-/usr/lib/wine/wine64}
SERVER=${WINESERVER:-/usr/lib/wine/wineserver64}
PYTHON_EXE=$CACHE/py/cp311/python.exe
READY=$CACHE/ready

export WINEPREFIX=${WINEPREFIX:-$CACHE/prefix}
export WINEDEBUG=-all
# Our stand-ins in place of the empty programs that Wine has of its own under these names.
STAND_INS="wevtutil.exe,msinfo32.exe,powershell.exe=n"
export WINEDLLOVERRIDES="mscoree,mshtml=;$STAND_INS"
export PYTHONUTF8=1 PYTHONDONTWRITEBYTECODE=1
unset DISPLAY

# One at a time: two runs in one prefix would end each other's programs.
take_room() {
    mkdir -p "$CACHE"
    exec 9>"$CACHE/lock"
    flock -w 1800 9 || { say "somebody else has used $CACHE for half an hour"; exit 1; }
}

say() { printf 'wine: %s\n' "$*" >&2; }

# Windows programs die when stdin is closed or any of the three streams is a regular file: give them pipes.
win() {
    echo | timeout "${LIMIT:-600}" "$WINE" "$@" 2>&1 9>&- | sed -u "s/wine: Read access denied for device .*//; /^$/d"
    return "${PIPESTATUS[1]}"
}

# Wine's services start with the first program and hold its pipes open. One program that sleeps, with no pipe at all,
# must come first, or a later one seems to end minutes late.
awake() {
    local mark=$WINEPREFIX/drive_c/awake tries=0
    rm -f "$mark"
    timeout 1200 "$WINE" "$PYTHON_EXE" -I -c 'import time; open("C:/awake", "w").close(); time.sleep(1200)' \
        </dev/null >/dev/null 2>&1 9>&- &
    AWAKE=$!
    until [[ -e $mark ]]; do
        ((tries++ < 300)) || { say "the prefix $WINEPREFIX does not start"; return 1; }
        sleep 0.1
    done
    rm -f "$mark"
}

asleep() {
    [[ -z ${AWAKE:-} ]] || kill "$AWAKE" 2>/dev/null || true
    AWAKE=
    timeout 30 "$SERVER" -k >/dev/null 2>&1 9>&- || true
}

winpath() { # the path of a file of ours as Windows sees it
    printf 'Z:%s' "${1//\//\\}"
}
