#!/bin/sh
# Make .venv ready for one purpose: `run` (what the product needs) or `dev` (also what tests and generators need).
# With uv where it is installed, else with venv and pip; both from locked versions with hashes.
set -eu
purpose=$1
python=${PYTHON:-python3}
venv=.venv
say() { printf 'environment: %s\n' "$*" >&2; }

"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || {
    say "Python 3.11 or later is needed, and '$python' is not one. Install it, or name one: make PYTHON=/path/to/python3 …"
    exit 2
}

if command -v uv >/dev/null 2>&1; then
    case $purpose in
        run) uv sync --quiet --frozen --no-install-project --inexact --no-dev --python "$python" ;;
        dev) uv sync --quiet --frozen --no-install-project --inexact --python "$python" ;;
    esac
else
    [ -x "$venv/bin/python" ] || "$python" -m venv "$venv" || {
        # Debian ships venv apart from Python.
        rm -rf "$venv"
        if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
            say "installing python3-venv"
            apt-get update -qq >/dev/null && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq python3-venv >/dev/null
            "$python" -m venv "$venv"
        else
            say "the module venv is missing. Install it (Debian, Ubuntu: apt-get install python3-venv), or install uv."
            exit 2
        fi
    }
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r "requirements/$purpose.txt"
fi

# The sources are used where they stand: nothing is built to run them.
"$venv/bin/python" - <<'PYTHON'
import pathlib, sysconfig

link = pathlib.Path(sysconfig.get_path("purelib")) / "saishu_sources.pth"
link.write_text(str(pathlib.Path("src").resolve()) + "\n", encoding="utf-8")
PYTHON
touch "$venv/.ready-$purpose"
