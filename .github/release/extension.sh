#!/usr/bin/env bash
# Packages the extension of VS Code with a program inside.
# usage: extension.sh PROGRAM TARGET OUT.vsix, where TARGET is one of vsce, such as linux-x64
set -euo pipefail
program=$(realpath "$1") target=$2 out=$(realpath --no-symlinks "$3")
cd "$(dirname "$0")/../.."

version=$(sed -n 's/^version = "\(.*\)"$/\1/p' Cargo.toml | head -n 1)
own=$(sed -n 's/^  "version": "\(.*\)",$/\1/p' editors/vscode/package.json)
[ "$version" = "$own" ] || { echo "the extension is $own, and sentlint is $version" >&2; exit 1; }

build=$(mktemp -d)
trap 'rm -rf "$build"' EXIT
cp -r editors/vscode/. "$build"
rm -rf "$build/bin" "$build/node_modules"
cp LICENSE "$build/LICENSE"
mkdir "$build/bin"
case "$target" in win32-*) name=sentlint.exe ;; *) name=sentlint ;; esac
install -m 755 "$program" "$build/bin/$name"
cd "$build"
# EXTENSION_MODULES keeps what was installed from run to run.
if [ -n "${EXTENSION_MODULES:-}" ]; then
  mkdir -p "$EXTENSION_MODULES"
  ln -s "$EXTENSION_MODULES" node_modules
fi
if [ ! -d node_modules/esbuild ] || [ "$(cat node_modules/.made-from 2> /dev/null)" != "$(sha256sum < package-lock.json)" ]; then
  if [ -L node_modules ]; then
    cp package.json package-lock.json "$EXTENSION_MODULES/.."
    (cd "$EXTENSION_MODULES/.." && npm ci --ignore-scripts --silent --no-audit --no-fund)
  else
    npm ci --ignore-scripts --silent --no-audit --no-fund
  fi
  sha256sum < package-lock.json > node_modules/.made-from
fi
npm run --silent check
npm run --silent build
npm run --silent package -- --target "$target" --out "$out" > package.log || { cat package.log >&2; exit 1; }
