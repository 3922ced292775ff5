#!/usr/bin/env bash
# Installs sentlint for the action: a released binary with a valid checksum, or else from source.
#
# in:  INPUT_VERSION (empty: the version of this checkout), GH_TOKEN, and what every runner sets
# out: the step output `program`; the folder of the program goes to the PATH of later steps
set -euo pipefail

action=$(cd "$(dirname "$0")/../.." && pwd)
# Where releases are downloaded from; mirrors and tests override it.
releases=${SENTLINT_RELEASES:-https://github.com/sentlint/sentlint/releases/download}
repository=sentlint/sentlint

fail() {
  echo "::error title=sentlint::$1"
  exit 2
}

own=$(sed -n 's/^version = "\(.*\)"$/\1/p' "$action/Cargo.toml" | head -n 1)
version=${INPUT_VERSION:-$own}
version=${version#v}
# Nothing else may end up in a path, URL or command.
if ! [[ $version =~ ^[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.]+)?$ ]]; then
  fail "the input \`version\` must be a version such as $own"
fi

case "$(uname -s)-$(uname -m)" in
  Linux-x86_64) target=x86_64-unknown-linux-musl ;;
  Linux-aarch64) target=aarch64-unknown-linux-musl ;;
  Darwin-x86_64) target=x86_64-apple-darwin ;;
  Darwin-arm64) target=aarch64-apple-darwin ;;
  MINGW*-x86_64 | MSYS*-x86_64) target=x86_64-pc-windows-msvc ;;
  MINGW*-aarch64 | MSYS*-aarch64) target=aarch64-pc-windows-msvc ;;
  *) target= ;;
esac
case "$target" in
  *windows*) suffix=.exe packed=zip ;;
  *) suffix='' packed=tar.gz ;;
esac

cache=${RUNNER_TOOL_CACHE:-${RUNNER_TEMP:?is set by every runner}}
cache=${cache//\\//}
folder=$cache/sentlint/$version/${target:-source}
program=$folder/bin/sentlint$suffix

sha256() {
  if command -v sha256sum > /dev/null; then
    sha256sum "$1"
  else
    shasum -a 256 "$1"
  fi | cut -d ' ' -f 1
}

fetch() {
  curl --fail --silent --show-error --location --retry 3 --connect-timeout 20 \
    --proto '=https,file' --proto-redir '=https' --output "$2" -- "$1"
}

unpack() {
  case "$1" in
    *.tar.gz) tar -xzf "$1" ;;
    # Windows has a tar of its own, which reads these; that of its bash does not.
    *) if command -v unzip > /dev/null; then unzip -q "$1"; else "$SYSTEMROOT/System32/tar.exe" -xf "$1"; fi ;;
  esac
}

# Returns 1 if there is nothing to download; an invalid download fails the action.
download() {
  [ -n "$target" ] || return 1
  local archive=sentlint-$version-$target.$packed work expected
  work=$(mktemp -d)
  fetch "$releases/v$version/$archive" "$work/$archive" || return 1
  fetch "$releases/v$version/SHA256SUMS" "$work/SHA256SUMS" || return 1
  expected=$(awk -v name="$archive" '$2 == name || $2 == "*" name { print $1 }' "$work/SHA256SUMS")
  if [ -z "$expected" ] || [ "$(sha256 "$work/$archive")" != "$expected" ]; then
    fail "the checksum of $archive does not match the release: it was not installed"
  fi
  if [ -n "${GH_TOKEN:-}" ] && command -v gh > /dev/null; then
    gh attestation verify "$work/$archive" --repo "$repository" > /dev/null ||
      fail "$archive was not built by the workflows of $repository: it was not installed"
  fi
  (cd "$work" && unpack "$archive")
  mkdir -p "$folder/bin"
  mv "$work/sentlint-$version-$target/sentlint$suffix" "$program"
  rm -rf "$work"
}

from_source() {
  echo "There is no released binary of sentlint $version for this runner; building it from source."
  command -v cargo > /dev/null ||
    fail "there is no released binary of sentlint $version for this runner, and no cargo to build it with"
  if [ "$version" = "$own" ]; then
    cargo install --quiet --locked --root "$folder" --path "$action"
  else
    # From the repository, not by name from a registry, where someone else may own the name. The tag is resolved to a commit
    # first, so that the message names what is built.
    local source=https://github.com/$repository commit
    commit=$(git ls-remote "$source" "refs/tags/v$version^{}" "refs/tags/v$version" | head -n 1 | cut -f 1)
    [ -n "$commit" ] || fail "there is no sentlint $version"
    echo "Building commit $commit of $source"
    cargo install --quiet --locked --root "$folder" --git "$source" --rev "$commit" sentlint
  fi
}

if [ ! -x "$program" ]; then
  download || from_source
fi
echo "program=$program" >> "$GITHUB_OUTPUT"
echo "$folder/bin" >> "$GITHUB_PATH"
