"""The hooks of .pre-commit-hooks.yaml, run by pre-commit itself on repositories made for the purpose.

usage: target/ci-venv/bin/python .ci/hooks.py, after .ci/tools and .ci/packages
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

import yaml

from checks import check, finish

ROOT = pathlib.Path(__file__).resolve().parent.parent
PRE_COMMIT = str(ROOT / "target/ci-venv/bin/pre-commit")
GOOD = (ROOT / "content/hunting/mremoteng-connection-fan-out.yaml").read_text()
# Errors, one of them with a safe fix (the case of a severity) and one without (no GUID).
FIXABLE = (ROOT / "content/broken/invalid-severity/invalid.yaml").read_text()
FIXED = (ROOT / "content/broken/invalid-severity/fixed.yaml").read_text()
TESTS = (ROOT / "content/hunting/mremoteng-connection-fan-out.test.yaml").read_text()
BROKEN = GOOD.replace("query: |", "query: |\n  DeviceNetworkEvents | where (", 1)

ENV = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "GITHUB_", "SENTLINT_", "PRE_COMMIT"))}
ENV |= {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_AUTHOR_NAME": "t", "GIT_AUTHOR_EMAIL": "t@example", "GIT_COMMITTER_NAME": "t", "GIT_COMMITTER_EMAIL": "t@example",
    "PRE_COMMIT_HOME": str(ROOT / "target/ci-hooks/home"),
    "PRE_COMMIT_COLOR": "never",
}  # fmt: skip


def run(*args, cwd, ok=True):
    done = subprocess.run(args, cwd=cwd, env=ENV, capture_output=True, text=True)
    if ok and done.returncode:
        sys.exit(f"{args} failed in {cwd}:\n{done.stdout}{done.stderr}")
    return done


def hook_repository(folder):
    """The project as it lies here, uncommitted changes included, as a repository that pre-commit can clone."""
    files = run("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", cwd=ROOT).stdout.split("\0")
    for name in filter(None, files):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    run("git", "init", "--quiet", cwd=folder)
    run("git", "add", "--all", "--force", cwd=folder)
    run("git", "commit", "--quiet", "--message", "the hooks", cwd=folder)
    return run("git", "rev-parse", "HEAD", cwd=folder).stdout.strip()


def repository(folder, files):
    folder.mkdir()
    run("git", "init", "--quiet", cwd=folder)
    write(folder, files)
    return folder


def write(folder, files):
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    run("git", "add", "--all", cwd=folder)


def cargo_for_hooks(folder):
    """A cargo that notes how it is asked and installs the program of .ci/packages, which has installed it with the real one."""
    folder.mkdir()
    program = ROOT / "target/ci-packages/cargo/bin/sentlint"
    script = f'#!/bin/sh\nset -e\n[ -f Cargo.toml ] && echo "$*" >> "{folder}/asked"\nmkdir -p "$4/bin"\ncp "{program}" "$4/bin/sentlint"\n'
    (folder / "cargo").write_text(script)
    (folder / "cargo").chmod(0o755)
    ENV["PATH"] = f"{folder}:{ENV['PATH']}"
    return folder / "asked"


def main():
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as place:
        place = pathlib.Path(place)
        asked = cargo_for_hooks(place / "bin")
        hooks = place / "sentlint"
        hooks.mkdir()
        revision = hook_repository(hooks)
        shutil.rmtree(ENV["PRE_COMMIT_HOME"], ignore_errors=True)

        # The configurations are those of the documentation.
        page = (ROOT / "docs/integrations.md").read_text()
        remote, wheel, local = re.findall(r"```yaml\n(repos:\n[\s\S]*?)```", page)
        config = remote.replace("https://github.com/sentlint/sentlint", str(hooks)).replace("v0.1.0", revision)
        config += "      - id: sentlint-fix\n      - id: sentlint-fmt\n      - id: sentlint-test\n      - id: sentlint-convert-check\n"
        work = repository(
            place / "work",
            {
                ".pre-commit-config.yaml": config,
                "hunting/a b.yaml": GOOD,
                "compose.yaml": "services:\n  web: {}\n",
                "README.md": "nothing\n",
            },
        )

        def hook(name, *args):
            return run(PRE_COMMIT, "run", name, *args, cwd=work, ok=False)

        done = hook("sentlint", "--all-files", "--verbose")
        print(f"the hook was installed in {time.monotonic() - start:.0f} s", flush=True)
        quiet = "duration" in done.stdout and "Found" not in done.stdout + done.stderr and "info" not in done.stdout
        check("the hook is installed with cargo", re.fullmatch(r"install --bins --root \S+ --path \.\n", asked.read_text()), asked.read_text())
        check("good files pass in silence", done.returncode == 0 and "Passed" in done.stdout and quiet, done)

        write(work, {"hunting/a b.test.yaml": TESTS})
        done = hook("sentlint-test")
        check("tests that pass are quiet", done.returncode == 0 and "Passed" in done.stdout, done)
        write(work, {"hunting/a b.test.yaml": TESTS.replace("rows: 1", "rows: 7", 1)})
        done = hook("sentlint-test")
        told = "hunting/a b.test.yaml:" in done.stdout and "expected 7 rows, got 1" in done.stdout
        check("a test that fails is told", done.returncode == 1 and told, done)
        run("git", "rm", "--quiet", "--force", "hunting/a b.test.yaml", cwd=work)

        done = hook("sentlint-convert-check", "--all-files")
        missing = "arm/hunting/a b.json is missing"
        check("a template that is missing fails", done.returncode == 1 and missing in done.stdout, done)
        binary = next(pathlib.Path(ENV["PRE_COMMIT_HOME"]).glob("repo*/rustenv-*/bin/sentlint"))
        run(str(binary), "convert", "--quiet", "--output", "arm", ".", cwd=work)
        run("git", "add", "--all", cwd=work)
        done = hook("sentlint-convert-check", "--all-files")
        check("a template that is up to date passes", done.returncode == 0 and "Passed" in done.stdout, done)
        run("git", "commit", "--quiet", "--no-verify", "--message", "good", cwd=work)

        write(work, {"hunting/a b.yaml": GOOD.replace("name: ", "name: My ", 1)})
        done = hook("sentlint-convert-check")
        check("a template that is out of date fails", done.returncode == 1 and "out of date" in done.stdout, done)
        run("git", "checkout", "--quiet", "HEAD", "--", ".", cwd=work)

        write(work, {"hunting/broken.yaml": BROKEN.replace("id: ", "id: 0", 1)})
        done = hook("sentlint")
        told = "kql-syntax" in done.stdout and "hunting/broken.yaml" in done.stdout
        check("a staged file with an error fails", done.returncode == 1 and told, done)
        check("the hook that only checks changes nothing", (work / "hunting/broken.yaml").read_text().startswith("id: 0"), done)
        run("git", "rm", "--quiet", "--force", "hunting/broken.yaml", cwd=work)

        # What is staged may be named like an option.
        write(work, {"--output-file=kept.yaml": "services: {}\n", "kept.yaml": "kept: 1\n"})
        hook("sentlint")
        check("a file name is no option", (work / "kept.yaml").read_text() == "kept: 1\n", done)
        run("git", "rm", "--quiet", "--force", "--", "--output-file=kept.yaml", "kept.yaml", cwd=work)

        # The clash is with a file that is not staged, before and after the staged one by its name.
        for name in ["hunting/0.yaml", "hunting/z.yaml"]:
            write(work, {name: GOOD})
            done = hook("sentlint")
            told = "duplicate-id" in done.stdout and f" {name}:1:5" in done.stdout and "hunting/a b.yaml:1:5" in done.stdout
            check(f"a copy staged as {name} is found out", done.returncode == 1 and told, done)
            run("git", "rm", "--quiet", "--force", name, cwd=work)

        write(work, {"rules/fix.yaml": FIXABLE})
        done = hook("sentlint-fix")
        modified = done.returncode == 1 and "files were modified by this hook" in done.stdout
        check("the fixing hook fails because it wrote", modified, done)
        check("and wrote the fix", (work / "rules/fix.yaml").read_text() == FIXED, done)
        run("git", "add", "--all", cwd=work)
        done = hook("sentlint-fix")
        check("and passes when it is staged", done.returncode == 0 and "Passed" in done.stdout, done)

        write(work, {"rules/loose.yaml": FIXED.replace("query: |\n", "query: |\n  // loose\n", 1).replace("| where ", "|  where ", 1)})
        done = hook("sentlint-fmt")
        modified = done.returncode == 1 and "files were modified by this hook" in done.stdout
        check("the formatting hook fails because it wrote", modified and "|  where" not in (work / "rules/loose.yaml").read_text(), done)
        run("git", "add", "--all", cwd=work)
        done = hook("sentlint-fmt")
        check("and passes when that is staged", done.returncode == 0 and "Passed" in done.stdout, done)
        run("git", "rm", "--quiet", "--force", "rules/loose.yaml", cwd=work)

        write(work, {"sentlint.toml": '[check]\nexclude = ["rules"]\n', "rules/broken.yaml": BROKEN})
        done = hook("sentlint")
        check("what sentlint.toml excludes stays out", done.returncode == 0 and "Passed" in done.stdout, done)

        write(work, {".pre-commit-config.yaml": local, "sentlint.toml": ""})
        path = ENV["PATH"]
        ENV["PATH"] = f"{binary.parent}:{path}"
        done = hook("sentlint")
        ENV["PATH"] = path
        told = "kql-syntax" in done.stdout and "rules/broken.yaml" in done.stdout
        check("an installed sentlint serves as a hook too", done.returncode == 1 and told, done)

        # The hook that installs the wheel, as .github/release/pre-commit.sh writes it and the page shows it.
        wheels = ROOT / "target/ci-packages/wheels"
        config = run(str(ROOT / ".github/release/pre-commit.sh"), str(wheels), wheels.as_uri(), cwd=place).stdout
        written, shown = ({k: v for k, v in yaml.safe_load(text)["repos"][0]["hooks"][0].items() if k != "additional_dependencies"} for text in (config, wheel))
        check("the page shows the hook that is released", written == shown, (written, shown))
        write(work, {".pre-commit-config.yaml": config})
        start = time.monotonic()
        done = hook("sentlint")
        print(f"the wheel's hook was installed in {time.monotonic() - start:.0f} s", flush=True)
        told = "kql-syntax" in done.stdout and "rules/broken.yaml" in done.stdout
        check("the hook of the wheel finds the same", done.returncode == 1 and told, done)
        write(work, {".pre-commit-config.yaml": re.sub("sha256=[0-9a-f]", "sha256=x", config)})
        done = hook("sentlint")
        check("and takes no wheel with another checksum", done.returncode not in (0, 1) and "hash" in done.stdout.lower() + done.stderr.lower(), done)

        # The way to try hooks without a configuration, as docs/integrations.md shows it.
        bare = repository(place / "bare", {"hunting/a.yaml": GOOD, "hunting/broken.yaml": BROKEN})
        done = run(PRE_COMMIT, "try-repo", str(hooks), "sentlint", "--all-files", cwd=bare, ok=False)
        told = "kql-syntax" in done.stdout and "hunting/broken.yaml" in done.stdout
        check("try-repo finds what is broken", done.returncode == 1 and told, done)

    return finish()


if __name__ == "__main__":
    sys.exit(main())
