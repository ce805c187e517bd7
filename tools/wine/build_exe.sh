#!/usr/bin/env bash
# Build dist/saishu.exe (one file, no Python needed; same sources, same bytes) and dist/saishu-windows.zip (a folder).
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/room.sh"
here=$ROOT/tools/wine
"$here/prepare.sh"
take_room
trap asleep EXIT
work=$CACHE/exe
rm -rf "$work" && mkdir -p "$work/src" "$ROOT/dist"
# A copy without caches: what lies beside the sources must not change the result.
(cd "$ROOT/src" && find saishu_collect \( -name '*.py' -o -name catalogue.json \) -print0 | tar -c --null -T -) | tar -x -C "$work/src"
cp "$here/entry.py" "$work/"
"$CACHE/venv/bin/python" "$here/version_resource.py" "$work/version.txt"

# What the collector never imports.
excluded=(asyncio concurrent distutils doctest lib2to3 multiprocessing pdb pydoc_data setuptools sqlite3 test tkinter
    unittest xmlrpc isal)
flags=()
for module in "${excluded[@]}"; do flags+=(--exclude-module "$module"); done

asleep
awake
export PYTHONPATH="$(winpath "$CACHE/sp");$(winpath "$work/src")"
export PYTHONHASHSEED=0 SOURCE_DATE_EPOCH=1700000000
cd "$work"
LIMIT=300 win "$PYTHON_EXE" -m PyInstaller --onefile --console --clean -y --noupx --uac-admin \
    --version-file version.txt --add-data 'src\saishu_collect\catalogue.json;saishu_collect' "${flags[@]}" \
    --name saishu entry.py >build.log || { tail -30 build.log >&2; exit 1; }
"$CACHE/venv/bin/python" "$here/check_parts.py" build/saishu/PKG-00.toc "$(winpath "$CACHE/py/cp311")" >&2
cp dist/saishu.exe "$ROOT/dist/saishu.exe"
say "dist/saishu.exe $(stat -c %s "$ROOT/dist/saishu.exe") bytes, sha256 $(sha256sum "$ROOT/dist/saishu.exe" | cut -c1-64)"
"$CACHE/venv/bin/python" "$ROOT/tools/build_pyz.py" -o "$work/saishu.pyz" >/dev/null
"$CACHE/venv/bin/python" "$here/build_folder.py" "$CACHE/embed/cp311" "$work/saishu.pyz" "$ROOT/dist/saishu-windows.zip" >&2
