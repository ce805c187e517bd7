#!/usr/bin/env bash
# Make Wine, a Windows Python, a prefix that looks like Windows Server 2022 and stand-in tools ready in .wine/.
# Quick when that has been done. Exit code 3: this machine cannot (packages are missing and we may not install them).
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/room.sh"
here=$ROOT/tools/wine

packages=(wine wine64 gcc-mingw-w64-x86-64-win32 binutils-mingw-w64-x86-64 osslsigncode openssl locales python3-venv)
install_packages() {
    local missing=() package
    for package in "${packages[@]}"; do
        dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
    done
    ((${#missing[@]})) || return 0
    if [[ $(id -u) != 0 ]] || ! command -v apt-get >/dev/null; then
        say "these packages are needed: ${missing[*]} (Debian, Ubuntu: apt-get install …)"
        exit 3
    fi
    say "installing ${missing[*]}"
    DEBIAN_FRONTEND=noninteractive apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

make_locale() { # cp932 under Wine comes from a Japanese locale of the system
    locale -a | grep -qi '^ja_JP\.utf-\?8$' && return
    localedef -i ja_JP -f UTF-8 ja_JP.UTF-8 2>/dev/null || say "no Japanese locale: root can make one with locale-gen"
}

download() {
    local python=$CACHE/venv/bin/python
    [[ -x $python ]] || { /usr/bin/python3 -m venv "$CACHE/venv" && "$python" -m pip -qq install setuptools wheel; }
    rm -rf "$CACHE/dl"
    "$python" -m pip -qq --disable-pip-version-check download --require-hashes --no-deps --no-build-isolation \
        --no-binary :all: -d "$CACHE/dl" -r "$here/requirements-python.txt"
    "$python" -m pip -qq --disable-pip-version-check download --require-hashes --no-deps --only-binary :all: \
        --platform win_amd64 --python-version 311 -d "$CACHE/dl" -r "$here/requirements-windows.txt"
    "$python" "$here/unpack.py" "$CACHE"
    rm -rf "$CACHE/dl"
}

make_stand_ins() {
    x86_64-w64-mingw32-gcc -municode -Os -s -o "$CACHE/faketool.exe" "$here/faketool.c"
    x86_64-w64-mingw32-gcc -shared -Os -s -o "$CACHE/stand_in_wevtapi.dll" "$here/stand_in_wevtapi.c"
    local system=$WINEPREFIX/drive_c/windows/system32 name
    for name in vssadmin wevtutil msinfo32 diskshadow; do
        cp --remove-destination "$CACHE/faketool.exe" "$system/$name.exe"
    done
    mkdir -p "$system/WindowsPowerShell/v1.0" "$WINEPREFIX/drive_c/faketools" "$WINEPREFIX/drive_c/stand_ins"
    cp --remove-destination "$CACHE/faketool.exe" "$system/WindowsPowerShell/v1.0/powershell.exe"
    cp --remove-destination "$CACHE/stand_in_wevtapi.dll" "$WINEPREFIX/drive_c/stand_ins"
}

recipe=(prepare.sh unpack.py faketool.c stand_in_wevtapi.c new_prefix.sh server2022.reg)
wanted=$(cd "$here" && cat requirements-*.txt "${recipe[@]}" | sha256sum)
if [[ -f $READY && $(cat "$READY") == "$wanted" && -x $WINE ]]; then
    exit 0
fi
started=$(date +%s)
mkdir -p "$CACHE"
rm -f "$READY"
install_packages
make_locale
say "downloading the Windows Python"
download
say "making a Windows prefix"
"$here/new_prefix.sh" "$WINEPREFIX"
make_stand_ins
printf '%s\n' "$wanted" >"$READY"
say "ready after $(($(date +%s) - started)) s"
