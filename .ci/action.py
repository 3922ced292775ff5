"""The steps of action.yml, run as a runner runs them, with inputs that mean harm.

usage: target/ci-venv/bin/python .ci/action.py SENTLINT, after .ci/tools
"""

import http.server
import json
import os
import pathlib
import re
import shutil
import stat
import subprocess
import sys
import tempfile
import threading
import urllib.parse

import yaml

from checks import check, finish

ROOT = pathlib.Path(__file__).resolve().parent.parent
ACTION = yaml.safe_load((ROOT / "action.yml").read_text())
GOOD = (ROOT / "content/hunting/mremoteng-connection-fan-out.yaml").read_text()
TESTS = (ROOT / "content/hunting/mremoteng-connection-fan-out.test.yaml").read_text()
BAD = (ROOT / "content/broken/invalid-id/invalid.yaml").read_text()
TARGET = f"{os.uname().machine}-unknown-linux-musl"
VERSION = re.search(r'^version = "(.*)"$', (ROOT / "Cargo.toml").read_text(), re.M)[1]


class Runner:
    """As much of GitHub's runner as a composite action sees of it."""

    def __init__(self, place, releases):
        self.place = place
        self.work = place / "work"
        self.token = ""
        self.env = {
            "PATH": os.environ["PATH"], "HOME": str(place), "LANG": "C.UTF-8", "CI": "true", "GITHUB_ACTIONS": "true",
            "GITHUB_ACTION_PATH": str(ROOT), "GITHUB_WORKSPACE": str(self.work), "RUNNER_TEMP": str(place / "temp"),
            "RUNNER_TOOL_CACHE": str(place / "tools"), "SENTLINT_RELEASES": releases,
        }  # fmt: skip
        for folder in ("work", "temp", "tools"):
            (place / folder).mkdir()

    def write(self, name, text):
        path = self.work / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def run(self, only=None, **inputs):
        """Runs the steps; returns exit code, log, outputs of the action and the job summary."""
        given = {name: str(about.get("default", "")) for name, about in ACTION["inputs"].items()}
        for name, value in inputs.items():
            name = name.replace("_", "-")
            assert name in given, name
            given[name] = value
        self.outputs, log, code = {}, "", 0
        files = {name: self.place / name for name in ("GITHUB_OUTPUT", "GITHUB_PATH", "GITHUB_STEP_SUMMARY", "GITHUB_ENV")}
        for path in files.values():
            path.write_text("")
        for step in ACTION["runs"]["steps"]:
            if only and step["id"] != only or not self.runs(step, code, given):
                continue
            assert "${{" not in step["run"], "an expression inside of a script is code for whoever fills it"
            assert step["shell"] == "bash"
            files["GITHUB_OUTPUT"].write_text("")
            env = self.env | {name: str(path) for name, path in files.items()}
            env |= {name: self.value(text, given) for name, text in step.get("env", {}).items()}
            script = self.place / "script.sh"
            script.write_text(step["run"])
            done = subprocess.run(
                ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)],
                cwd=self.work, env=env, capture_output=True, text=True, timeout=600, stdin=subprocess.DEVNULL,
            )  # fmt: skip
            log += done.stdout + done.stderr
            code = code or done.returncode
            lines = files["GITHUB_OUTPUT"].read_text().splitlines()
            self.outputs[step["id"]] = dict(line.split("=", 1) for line in lines)
        results = {name: self.value(about["value"], given) for name, about in ACTION["outputs"].items()}
        return code, log, results, files["GITHUB_STEP_SUMMARY"].read_text()

    def runs(self, step, code, given):
        """Whether a step runs, after one that failed or not."""
        *always, condition = step.get("if", "").split("always() && ")
        assert not condition or condition == "inputs.comment == 'true'", condition
        return (bool(always) or not code) and (not condition or given["comment"] == "true")

    def value(self, text, given):
        def one(match):
            words = match[1].strip().split(".")
            if words[0] == "inputs":
                value = given[words[1]]
                return self.value(value, {}) if value == "${{ github.token }}" else value
            if words[0] == "github" and words[1] == "token":
                return self.token
            assert words[0] == "steps" and words[2] == "outputs", text
            return self.outputs.get(words[1], {}).get(words[3], "")

        return re.sub(r"\$\{\{(.*?)\}\}", one, text)


def release(folder, program, spoil=False, target=TARGET):
    """A folder that answers as the releases of the project do."""
    place = folder / f"v{VERSION}"
    archive = subprocess.run(
        [ROOT / ".github/release/archive.sh", program, target, place], check=True, capture_output=True, text=True
    ).stdout.strip()
    with open(place / "SHA256SUMS", "w") as sums:
        subprocess.run(["sha256sum", pathlib.Path(archive).name], cwd=place, stdout=sums, check=True)
    if spoil:
        with open(archive, "ab") as file:
            file.write(b"\0")
    return f"file://{folder}"


def program(folder, name, text):
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(f"#!/usr/bin/env bash\n{text}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


def installing(place, sentlint, releases):
    runner = Runner(place / "a", releases)
    code, log, _, _ = runner.run(only="install")
    binary = runner.outputs["install"].get("program", "")
    check("a released binary is installed", code == 0 and pathlib.Path(binary).is_file(), log)
    check("and its folder is in the PATH of later steps", str(pathlib.Path(binary).parent) in (place / "a/GITHUB_PATH").read_text())
    runner.env["SENTLINT_RELEASES"] = "file:///nowhere"
    code, log, _, _ = runner.run(only="install", version=f"v{VERSION}")
    check("and is not fetched again", code == 0 and runner.outputs["install"]["program"] == binary, log)

    runner = Runner(place / "b", release(place / "spoilt", sentlint, spoil=True))
    code, log, _, _ = runner.run(only="install")
    nothing = not any((place / "b/tools").rglob("sentlint"))
    check("a binary with another checksum is refused", code == 2 and "checksum" in log and nothing, log)

    for answer in (0, 1):
        runner = Runner(place / f"gh{answer}", releases)
        program(place / "bin", "gh", f'echo "gh $*" > "$RUNNER_TEMP/gh"\nexit {answer}')
        runner.env["PATH"] = f"{place / 'bin'}:{runner.env['PATH']}"
        code, log, _, _ = runner.run(only="install", token="t")
        asked = (place / f"gh{answer}/temp/gh").read_text()
        right = "attestation verify" in asked and "--repo sentlint/sentlint" in asked
        check(f"where the binary was built is asked, and {'heeded' if answer else 'right'}", right and code == 2 * answer, log)
    (place / "bin/gh").unlink()

    # What Windows gets is a zip.
    exe = place / "exe/sentlint.exe"
    exe.parent.mkdir()
    shutil.copy2(sentlint, exe)
    runner = Runner(place / "win", release(place / "windows", exe, target="x86_64-pc-windows-msvc"))
    program(place / "bin", "uname", 'case "$1" in -s) echo MINGW64_NT-10.0-26100 ;; *) echo x86_64 ;; esac')
    runner.env["PATH"] = f"{place / 'bin'}:{runner.env['PATH']}"
    code, log, _, _ = runner.run(only="install")
    binary = pathlib.Path(runner.outputs["install"].get("program", ""))
    zipped = list((place / "windows").rglob("*.zip")) and not list((place / "windows").rglob("*.tar.gz"))
    check("a released zip is installed on Windows", code == 0 and zipped and binary.name == "sentlint.exe" and binary.is_file(), log)
    (place / "bin/uname").unlink()

    # Building takes minutes and is tested by .ci/packages; here it is to be asked for in the right way.
    runner = Runner(place / "c", "file:///nowhere")
    script = f'printf "%s\\n" "$@" > "$RUNNER_TEMP/cargo"\nmkdir -p "$5/bin"\ncp {sentlint} "$5/bin/sentlint"'
    program(place / "bin", "cargo", script)
    runner.env["PATH"] = f"{place / 'bin'}:{runner.env['PATH']}"
    code, log, _, _ = runner.run(only="install")
    words = (place / "c/temp/cargo").read_text().split("\n")
    right = words[:4] == ["install", "--quiet", "--locked", "--root"] and words[5:7] == ["--path", str(ROOT)]
    check("without a release it is built from the action's own source", code == 0 and right, log)
    commit = "0123456789abcdef0123456789abcdef01234567"
    program(place / "bin", "git", f'printf "{commit}\\trefs/tags/v9.8.7-rc.1\\n"')
    code, log, _, _ = runner.run(only="install", version="9.8.7-rc.1")
    words = (place / "c/temp/cargo").read_text().split("\n")
    right = words[5:10] == ["--git", "https://github.com/sentlint/sentlint", "--rev", commit, "sentlint"]
    check("another version is built from the commit of its tag", code == 0 and right, log)
    program(place / "bin", "git", "true")
    code, log, _, _ = runner.run(only="install", version="9.8.6")
    check("a version without a tag is told", code == 2 and "there is no sentlint 9.8.6" in log, log)
    (place / "bin/git").unlink()

    for hostile in ("$(touch pwned)", "1.0.0; touch pwned", "../../../x", "1.0.0\ntouch pwned", "-1.0.0", "`touch pwned`", "1.0.0/../.."):
        code, log, _, _ = runner.run(only="install", version=hostile)
        fine = code == 2 and "must be a version" in log and not list(place.rglob("pwned"))
        check(f"the version {hostile!r} is refused", fine, log)


def checking(place, releases):
    runner = Runner(place / "d", releases)
    runner.write("good/a.yaml", GOOD)
    code, log, out, summary = runner.run(paths="good")
    numbers = (out["exit-code"], out["errors"], out["warnings"], out["sarif-file"], out["version"])
    check("good content passes", code == 0 and numbers == ("0", "0", "0", "", VERSION), f"{log}{out}")
    check("and the summary says so", "sentlint" in summary, summary)

    runner.write("tested/a.yaml", GOOD)
    runner.write("tested/a.test.yaml", TESTS)
    code, log, out, summary = runner.run(paths="tested", test="true", junit_file="out dir.xml")
    check("tests that pass", code == 0 and out["tests-exit-code"] == "0" and "### Tests" in summary, f"{log}{out}{summary}")
    check("are in the JUnit file", "<testcase " in (runner.work / "out dir.xml").read_text(), log)
    runner.write("tested/a.test.yaml", TESTS.replace("rows: 1", "rows: 7", 1))
    code, log, out, summary = runner.run(paths="tested", test="true")
    told = re.search(r"^::error file=tested/a.test.yaml,line=\d+,", log, re.M) and "expected 7 rows, got 1" in summary
    check("a test that fails fails the step", code == 1 and out["tests-exit-code"] == "1" and told, f"{log}{out}{summary}")
    code, log, out, _ = runner.run(paths="tested")
    check("and is not run unless asked", code == 0 and out["tests-exit-code"] == "", f"{log}{out}")
    runner.write("tested/a.test.yaml", "tests: [{name: ::error::x, expect: 1}]\n")
    code, log, out, _ = runner.run(paths="tested", test="true", fail_on="never")
    harmless = not re.search(r"^::error::x", log, re.M)
    check("a test that cannot be run is 2", code == 2 and out["tests-exit-code"] == "2" and harmless, f"{log}{out}")
    for hostile in ("$(touch pwned)", "yes", "true\nexit-code=0"):
        code, log, out, _ = runner.run(paths="tested", test=hostile)
        check(f"test as {hostile!r} is refused", code == 2 and not list(place.rglob("pwned")), log)
    code, log, out, _ = runner.run(paths="tested", test="true", junit_file="$(touch pwned)")
    check("the name of the JUnit file is a name", (runner.work / "$(touch pwned)").is_file() and not list(place.rglob("pwned")), log)
    shutil.rmtree(runner.work / "tested")
    (runner.work / "$(touch pwned)").unlink()

    runner.write("bad/b.yaml", BAD)
    code, log, out, summary = runner.run(paths="good\n  bad  \n\n", sarif_file="out dir/r.sarif")
    check("errors fail the step", code == 1 and out["exit-code"] == "1" and out["errors"] == "1", f"{log}{out}")
    check("and are annotated", re.search(r"^::error file=bad/b.yaml,line=1,", log, re.M), log)
    check("and are in the summary", "invalid-id" in summary and "bad/b.yaml" in summary, summary)
    sarif = json.loads((runner.work / out["sarif-file"]).read_text())
    check("and in the SARIF file", [r["ruleId"] for r in sarif["runs"][0]["results"]] == ["invalid-id"], log)
    check("which is named by its way from the workspace", out["sarif-file"] == "out dir/r.sarif", out)

    code, log, out, _ = runner.run(fail_on="never")
    check("fail-on is passed on", code == 0 and out["errors"] == "1", log)
    code, log, out, _ = runner.run(args="--ignore invalid-id --profile pedantic", paths="bad")
    check("args of one line are split at blanks", code == 0 and out["errors"] == "0", log)
    runner.write("my config.toml", '[check]\nignore = ["invalid-id"]\n')
    code, log, out, _ = runner.run(config="my config.toml")
    check("a configuration with a blank in its name is found", code == 0 and out["errors"] == "0", log)
    code, log, out, _ = runner.run(args="--config\nmy config.toml")
    check("args of several lines are arguments", code == 0 and out["errors"] == "0", log)
    code, log, out, _ = runner.run(working_directory="bad", sarif_file="r.sarif")
    check("the working directory is used", code == 1 and "file=bad/b.yaml" in log and out["sarif-file"] == "bad/r.sarif", f"{log}{out}")
    code, log, out, _ = runner.run(format="concise", paths="bad")
    check("in another format nothing is a command", re.search(r"::stop-commands::(\w{32})\n(?s:.*)\n::\1::\n", log), log)
    code, log, out, _ = runner.run(baseline="missing.json")
    check("what cannot be done is 2", code == 2 and out["exit-code"] == "2" and "missing.json" in log, f"{log}{out}")
    code, log, out, _ = runner.run(diff_base="HEAD")
    check("a comparison without a repository is 2", code == 2 and "git repository" in log, f"{log}{out}")
    shutil.rmtree(runner.work / "bad")

    # Folders that are called like attacks are checked, and nothing else happens.
    names = ["$(touch pwned)", "`touch pwned`", "a b  c", "-rf", "--fix", "'q\"", "x; touch pwned", "*", "${HOME}", "&& false", "ü\\n", "a=b::c"]
    for index, name in enumerate(names):
        runner.write(f"{name}/b.yaml", BAD.replace("remote-tool-reached-its-relay", f"relay-{index}"))
    for name in names:
        code, log, out, _ = runner.run(paths=name, sarif_file=f"{name}/r.sarif")
        fine = code == 1 and out["errors"] == "1" and (runner.work / name / "r.sarif").is_file()
        check(f"the path {name!r} is a path", fine and out["sarif-file"] == f"{name}/r.sarif", f"{log}{out}")
        code, log, out, _ = runner.run(working_directory=name)
        check("and a working directory", code == 1 and out["errors"] == "1", f"{log}{out}")
    code, log, out, _ = runner.run(paths="\n".join(names))
    check("all of them at once", code == 1 and out["errors"] == str(len(names)), f"{log}{out}")
    code, log, out, _ = runner.run(paths="-")
    check("a dash is no standard input", code == 2 and "./-" in log, log)
    for name in ("config", "fail_on", "format", "baseline", "diff_base", "sarif_file", "args", "working_directory"):
        for hostile in ("$(touch pwned)", "`touch pwned`", "x'; touch pwned; '", "--help", "x\nexit-code=0\nerrors=0"):
            code, log, out, _ = runner.run(paths="good", **{name: hostile})
            harmless = not list(place.rglob("pwned"))
            told = code in (0, 2) and out["exit-code"] == str(code) if name in ("sarif_file", "args") else code == 2
            if name == "args" and hostile == "--help":
                told = code == 0
            check(f"{name} as {hostile!r} does no harm", harmless and told, f"{code} {log}{out}")
    env = (place / "d/GITHUB_ENV").read_text()
    check("the environment of later steps is left alone", env == "", env)


class GitHub(http.server.BaseHTTPRequestHandler):
    """As much of GitHub's API as a comment needs, with what was asked of it."""

    asked, comments, may_write = [], [], True

    def answer(self):
        length = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(length)) if length else None
        place = urllib.parse.urlsplit(self.path)
        self.asked.append((self.command, place.path, body))
        status, said = 404, {}
        if self.headers["Authorization"] != "Bearer ghs_token":
            status = 401
        elif self.command == "GET" and place.path == "/repos/o/r/issues/7/comments":
            page = int(urllib.parse.parse_qs(place.query)["page"][0])
            status, said = 200, self.comments[100 * (page - 1) : 100 * page]
        elif not self.may_write:
            status = 403
        elif len(body["body"]) > 65536:
            status = 422
        elif self.command == "POST" and place.path == "/repos/o/r/issues/7/comments":
            self.comments.append({"id": 1000 + len(self.comments), "user": {"type": "Bot"}, "body": body["body"]})
            status, said = 201, self.comments[-1]
        elif self.command == "PATCH":
            said = next(one for one in self.comments if place.path == f"/repos/o/r/issues/comments/{one['id']}")
            said["body"] = body["body"]
            status = 200
        text = json.dumps(said).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    do_GET = do_POST = do_PATCH = answer

    def log_message(self, *_):
        pass


def commenting(place, releases):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), GitHub)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    runner = Runner(place / "e", releases)
    runner.token = "ghs_token"
    git = ["git", "-C", str(runner.work), "-c", "user.name=a", "-c", "user.email=a@b.example"]

    def commit():
        subprocess.run([*git, "add", "-A"], check=True)
        subprocess.run([*git, "commit", "--quiet", "-m", "x"], check=True)
        return subprocess.run([*git, "rev-parse", "HEAD"], check=True, capture_output=True, text=True).stdout.strip()

    def event(head="o/r", number=7):
        about = {"pull_request": {"number": number, "base": {"sha": base}, "head": {"sha": now, "repo": {"full_name": head}}}}
        (place / "event.json").write_text(json.dumps(about if number else {"ref": "refs/heads/main"}))

    subprocess.run(["git", "init", "--quiet", runner.work], check=True)
    runner.write("c/a.yaml", GOOD)
    base = now = commit()
    runner.env |= {
        "GITHUB_API_URL": f"http://127.0.0.1:{server.server_port}", "GITHUB_REPOSITORY": "o/r", "GITHUB_EVENT_PATH": str(place / "event.json"),
        "GITHUB_SERVER_URL": "https://github.example",
    }  # fmt: skip
    event()
    # Others comment as well: a person who writes the marker, and more than a page of bots.
    GitHub.comments += [{"id": 1, "user": {"type": "User"}, "body": "<!-- sentlint-diff"}]
    GitHub.comments += [{"id": 2 + n, "user": {"type": "Bot"}, "body": f"a bot says {n}"} for n in range(120)]
    before = json.dumps(GitHub.comments)

    code, log, _, _ = runner.run(paths="c", comment="true")
    wrote = [one for one in GitHub.asked if one[0] != "GET"]
    check("a change without meaning gets no comment", code == 0 and not wrote and GitHub.asked, f"{log}{wrote}")
    code, log, _, _ = runner.run(paths="c")
    check("nor is there one unless asked", code == 0 and len(GitHub.asked) == 2, GitHub.asked)

    hostile = GOOD.replace("mRemoteNG connected to many internal hosts", "'@everyone <img src=x> [a](http://b.example) | ::error::x `touch pwned` $(touch pwned)'", 1)
    runner.write("c/a.yaml", hostile.replace("ago(7d)", "ago(3d)"))
    now = commit()
    event()
    code, log, _, summary = runner.run(paths="c", comment="true")
    text = GitHub.comments[-1]["body"]
    check("a change gets one comment", code == 0 and len(GitHub.comments) == 122 and "look-back" in text, f"{log}{text}")
    check("that begins with its marker", re.match(r"<!-- sentlint-diff [0-9-]+ -->\n", text), text)
    check("and links to the commit", f"https://github.example/o/r/blob/{now}/c/a.yaml" in text, text)
    check("in which content says nothing as markup", "<img" not in text and "](http://b" not in text and "@everyone" not in text, text)
    check("nor runs", not list(place.rglob("pwned")) and not re.search("^::error", log, re.M), log)
    check("the token is told to nobody", "ghs_token" not in log + summary + text, log)

    runner.write("c/a.yaml", GOOD.replace("ago(7d)", "ago(5d)"))
    commit()
    code, log, _, _ = runner.run(paths="c", comment="true")
    newer = GitHub.comments[-1]["body"]
    check("the next change updates it", code == 0 and len(GitHub.comments) == 122 and newer != text and "ago(5d)" in newer, f"{log}{newer}")
    runner.write("c/a.yaml", GOOD)
    commit()
    code, log, _, _ = runner.run(paths="c", comment="true")
    check("also if nothing is left of it", code == 0 and "No change of meaning" in GitHub.comments[-1]["body"], log)
    runner.write("c/a.yaml", GOOD.replace("ago(7d)", "ago(2d)"))
    runner.write("c/b.yaml", BAD)
    commit()
    code, log, _, _ = runner.run(paths="c", comment="true")
    check("also if there are findings, which still fail the step", code == 1 and "ago(2d)" in GitHub.comments[-1]["body"], log)
    code, log, _, _ = runner.run(paths="c", comment="true", working_directory="./")
    check("another folder has a comment of its own", len(GitHub.comments) == 123, log)
    check("what others wrote stays", json.dumps(GitHub.comments[:121]) == before)

    asked = len(GitHub.asked)
    for head in ("somebody/r", ""):
        event(head)
        code, log, _, summary = runner.run(paths="c", comment="true", fail_on="never")
        told = "fork" in log and "ago(2d)" in summary
        check("a pull request from a fork has it in the summary", code == 0 and told and len(GitHub.asked) == asked, f"{log}{summary}")
    event()
    GitHub.may_write = False
    code, log, _, summary = runner.run(paths="c", comment="true", fail_on="never")
    check("so has one without the permission, which is named", code == 0 and "pull-requests: write" in log and "ago(2d)" in summary, f"{log}{summary}")
    GitHub.may_write = True
    runner.token = "x\nheader = y"
    code, log, _, summary = runner.run(paths="c", comment="true", fail_on="never")
    check("a token that is none is not used", code == 0 and "no token" in log and "ago(2d)" in summary, log)
    runner.token = "ghs_token"
    event(number=None)
    code, log, _, _ = runner.run(paths="c", comment="true", fail_on="never")
    check("a push has nothing to comment on", code == 0 and "no pull request" in log, log)
    event()
    for name, value in (("diff_base", "nowhere"), ("comment", "$(touch pwned)"), ("diff_base", "--help"), ("diff_base", "$(touch pwned)")):
        given = {"comment": "true", "fail_on": "never", "paths": "c"} | {name: value}
        code, log, _, _ = runner.run(**given)
        check(f"{name} as {value!r} is refused", code == 2 and not list(place.rglob("pwned")), log)
    server.shutdown()


def main():
    sentlint = pathlib.Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory() as place:
        place = pathlib.Path(place)
        for folder in "a b c d e gh0 gh1 win releases again windows spoilt".split():
            (place / folder).mkdir()
        releases = release(place / "releases", sentlint)
        again = release(place / "again", sentlint)
        sums = [pathlib.Path(url.removeprefix("file://")) / f"v{VERSION}/SHA256SUMS" for url in (releases, again)]
        check("an archive that is packed again is the same", sums[0].read_text() == sums[1].read_text())
        for tag, code in ((f"v{VERSION}", 0), ("v9.9.9", 1), (VERSION, 1), ("", 1)):
            done = subprocess.run([ROOT / ".github/release/check-tag.sh", tag], stdout=subprocess.DEVNULL)
            check(f"the tag {tag!r} is {'wrong' if code else 'right'}", done.returncode == code)
        commit = "0123456789abcdef0123456789abcdef01234567"
        env = os.environ | {"GITHUB_REPOSITORY": "sentlint/sentlint", "PATH": f"{place / 'bin'}:{os.environ['PATH']}"}
        for answer, asked, code in (("1", commit, 0), ("0", commit, 1), ("", commit, 1), ("1", "main", 1), ("1", "", 1)):
            program(place / "bin", "gh", f'echo "$*" > {place / "asked"}\necho {answer}')
            done = subprocess.run([ROOT / ".github/release/check-ci.sh", asked], env=env, stdout=subprocess.DEVNULL)
            check(f"{answer or 'no'} runs of CI passed for {asked!r}", done.returncode == code)
        asked = (place / "asked").read_text()
        check("and what is asked names the commit, main and success", all(word in asked for word in (commit, "branch=main", "event=push", "status=success")), asked)
        (place / "bin/gh").unlink()
        installing(place, sentlint, releases)
        checking(place, releases)
        commenting(place, releases)
    return finish()


if __name__ == "__main__":
    sys.exit(main())
