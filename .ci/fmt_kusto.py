"""`sentlint fmt --style kusto` beside the official formatter, over the queries of the shared data.

usage: target/ci-venv/bin/python .ci/fmt_kusto.py SENTLINT SHARED [EVERY], after .ci/tools

What does not parse and what the official formatter does not keep (it loses comments in some places) is not compared. Of
the rest, EVERY-th query each, 99 % must be the same text, line ends aside. The second run must change nothing at all.
"""

import collections
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

from checks import check, finish

ROOT = pathlib.Path(__file__).resolve().parent.parent
MODULES = ROOT / "target/ci-node/node_modules"
LEAST = 99
# Strings in their three forms, and comments: what white space is part of.
WHOLE = re.compile(
    r"(?:[hH]?(?:```.*?```|~~~.*?~~~|@\"(?:[^\"\n]|\"\")*\"|@'(?:[^'\n]|'')*'"
    r"|\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'))|//[^\n]*",
    re.DOTALL,
)


def lines(text):
    return text.replace("\r\n", "\n").replace("\r", "\n")


def parts(query):
    """A query without the white space between its tokens, and its strings and comments as they are."""
    whole = [match.group().rstrip() for match in WHOLE.finditer(query)]
    return re.sub(r"\s+", "", WHOLE.sub("\0", query)), whole


def official(queries):
    """What the official formatter makes of each query."""
    given = "".join(json.dumps({"id": id, "query": query}) + "\n" for id, query in queries.items())
    script = [shutil.which("node"), str(ROOT / ".ci/official_format.mjs"), str(MODULES)]
    ran = subprocess.run(script, input=given, capture_output=True, text=True, encoding="utf-8", check=False)
    if ran.returncode != 0:
        raise SystemExit(ran.stderr)
    return {row["id"]: row for row in map(json.loads, ran.stdout.splitlines())}


def ours(sentlint, queries):
    """What `sentlint fmt` makes of each query, and whether a second run would change anything."""
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        for id, query in queries.items():
            (folder / f"{id}.kql").write_text(query, encoding="utf-8", newline="")
        run = [sentlint, "fmt", "--isolated", "--quiet", "--style", "kusto"]
        subprocess.run([*run, "."], cwd=folder, check=True)
        again = subprocess.run([*run, "--check", "."], cwd=folder, capture_output=True, text=True, check=False)
        texts = {id: (folder / f"{id}.kql").read_bytes().decode() for id in queries}
        return texts, again


def main(sentlint, shared, every="6"):
    if shutil.which("node") is None:
        print("skipped: the official formatter needs node, which is not installed")
        return 0
    rows = map(json.loads, (pathlib.Path(shared) / "kql/queries.jsonl").read_text(encoding="utf-8").splitlines())
    queries = {row["id"]: row["query"] for row in rows if not row.get("params")}
    queries = dict(list(queries.items())[:: int(every)])
    wanted, (texts, again) = official(queries), ours(str(pathlib.Path(sentlint).resolve()), queries)
    count, different = collections.Counter(), []
    for id, query in queries.items():
        text = lines(wanted[id]["text"])
        if wanted[id]["broken"] or parts(text) != parts(lines(query)):
            count["broken" if wanted[id]["broken"] else "not kept"] += 1
        elif text == lines(texts[id]):
            count["same"] += 1
        else:
            different.append(id)
    compared = count["same"] + len(different)
    share = 100 * count["same"] / max(compared, 1)
    print(f"{share:.2f} % of {compared} queries are the same; {count['broken']} do not parse, {count['not kept']} are not kept")
    check("most queries are compared", 2 * compared > len(queries) > 0, str(compared))
    check(f"{LEAST} % are as the official formatter has them", share >= LEAST, " ".join(different))
    check("a second run changes nothing", again.returncode == 0, again)
    return finish()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
