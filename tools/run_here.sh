#!/bin/sh
# The main job on this machine, unattended: collect, check, report. Missing evidence is a result, not a failure.
set -eu
saishu=".venv/bin/python -m saishu"
out=${OUT:-out}
mkdir -p "$out"
say() { printf '%s\n' "$*"; }

# A first try should not knock at other people's doors: the connectivity check is left out unless ONLINE=1 asks for it.
network=--offline
[ "${ONLINE:-}" = 1 ] && network=

# 0: nothing wrong; 1: something is missing; 4: not enough rights or evidence. All three leave a bundle behind.
job() {
    code=0
    "$@" || code=$?
    case $code in
        0 | 1 | 4) ;;
        *) say "run: '$*' ended with exit code $code, see above." >&2; exit "$code" ;;
    esac
}

# Bundles of earlier runs lie here too: ours is the one that was not there before.
earlier=$(ls "$out"/*.zip 2>/dev/null || true)
# shellcheck disable=SC2086
job $saishu collect --yes -o "$out" $network
collected=$code
bundle=
for file in "$out"/*.zip; do
    [ -e "$file" ] && ! printf '%s\n' "$earlier" | grep -qxF -- "$file" && bundle=$file
done
if [ -z "$bundle" ]; then
    say "run: the collection wrote no bundle (exit code $collected), see above." >&2
    [ "$collected" -ne 0 ] || collected=5
    exit "$collected"
fi
job $saishu check "$bundle" >"$out/check.txt"
checked=$code
cat "$out/check.txt"
job $saishu diagnose "$bundle" >"$out/diagnosis.txt"
sed -n '1,2p' "$out/diagnosis.txt"
job $saishu report "$bundle" -o "$out/report.html"

say ""
say "Bundle:  $bundle"
say "Check:   $out/check.txt"
say "Reading: $out/diagnosis.txt"
say "Report:  $out/report.html"
[ -z "$network" ] || say "Network: not used (ONLINE=1 make run also asks the Azure metadata service and checks the connectivity)."
case "$collected$checked" in
    00) ;;
    *) say "The job itself worked; some evidence that support would ask for is not on this machine or could not be read (see the check)." ;;
esac
