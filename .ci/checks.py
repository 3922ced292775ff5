"""What the scripts of this folder share: one line for each check, and a count of them at the end."""

import json
import subprocess
import time

START = time.monotonic()
PASSED, FAILED = [], []


def check(name, condition, about=""):
    """Tells whether something is as it should be and, where it is not, what there was instead."""
    (PASSED if condition else FAILED).append(name)
    print(f"{'ok' if condition else 'FAILED'}: {name}", flush=True)
    if not condition:
        print(words(about), flush=True)


def words(about):
    if isinstance(about, subprocess.CompletedProcess):
        return f"exit code {about.returncode}\n{about.stdout}{about.stderr}"
    # An editor's answer may go on for pages.
    return about if isinstance(about, str) else json.dumps(about, indent=1, default=str)[:3000]


def finish():
    """The count, and what the script is to exit with."""
    print(f"{len(PASSED)} passed, {len(FAILED)} failed in {time.monotonic() - START:.0f} s", flush=True)
    return 1 if FAILED else 0
