# Sourced by the scripts of this folder.
# shellcheck shell=bash

# Splits a string into trimmed, non-empty lines, in `lines`.
split_lines() {
  lines=()
  local line
  while IFS= read -r line || [ -n "$line" ]; do
    line=${line%$'\r'}
    line=${line#"${line%%[![:blank:]]*}"}
    line=${line%"${line##*[![:blank:]]}"}
    [ -z "$line" ] || lines+=("$line")
  done <<< "$1"
}

# The lines of a string as paths, in `paths`. One that starts with a dash is a path, and `-` is not standard input here.
as_paths() {
  paths=()
  split_lines "$1"
  local path
  for path in ${lines[@]+"${lines[@]}"}; do
    case "$path" in
      -*) paths+=("./$path") ;;
      *) paths+=("$path") ;;
    esac
  done
}
