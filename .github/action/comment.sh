#!/usr/bin/env bash
# Tells in one comment on the pull request what the change means: the Markdown of `sentlint diff`. The comment is found again by a
# hidden marker and updated. Where the token may not write, as for pull requests from forks, it goes to the job summary.
# Every input arrives in the environment and is passed on as one whole argument; the answers of the API are read with jq only.
#
# in:  SENTLINT, the program; TOKEN; INPUT_*; GITHUB_EVENT_PATH, GITHUB_API_URL, GITHUB_REPOSITORY
# out: a comment, or a part of the job summary
set -euo pipefail

# GitHub's limit for a comment, in characters.
LIMIT=65536

[ -n "${SENTLINT:-}" ] || exit 0

fail() {
  echo "::error title=sentlint::$1"
  exit 2
}

for name in comment diff-base working-directory config; do
  variable=INPUT_$(tr 'a-z-' 'A-Z_' <<< "$name")
  case "${!variable:-}" in
    *$'\n'* | *$'\r'*) fail "the input \`$name\` has more than one line" ;;
  esac
done

command -v jq > /dev/null || fail "the input \`comment\` needs jq and curl, which GitHub's own runners have"

event() { jq --raw-output "$1 // empty" "$GITHUB_EVENT_PATH"; }

number=$(event .pull_request.number)
case "$number" in
  "" | *[!0-9]*)
    echo "::notice title=sentlint::There is no pull request to comment on: \`comment\` is for workflows that run on pull_request"
    exit 0
    ;;
esac

base=${INPUT_DIFF_BASE:-}
[ -n "$base" ] || base=$(event .pull_request.base.sha)
cd -- "${INPUT_WORKING_DIRECTORY:-.}"

# shellcheck source=lines.sh
source "$GITHUB_ACTION_PATH/.github/action/lines.sh"
as_paths "$INPUT_PATHS"

options=(--output-format=markdown)
[ -z "${INPUT_CONFIG:-}" ] || options+=("--config=$INPUT_CONFIG")
head=$(event .pull_request.head.sha)
case "$head" in
  "" | *[!0-9a-f]*) ;;
  *) options+=("--link-base=${GITHUB_SERVER_URL:-https://github.com}/$GITHUB_REPOSITORY/blob/$head") ;;
esac

folder=$(mktemp -d "$RUNNER_TEMP/sentlint-comment.XXXXXX")
trap 'rm -rf "$folder"' EXIT
words=$folder/words
if ! "$SENTLINT" diff "${options[@]}" -- "$base" ${paths[@]+"${paths[@]}"} > "$folder/report.md" 2> "$words" < /dev/null; then
  # What is said may quote files, and must not be read as a command to the runner.
  stop=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
  echo "::stop-commands::$stop"
  cat "$words"
  echo "::$stop::"
  fail "\`sentlint diff\` could not compare with the base of the pull request; see above"
fi

# One comment for each set of paths, so that two jobs of a workflow do not write over each other's.
key=$(printf '%s\0' "${INPUT_WORKING_DIRECTORY:-.}" ${paths[@]+"${paths[@]}"} | cksum | tr ' ' '-')
marker="<!-- sentlint-diff $key -->"
{
  echo "$marker"
  cat "$folder/report.md"
} > "$folder/comment.md"
if [ "$(wc -m < "$folder/comment.md")" -gt "$LIMIT" ]; then
  cat "$folder/report.md" >> "$GITHUB_STEP_SUMMARY"
  printf '%s\nThe change is too large for a comment; the job summary describes it.\n' "$marker" > "$folder/comment.md"
fi

summarize() {
  cat "$folder/report.md" >> "$GITHUB_STEP_SUMMARY"
  echo "::notice title=sentlint::$1; what the change means is in the job summary"
  exit 0
}

if [ "$(event .pull_request.head.repo.full_name)" != "$GITHUB_REPOSITORY" ]; then
  summarize "A pull request from a fork gets no comment, because its token cannot write"
fi
case "$TOKEN" in
  "" | *[!A-Za-z0-9_.-]*) summarize "There is no token to comment with" ;;
esac

# ask METHOD PATH [FILE]: the answer in $folder/answer, its status in `status`. The token is on no command line.
ask() {
  local data=()
  [ -z "${3:-}" ] || data=(--data-binary "@$3")
  status=$(printf 'header = "Authorization: Bearer %s"\n' "$TOKEN" | curl --silent --show-error --max-time 60 --retry 2 \
    --config - --request "$1" --header "Accept: application/vnd.github+json" --header "X-GitHub-Api-Version: 2022-11-28" \
    ${data[@]+"${data[@]}"} --output "$folder/answer" --write-out '%{http_code}' "$GITHUB_API_URL/repos/$GITHUB_REPOSITORY/$2") || status=000
}

refused() {
  case "$status" in
    401 | 403 | 404) summarize "The token may not $1: the job needs \`pull-requests: write\`" ;;
    *) summarize "GitHub answered $status when asked to $1" ;;
  esac
}

# The comment of an earlier run: one of a bot that begins with the marker. What people write is left alone.
mine=
page=1
while [ "$page" -le 30 ]; do
  ask GET "issues/$number/comments?per_page=100&page=$page"
  [ "$status" = 200 ] || refused "read the comments"
  mine=$(jq --raw-output --arg marker "$marker" \
    '[.[] | select(.user.type == "Bot" and (.body | startswith($marker))) | .id][0] // empty' "$folder/answer")
  [ -z "$mine" ] || break
  [ "$(jq length "$folder/answer")" -eq 100 ] || break
  page=$((page + 1))
done

jq --raw-input --slurp '{body: .}' "$folder/comment.md" > "$folder/body.json"
case "$mine" in
  "")
    # Nothing to tell, and nothing told before.
    if [ "$("$SENTLINT" diff --output-format=json ${INPUT_CONFIG:+"--config=$INPUT_CONFIG"} -- "$base" ${paths[@]+"${paths[@]}"} < /dev/null 2> /dev/null |
      jq '(.changes | length) + (.findings.new | length) + (.findings.gone | length)')" = 0 ]; then
      echo "Nothing changed in meaning; there is no comment."
      exit 0
    fi
    ask POST "issues/$number/comments" "$folder/body.json"
    [ "$status" = 201 ] || refused "comment"
    echo "Commented on the pull request."
    ;;
  *[!0-9]*) fail "GitHub's answer has no valid id of the comment" ;;
  *)
    ask PATCH "issues/comments/$mine" "$folder/body.json"
    [ "$status" = 200 ] || refused "update its comment"
    echo "Updated the comment on the pull request."
    ;;
esac
