#!/usr/bin/env bash
# Packs a binary as it is released: with its manual pages, completion scripts, licence and README. It is a zip for Windows,
# and a compressed tar for the others.
# usage: archive.sh PROGRAM TARGET FOLDER; prints the path of the archive. SENTLINT_HERE names a program of the same
# version that runs on this machine, where PROGRAM is made for another.
set -euo pipefail

program=$1
target=$2
mkdir -p "$3"
out=$(cd "$3" && pwd)
root=$(cd "$(dirname "$0")/../.." && pwd)
here=${SENTLINT_HERE:-$program}
version=$("$here" --version | cut -d ' ' -f 2)
name=sentlint-$version-$target
work=$(mktemp -d)
mkdir "$work/$name" "$work/$name/completions"
cp "$program" "$root/README.md" "$root/LICENSE" "$root/NOTICE" "$work/$name/"
"$here" man "$work/$name/man"
for shell in bash elvish fish powershell zsh; do
  "$here" completions "$shell" > "$work/$name/completions/sentlint.$shell"
done
# The same files make the same archive, whoever packs them and whenever.
case "$target" in
  *windows*)
    python=$(command -v python3 || command -v python)
    (cd "$work" && "$python" "$root/.github/release/zip.py" "$out/$name.zip" "$name")
    rm -rf "$work"
    echo "$out/$name.zip"
    exit
    ;;
esac
case "$(tar --version)" in
  *"GNU tar"*) same=(--sort=name --owner=0 --group=0 --numeric-owner "--mtime=@${SOURCE_DATE_EPOCH:-0}") ;;
  *) same=() ;;
esac
(cd "$work" && tar ${same[@]+"${same[@]}"} -cf - "$name") | gzip -n > "$out/$name.tar.gz"
rm -rf "$work"
echo "$out/$name.tar.gz"
