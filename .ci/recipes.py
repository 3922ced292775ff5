"""The commands of docs/integrations.md, run in a repository of content; and its YAML, held against what the project has.

usage: target/ci-venv/bin/python .ci/recipes.py SENTLINT, after .ci/tools
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import yaml

from checks import check, finish

ROOT = pathlib.Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs/integrations.md").read_text()
COPIES = ["hunting", "rules", "parsers"]


def blocks(language):
    """The blocks of a language, each with the comment right before it."""
    found = re.findall(rf"(?:<!--((?:(?!-->)[\s\S])*)-->\n)?```{language}\n([\s\S]*?)```", PAGE)
    return [(comment.strip(), text) for comment, text in found]


def pipelines():
    """The blocks that are a pipeline of Azure DevOps."""
    return [text for _, text in blocks("yaml") if "\nsteps:" in text]


def repository(place):
    """Content on a branch that left `main` some commits ago, with a remote to push to."""
    env = os.environ | {
        "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "HOME": str(place),
        "GIT_AUTHOR_NAME": "t", "GIT_AUTHOR_EMAIL": "t@example", "GIT_COMMITTER_NAME": "t", "GIT_COMMITTER_EMAIL": "t@example",
    }  # fmt: skip
    for name in [name for name in env if name.startswith(("GIT_DIR", "GIT_INDEX", "GIT_WORK", "GITHUB_", "SENTLINT_"))]:
        del env[name]
    work = place / "work"

    def git(*args):
        subprocess.run(["git", *args], cwd=work, env=env, check=True, stdout=subprocess.DEVNULL)

    for name in COPIES:
        shutil.copytree(ROOT / "content" / name, work / "content" / name)
    subprocess.run(["git", "init", "--quiet", "--bare", place / "origin"], env=env, check=True)
    git("init", "--quiet", "--initial-branch", "main")
    git("add", "--all")
    git("commit", "--quiet", "--message", "content")
    git("remote", "add", "origin", str(place / "origin"))
    git("push", "--quiet", "origin", "main")
    git("checkout", "--quiet", "-b", "topic")
    changed = work / "content/hunting/mremoteng-connection-fan-out.yaml"
    text = changed.read_text()
    before = re.search(r"^version: (\d+)\.(\d+)\.(\d+)$", text, re.M)
    changed.write_text(text.replace("query: |", "query: |\n  print 'something else';", 1))
    git("commit", "--quiet", "--all", "--message", "a change without a new version")
    return work, env, changed, before


def main():
    sentlint = pathlib.Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory() as place:
        place = pathlib.Path(place)
        work, env, changed, before = repository(place)
        (place / "bin").mkdir()
        shutil.copy2(sentlint, place / "bin/sentlint")
        env["PATH"] = f"{place / 'bin'}:{env['PATH']}"
        ran = 0
        for comment, text in blocks("sh"):
            title = text.splitlines()[0]
            if comment:
                told = re.match(r"not run: .|run by (\.ci/[a-z.]+)$", comment)
                script = told and told[1] and (ROOT / told[1]).read_text()
                what = re.match(r"\S+ (\S+)", title)[1]
                check(f"{title}: {comment.split(chr(10))[0]}", told and (script is None or what in script), comment)
                continue
            done = subprocess.run(
                ["bash", "-euo", "pipefail", "-c", text], cwd=work, env=env, capture_output=True, text=True, stdin=subprocess.DEVNULL
            )  # fmt: skip
            ran += 1
            # The change without a new version is what the comparisons are to find, until it is fixed.
            now = re.search(r"^version: (\d+)\.(\d+)\.(\d+)$", changed.read_text(), re.M)
            finds = "--diff-base" in text and "--fix" not in text and now[0] == before[0]
            right = done.returncode == (1 if finds else 0) and (not finds or "version-not-bumped" in done.stdout)
            check(title, right, done)
        check("most commands ran", ran > 10, ran)
        scripts = [step["bash"] for text in pipelines() for step in yaml.safe_load(text)["steps"] if "bash" in step]
        # The one before it downloads a release.
        (script,) = [script for script in scripts if re.search(r"^sentlint ", script, re.M)]
        done = subprocess.run(["bash", "-c", script], cwd=work, env=env, capture_output=True, text=True, stdin=subprocess.DEVNULL)
        reports = [work / "reports/sentlint.xml", work / "reports/sentlint.sarif"]
        check("the script for Azure DevOps", done.returncode == 0 and all(path.stat().st_size for path in reports), done)
        changed.write_text(changed.read_text().replace("id: ", "id: 0", 1))
        done = subprocess.run(["bash", "-c", script], cwd=work, env=env, capture_output=True, text=True, stdin=subprocess.DEVNULL)
        told = re.search(r"^##vso\[task\.logissue type=error;sourcepath=content/hunting/", done.stdout, re.M)
        check("which fails for an error and logs it", done.returncode == 1 and told, done)
        check("the version was raised", int(now[3]) == int(before[3]) + 1, now)
        written = ["sentlint.bash", "man1/sentlint.1", "gl-code-quality-report.json", "sentlint.xml", "sentlint-baseline.json"]
        written += [".schemas/nrt-rule.json", "arm/hunting/mremoteng-connection-fan-out.json"]
        missing = [name for name in written if not (work / name).is_file() or not (work / name).stat().st_size]
        check("what the commands write is there", not missing, missing)
        pushed = subprocess.run(["git", "branch"], cwd=place / "origin", env=env, capture_output=True, text=True).stdout
        check("and what they push", "topic" in pushed, pushed)

    action = yaml.safe_load((ROOT / "action.yml").read_text())
    hooks = {hook["id"] for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())}
    example = yaml.safe_load((ROOT / "examples/content-pull-request.yml").read_text())
    steps = [step for job in example["jobs"].values() for step in job["steps"]]
    for _, text in blocks("yaml"):
        about = yaml.safe_load(text)
        if isinstance(about, list):
            check("the step is the one of the example", [about[0] == step for step in steps].count(True) == 1, text)
            check("its inputs exist", set(about[0]["with"]) <= set(action["inputs"]), text)
        elif about and "repos" in about:
            named = {hook["id"] for repo in about["repos"] for hook in repo["hooks"]}
            check("the hooks exist", named <= hooks, named)
    for comment, text in blocks("powershell"):
        check("PowerShell is said not to be run", comment.startswith("not run: "), text)
    table = set(re.findall(r"`([a-z-]+)`", PAGE.split("| input |")[1].split("\n\n")[0]))
    check("every input is described", set(action["inputs"]) <= table, set(action["inputs"]) - table)
    return finish()


if __name__ == "__main__":
    sys.exit(main())
