#!/usr/bin/env bash
# Fails unless CI passed for this very commit on the main branch.
# usage: check-ci.sh COMMIT; asks the program gh, which wants GH_TOKEN and GITHUB_REPOSITORY
set -euo pipefail

if ! [[ ${1:-} =~ ^[0-9a-f]{40}$ ]]; then
  echo "::error::\`${1:-}\` is not a commit"
  exit 1
fi
runs="repos/$GITHUB_REPOSITORY/actions/workflows/ci.yml/runs?head_sha=$1&branch=main&event=push&status=success"
passed=$(gh api "$runs" --jq .total_count)
if ! [[ $passed =~ ^[1-9][0-9]*$ ]]; then
  echo "::error::CI has not passed for $1 on main: nothing is released that was not tested"
  exit 1
fi
echo "CI passed for $1"
