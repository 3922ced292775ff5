#!/usr/bin/env python3
"""Edit documents at random for a while, as several people would, and fail if the language server ends, answers with an
internal error or a range outside of the document, or grows.

usage: lsp_soak.py BINARY [--seconds 60] [--seed N]

The texts are the samples of the repository. Memory is the resident set in /proc/PID/status: the most after the first
third, against the most in the last one."""
import argparse, json, pathlib, queue, random, subprocess, sys, threading, time

ap = argparse.ArgumentParser()
ap.add_argument("binary")
ap.add_argument("--seconds", type=float, default=60)
ap.add_argument("--seed", type=int, default=random.randrange(1 << 30))
a = ap.parse_args()
rng = random.Random(a.seed)
ROOT = pathlib.Path(__file__).resolve().parent.parent
TEXTS = [p for p in sorted((ROOT / "content").rglob("*")) if p.suffix in (".yaml", ".kql") and p.stat().st_size < 50_000]
assert TEXTS, "there are no samples"
POSITION = [
    "completion", "hover", "signatureHelp", "documentHighlight", "definition", "prepareRename",
]
DOCUMENT = ["documentSymbol", "foldingRange", "semanticTokens/full", "codeLens", "documentLink"]
PIECES = [
    "\n", "| where ", "| extend x = ", "| summarize count() by ", "let a = ", ";", "(", ")", "\"", "'", "[", "]", "\n  - ", ": ",
    "ä😀", "Device", "T1059", "join kind=inner (", " on ", "//", "#", "\t", "|", "project ", "\n\n", "{{", "}}", "\r\n",
]


class Server:
    def __init__(self):
        # A client of a working server reads standard error too, where nothing must be.
        self.p = subprocess.Popen([a.binary, "lsp", "--isolated"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.n, self.answers, self.lock = 0, {}, threading.Condition()
        self.diagnostics, self.ended = {}, False
        threading.Thread(target=self.read, daemon=True).start()

    def send(self, **message):
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.p.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self.p.stdin.flush()

    def read(self):
        out = self.p.stdout
        while True:
            size = 0
            while line := out.readline().strip():
                if line.lower().startswith(b"content-length:"):
                    size = int(line.split(b":")[1])
            if not size:
                break
            message = json.loads(out.read(size))
            with self.lock:
                if "method" not in message:
                    self.answers[message["id"]] = message
                elif message["method"] == "textDocument/publishDiagnostics":
                    self.diagnostics[message["params"]["uri"]] = message["params"]
                self.lock.notify_all()
        with self.lock:
            self.ended = True
            self.lock.notify_all()

    def request(self, method, params):
        self.n += 1
        self.send(id=self.n, method=method, params=params)
        return self.n

    def wait(self, number):
        with self.lock:
            if not self.lock.wait_for(lambda: number in self.answers or self.ended, 60):
                fail(f"request {number} was not answered in a minute")
            if number not in self.answers:
                fail(f"the server ended with {self.p.wait()}")
            return self.answers.pop(number)

    def memory(self):
        status = pathlib.Path(f"/proc/{self.p.pid}/status").read_text()
        return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS:")) / 1024


def fail(why):
    sys.exit(f"lsp_soak (seed {a.seed}): {why}")


def units(text):
    return len(text.encode("utf-16-le")) // 2


def position(text, offset):
    before = text[:offset]
    line_start = before.rfind("\n") + 1
    return {"line": before.count("\n"), "character": units(before[line_start:])}


def check_ranges(value, lines, what):
    if isinstance(value, dict):
        if set(value) == {"start", "end"} and isinstance(value["start"], dict):
            start, end = (value[k] for k in ("start", "end"))
            order = (start["line"], start["character"]) <= (end["line"], end["character"])
            inside = all(p["line"] < len(lines) and p["character"] <= lines[p["line"]] for p in (start, end))
            if not (order and inside):
                fail(f"{what}: the range {value} is not in the document")
        for inner in value.values():
            check_ranges(inner, lines, what)
    elif isinstance(value, list):
        for inner in value:
            check_ranges(inner, lines, what)


def line_lengths(text):
    # Line ends are those of the protocol.
    return [units(line) for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]


s = Server()
s.wait(s.request("initialize", {"processId": None, "rootUri": None, "capabilities": {}}))
s.send(method="initialized", params={})
end, began = time.monotonic() + a.seconds, time.monotonic()
documents, memory, asked, edits, version = {}, [], 0, 0, 0
while time.monotonic() < end:
    if len(documents) < 4:
        path = rng.choice(TEXTS)
        uri = f"file:///soak/{len(documents)}-{rng.randrange(9)}/{path.name.replace(' ', '%20')}"
        text = path.read_text(encoding="utf-8", errors="replace").replace("\r", "")
        version += 1
        documents[uri] = text
        s.send(method="textDocument/didOpen", params={"textDocument": {"uri": uri, "languageId": "x", "version": version, "text": text}})
    uri = rng.choice(list(documents))
    text = documents[uri]
    if rng.random() < 0.02 or len(text) > 60_000:
        s.send(method="textDocument/didClose", params={"textDocument": {"uri": uri}})
        del documents[uri]
        continue
    changes = []
    for _ in range(rng.choice([1, 1, 1, 2, 3])):
        at = rng.randrange(len(text) + 1)
        to = min(len(text), at + rng.choice([0, 0, 0, 1, 3, 40]))
        piece = rng.choice(PIECES) if rng.random() < 0.7 else text[at:at + rng.randrange(30)]
        # A range must not part a line end, which editors never do.
        at, to = (at - (text[at - 1:at + 1] == "\r\n")), (to - (text[to - 1:to + 1] == "\r\n"))
        to = max(at, to)
        changes.append({"range": {"start": position(text, at), "end": position(text, to)}, "text": piece.replace("\r\n", "\n")})
        text = text[:at] + piece.replace("\r\n", "\n") + text[to:]
    version += 1
    edits += 1
    documents[uri] = text
    s.send(method="textDocument/didChange", params={"textDocument": {"uri": uri, "version": version}, "contentChanges": changes})
    named, lines = {"textDocument": {"uri": uri}}, line_lengths(text)
    at = position(text, rng.randrange(len(text) + 1))
    ask = [(f"textDocument/{rng.choice(POSITION)}", {**named, "position": at})]
    if rng.random() < 0.3:
        ask.append((f"textDocument/{rng.choice(DOCUMENT)}", named))
    if rng.random() < 0.1:
        ask.append(("textDocument/codeAction", {**named, "range": {"start": at, "end": at}, "context": {"diagnostics": []}}))
        ask.append(("textDocument/formatting", {**named, "options": {"tabSize": 2, "insertSpaces": True}}))
    numbers = [(method, s.request(method, params)) for method, params in ask]
    if rng.random() < 0.1:
        s.send(method="$/cancelRequest", params={"id": numbers[0][1]})
    for method, number in numbers:
        asked += 1
        answer = s.wait(number)
        code = answer.get("error", {}).get("code")
        if code not in (None, -32800, -32801, -32803):
            fail(f"{method}: {answer['error']}")
        if "semanticTokens" not in method:
            check_ranges(answer.get("result"), lines, method)
    memory.append((time.monotonic() - began, s.memory()))
s.wait(s.request("shutdown", None))
s.send(method="exit")
if (code := s.p.wait(timeout=30)) != 0:
    fail(f"the server ended with {code}")
third = a.seconds / 3
most = lambda low, high: max((m for t, m in memory if low <= t < high), default=0)
first, last = most(0, third), most(2 * third, a.seconds + 60)
print(f"lsp_soak: {edits} edits, {asked} requests in {a.seconds:g} s; at most {first:.0f} MB in the first third, {last:.0f} MB in the last")
# What is kept of tables and documents settles early; a tenth and some megabytes are the noise of an allocator.
if last > first * 1.1 + 8:
    fail(f"the server grew from {first:.0f} to {last:.0f} MB")
