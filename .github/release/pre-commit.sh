#!/usr/bin/env bash
# Writes a configuration of pre-commit whose hook installs the released wheel: by its address and checksum, and by no name in
# a package index.
# usage: pre-commit.sh FOLDER URL: the folder that holds the wheels, and where they can be downloaded from
set -euo pipefail

cat << 'END'
# Add this to .pre-commit-config.yaml. The wheel that fits is downloaded from the release, and compared with its checksum.
repos:
  - repo: local
    hooks:
      - id: sentlint
        name: sentlint
        entry: sentlint check --quiet --force-exclude --whole-repository
        args: ["--"]
        language: python
        files: (?i)\.(ya?ml|kql|csl)$
        types_or: [yaml, text]
        require_serial: true
        additional_dependencies:
END
for wheel in "$1"/sentlint-*.whl; do
  name=${wheel##*/}
  case "$name" in
    # No marker tells one C library from another, and most machines have the other one.
    *musllinux*) continue ;;
    *linux*_x86_64.whl) marker="sys_platform == 'linux' and platform_machine == 'x86_64'" ;;
    *linux*_aarch64.whl) marker="sys_platform == 'linux' and platform_machine == 'aarch64'" ;;
    *macosx*_x86_64.whl) marker="sys_platform == 'darwin' and platform_machine == 'x86_64'" ;;
    *macosx*_arm64.whl) marker="sys_platform == 'darwin' and platform_machine == 'arm64'" ;;
    *win_amd64.whl) marker="sys_platform == 'win32' and platform_machine == 'AMD64'" ;;
    *)
      echo "no marker is known for $name" >&2
      exit 1
      ;;
  esac
  sum=$(sha256sum "$wheel" | cut -d ' ' -f 1)
  echo "          - \"sentlint @ $2/$name#sha256=$sum ; $marker\""
done
