#!/bin/sh
# Saishu @VERSION@: one file, needs Python 3.6 or later and nothing else. A ZIP archive follows this script.
works() {
    "$1" -I -c 'import sys, zlib, json, hashlib; sys.exit(sys.version_info < (3, 6))' >/dev/null 2>&1
}
# /usr/libexec/platform-python is what RHEL 8 has where python3 is not installed.
for python in ${SAISHU_PYTHON:+"$SAISHU_PYTHON"} python3 /usr/bin/python3 /usr/libexec/platform-python \
    python3.13 python3.12 python3.11 python3.10 python3.9 python3.8 python3.7 python3.6; do
    # -I: the variables PYTHONHOME and PYTHONPATH of a database user must not reach us.
    works "$python" && exec "$python" -I "$0" "$@"
done
# printf and not cat: a PATH without anything must not hide this.
printf '%s\n' @MESSAGE@ >&2
exit 4
