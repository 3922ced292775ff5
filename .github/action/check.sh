#!/usr/bin/env bash
# Runs `sentlint check`, and `sentlint test` if asked, for the action. Every input arrives in the environment and is passed on as one whole
# argument: inputs are never interpreted as code.
#
# in:  SENTLINT, the program; INPUT_*
# out: the step outputs exit-code, errors, warnings, tests-exit-code, sarif-file, version; the job summary
set -euo pipefail

fail() {
  echo "::error title=sentlint::$1"
  echo "exit-code=2" >> "$GITHUB_OUTPUT"
  exit 2
}

one_line() {
  case "$2" in
    *$'\n'* | *$'\r'*) fail "the input \`$1\` has more than one line" ;;
  esac
}

# shellcheck source=lines.sh
source "$GITHUB_ACTION_PATH/.github/action/lines.sh"

for input in config fail-on format sarif-file baseline diff-base comment test junit-file working-directory; do
  name=INPUT_$(tr 'a-z-' 'A-Z_' <<< "$input")
  one_line "$input" "${!name}"
done

for input in test comment; do
  name=INPUT_$(tr 'a-z-' 'A-Z_' <<< "$input")
  case "${!name:-false}" in
    true | false) ;;
    *) fail "the input \`$input\` must be true or false" ;;
  esac
done

folder=${INPUT_WORKING_DIRECTORY:-.}
cd -- "$folder" 2> /dev/null || fail "the input \`working-directory\` is not a folder"

arguments=("--output-format=${INPUT_FORMAT:-github}")
json=$RUNNER_TEMP/sentlint-$$.json
markdown=$RUNNER_TEMP/sentlint-$$.md
# The Markdown report is also appended to the job summary.
arguments+=("--report=json=$json" "--report=markdown=$markdown")
[ -z "$INPUT_SARIF_FILE" ] || arguments+=("--report=sarif=$INPUT_SARIF_FILE")
[ -z "$INPUT_CONFIG" ] || arguments+=("--config=$INPUT_CONFIG")
[ -z "$INPUT_FAIL_ON" ] || arguments+=("--fail-on=$INPUT_FAIL_ON")
[ -z "$INPUT_BASELINE" ] || arguments+=("--baseline=$INPUT_BASELINE")
[ -z "$INPUT_DIFF_BASE" ] || arguments+=("--diff-base=$INPUT_DIFF_BASE")

split_lines "$INPUT_ARGS"
if [ "${#lines[@]}" -eq 1 ]; then
  # A single line is split at spaces only: no quotes, no patterns.
  read -r -a lines <<< "${lines[0]}"
fi
arguments+=(${lines[@]+"${lines[@]}"})

as_paths "$INPUT_PATHS"

# Only annotations may be commands to the runner: not the output of other formats, and not standard error, from which the
# runner reads commands as well, whatever the checked files contain.
stop=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
words=$RUNNER_TEMP/sentlint-$$.txt
code=0
if [ "${INPUT_FORMAT:-github}" = github ]; then
  "$SENTLINT" check "${arguments[@]}" -- ${paths[@]+"${paths[@]}"} < /dev/null 2> "$words" || code=$?
  echo "::stop-commands::$stop"
  cat "$words"
else
  echo "::stop-commands::$stop"
  "$SENTLINT" check "${arguments[@]}" -- ${paths[@]+"${paths[@]}"} < /dev/null 2>&1 || code=$?
fi
echo "::$stop::"

# The tests below the paths. A path that is neither a folder nor a file of tests has none.
tested=
if [ "${INPUT_TEST:-false}" = true ]; then
  places=()
  for path in ${paths[@]+"${paths[@]}"}; do
    case "$path" in
      *.test.yaml | *.test.yml) places+=("$path") ;;
      *) [ ! -d "$path" ] || places+=("$path") ;;
    esac
  done
  if [ "${#paths[@]}" -eq 0 ] || [ "${#places[@]}" -gt 0 ]; then
    options=()
    [ -z "$INPUT_CONFIG" ] || options+=("--config=$INPUT_CONFIG")
    run_tests() {
      "$SENTLINT" test ${options[@]+"${options[@]}"} "--output-format=$1" -- ${places[@]+"${places[@]}"} < /dev/null
    }
    tested=0
    run_tests github 2> "$words" || tested=$?
    echo "::stop-commands::$stop"
    cat "$words"
    echo "::$stop::"
    run_tests markdown >> "$GITHUB_STEP_SUMMARY" 2> /dev/null || true
    [ -z "$INPUT_JUNIT_FILE" ] || run_tests junit 2> /dev/null > "$INPUT_JUNIT_FILE" || [ "$?" -lt 2 ] || tested=2
    [ "$tested" -le "$code" ] || code=$tested
  fi
fi

count() {
  [ ! -f "$json" ] || sed -n "s/^    \"$1\": \([0-9]*\),\{0,1\}\$/\1/p" "$json" | head -n 1
}

sarif=
if [ "$code" -lt 2 ] && [ -n "$INPUT_SARIF_FILE" ] && [ -f "$INPUT_SARIF_FILE" ]; then
  case "$INPUT_SARIF_FILE" in
    /* | [A-Za-z]:*) sarif=$INPUT_SARIF_FILE ;;
    *) sarif=${folder%/}/$INPUT_SARIF_FILE ;;
  esac
  sarif=${sarif#./}
fi
{
  echo "exit-code=$code"
  echo "errors=$(count errors)"
  echo "warnings=$(count warnings)"
  echo "tests-exit-code=$tested"
  echo "sarif-file=$sarif"
  echo "version=$("$SENTLINT" --version | cut -d ' ' -f 2)"
} >> "$GITHUB_OUTPUT"
rm -f "$json" "$markdown" "$words"
exit "$code"
