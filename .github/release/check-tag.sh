#!/usr/bin/env bash
# Fails unless a tag is the version of Cargo.toml with a `v` before it.
set -euo pipefail

version=$(sed -n 's/^version = "\(.*\)"$/\1/p' "$(dirname "$0")/../../Cargo.toml" | head -n 1)
if [ "$1" != "v$version" ]; then
  echo "::error::the tag is \`$1\` and Cargo.toml says $version"
  exit 1
fi
