#!/usr/bin/env bash
# Run the Windows tests with a Windows Python: suite.sh [pytest arguments]
# Without Wine it says so and does nothing on a user's machine; in CI (SAISHU_CI) that is an error.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/room.sh"

if [[ -n ${SAISHU_CI:-} ]]; then
    "$ROOT/tools/wine/prepare.sh"
elif [[ ! -f $READY || ! -x $WINE ]]; then
    say "not prepared, so the Windows tests are left out. To run them: make wine"
    exit 0
fi
take_room
trap asleep EXIT
run() { # run LOCALE [pytest arguments]
    local locale=$1 started
    shift
    asleep
    rm -rf "$WINEPREFIX"/drive_c/users/*/Temp/pytest-of-*
    export LC_ALL=$locale
    awake
    started=$(date +%s)
    say "Windows tests in $locale"
    SAISHU_STRICT_WORDS=1 PYTHONPATH="$(winpath "$CACHE/sp");$(winpath "$ROOT/src")" \
        win "$PYTHON_EXE" -m pytest -q -p no:cacheprovider --rootdir "$(winpath "$ROOT")" "$@"
    say "$locale took $(($(date +%s) - started)) s"
}
arguments=("$@")
((${#arguments[@]})) || arguments=("$(winpath "$ROOT/tests/windows")")
for locale in ${LOCALES:-C.UTF-8 ja_JP.UTF-8}; do
    run "$locale" "${arguments[@]}"
done
