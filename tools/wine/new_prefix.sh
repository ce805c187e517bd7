#!/usr/bin/env bash
# Make a fresh Wine prefix that looks like Windows Server 2022: new_prefix.sh DIR
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/room.sh"
export WINEPREFIX=$1
[[ ! -e $WINEPREFIX ]] || { timeout 30 "$SERVER" -k >/dev/null 2>&1 9>&- || true; rm -rf "$WINEPREFIX"; }
quiet() { timeout 180 "$WINE" "$@" </dev/null 2>&1 9>&- | cat >/dev/null; }
quiet wineboot -i
quiet winecfg -v win10
cp "$ROOT/tools/wine/server2022.reg" "$WINEPREFIX/drive_c/look.reg"
quiet regedit /S 'C:\look.reg'
rm "$WINEPREFIX/drive_c/look.reg"
# The user's folders must not lead out of the prefix.
for folder in "$WINEPREFIX"/drive_c/users/*/*; do
    [[ ! -L $folder ]] || { rm "$folder" && mkdir "$folder"; }
done
timeout 60 "$SERVER" -k >/dev/null 2>&1 9>&- || true
timeout 60 "$SERVER" -w >/dev/null 2>&1 9>&- || true
