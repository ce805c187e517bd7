#!/bin/sh
# A report of every made-up case in samples/, failing and healthy, and one page over all, into out/demo/.
set -eu
cd "$(dirname "$0")/.."
mkdir -p out/demo
# 1: something is missing; 4: not enough evidence. Both leave a page behind.
report() {
    code=0
    .venv/bin/python -m saishu report "$@" || code=$?
    case $code in 0 | 1 | 4) ;; *) exit "$code" ;; esac
}
for folder in samples/failing/* samples/healthy/*; do
    report "$folder" -o "out/demo/$(basename "$(dirname "$folder")")-$(basename "$folder").html"
done
report samples/failing/* -o out/demo/fleet.html --pages out/demo/machines
