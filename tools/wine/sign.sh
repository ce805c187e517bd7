#!/usr/bin/env bash
# Sign dist/saishu.exe with your code-signing certificate: sign.sh CERT.pem KEY.pem [TIMESTAMP_URL]
# Needs osslsigncode only. The key may have a password: osslsigncode asks for it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
cert=${1:-} key=${2:-} stamp=${3:-} exe=${EXE:-dist/saishu.exe}
if [[ ! -f $cert || ! -f $key ]]; then
    printf 'sign: give both files: make sign CERT=certificate.pem KEY=key.pem [STAMP=http://timestamp…]\n' >&2
    exit 2
fi
command -v osslsigncode >/dev/null || { printf 'sign: osslsigncode is not installed\n' >&2; exit 2; }
[[ -f $exe ]] || { printf 'sign: %s is not there; make exe builds it\n' "$exe" >&2; exit 2; }
more=()
[[ -z $stamp ]] || more=(-ts "$stamp")
rm -f "$exe.signed"
osslsigncode sign -certs "$cert" -key "$key" -h sha256 -n "Saishu" "${more[@]}" \
    -in "$exe" -out "$exe.signed"
mv "$exe.signed" "$exe"
[[ -n $stamp ]] || printf 'sign: without STAMP the signature ends with the certificate\n' >&2
