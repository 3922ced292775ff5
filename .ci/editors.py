"""The schemas in the server that editors use for YAML: what it reports, tells on hovering and completes.

usage: target/ci-venv/bin/python .ci/editors.py SENTLINT, after .ci/tools
"""

import json
import os
import pathlib
import queue
import re
import subprocess
import sys
import tempfile
import threading
import time
import tomllib

from checks import check, finish

ROOT = pathlib.Path(__file__).resolve().parent.parent
SERVER = ROOT / "target/ci-node/node_modules/yaml-language-server/bin/yaml-language-server"


class Editor:
    """As much of an editor as the server needs to see."""

    def __init__(self, folder, settings):
        self.settings, self.next, self.answers, self.diagnostics = settings, 0, {}, {}
        self.news = queue.Queue()
        self.server = subprocess.Popen(
            ["node", str(SERVER), "--stdio"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        threading.Thread(target=self.listen, daemon=True).start()
        folders = [{"uri": folder.as_uri(), "name": "work"}]
        capabilities = {
            "workspace": {"configuration": True, "workspaceFolders": True, "didChangeConfiguration": {}},
            "textDocument": {
                "hover": {"contentFormat": ["markdown"]},
                "completion": {"completionItem": {"snippetSupport": True, "documentationFormat": ["markdown"]}},
            },
        }
        about = {"processId": os.getpid(), "rootUri": folder.as_uri(), "workspaceFolders": folders, "capabilities": capabilities}
        self.ask("initialize", about)
        self.tell("initialized", {})
        self.tell("workspace/didChangeConfiguration", {"settings": settings})

    def listen(self):
        out = self.server.stdout
        while True:
            length = 0
            while (line := out.readline().strip()) != b"":
                if line.lower().startswith(b"content-length:"):
                    length = int(line.split(b":")[1])
            if not length:
                self.news.put(None)
                return
            self.news.put(json.loads(out.read(length)))

    def send(self, message):
        body = json.dumps({"jsonrpc": "2.0"} | message).encode()
        self.server.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self.server.stdin.flush()

    def tell(self, method, params):
        self.send({"method": method, "params": params})

    def until(self, done):
        end = time.monotonic() + 60
        while (found := done()) is None:
            message = self.news.get(timeout=max(0.1, end - time.monotonic()))
            if message is None:
                sys.exit("the language server went away")
            if "method" in message and "id" in message:
                items = message["params"].get("items", []) if message["method"] == "workspace/configuration" else []
                result = [self.settings.get(item.get("section"), {}) for item in items] or None
                self.send({"id": message["id"], "result": result})
            elif message.get("method") == "textDocument/publishDiagnostics":
                self.diagnostics[message["params"]["uri"]] = message["params"]["diagnostics"]
            elif "id" in message:
                self.answers[message["id"]] = message
        return found

    def ask(self, method, params):
        self.next += 1
        number = self.next
        self.send({"id": number, "method": method, "params": params})
        answer = self.until(lambda: self.answers.pop(number, None))
        if "error" in answer:
            sys.exit(f"{method}: {answer['error']}")
        return answer["result"]

    def open(self, path, text):
        """Opens a file; returns what is wrong with it."""
        uri = path.as_uri()
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        document = {"uri": uri, "languageId": "yaml", "version": 1, "text": text}
        self.diagnostics.pop(uri, None)
        self.tell("textDocument/didOpen", {"textDocument": document})
        return self.until(lambda: self.diagnostics.get(uri))

    def hover(self, path, text, word):
        """What is told of the word that begins a line."""
        line = ("\n" + text)[: ("\n" + text).index("\n" + word)].count("\n")
        where = {"line": line, "character": 1}
        answer = self.ask("textDocument/hover", {"textDocument": {"uri": path.as_uri()}, "position": where})
        contents = (answer or {}).get("contents", "")
        return contents["value"] if isinstance(contents, dict) else str(contents)

    def complete(self, path, text, mark):
        """What can stand right after a text that stands there once."""
        end = text.index(mark) + len(mark)
        where = {"line": text.count("\n", 0, end), "character": end - (text.rfind("\n", 0, end) + 1)}
        answer = self.ask("textDocument/completion", {"textDocument": {"uri": path.as_uri()}, "position": where})
        return answer["items"] if isinstance(answer, dict) else answer or []


# For each kind: the folder, a good file, faults with the words that tell of them, and completions.
HUNTING = (ROOT / "content/hunting/mremoteng-connection-fan-out.yaml").read_text()
SCHEDULED = (ROOT / "content/rules/remote-tool-first-seen-on-host.yaml").read_text()
NRT = (ROOT / "content/rules/kvm-device-attached.yaml").read_text()

COMMON = [
    ("id: ", "id: no-guid #", ["An id must be a GUID"]),
    ("tactics:\n", "tactics:\n  - Persistance\n", ["Valid values", "Persistence"]),
    ("relevantTechniques:\n", "relevantTechniques:\n  - T12\n", ["A technique must have the form T1219"]),
    ("query: ", "queri: ", ['Missing property "query"', "Property queri is not allowed"]),
    ("version: ", "version: x", ["A version must be three numbers"]),
    ("columnName: ", "columnName: 1", ["A column name can contain"]),
    ("entityMappings:\n  - entityType: ", "entityMappings:\n  - entityType: X", ["Valid values", "Host"]),
]
RULE = COMMON + [
    ("severity: ", "severity: X", ["Valid values", "Medium"]),
    ("kind: ", "kind: X", ["Valid values"]),
]
SCHEDULE = RULE + [
    ("triggerOperator: ", "triggerOperator: X", ["Valid values", "gt"]),
    ("triggerThreshold: ", "triggerThreshold: 1.5 # ", ["integer"]),
    ("queryFrequency: ", "queryFrequency: x", ["A duration must be"]),
]
KINDS = {
    "hunting-query": ("content/hunting", HUNTING, COMMON),
    "scheduled-rule": ("Analytic Rules", SCHEDULED, SCHEDULE),
    "nrt-rule": ("nrt", NRT, RULE + [("kind: ", "queryFrequency: 1h\nkind: ", ["queryFrequency is not allowed"])]),
}


def bindings():
    """Which folders have which schema, as docs/integrations.md binds them: for each editor the same."""
    page = (ROOT / "docs/integrations.md").read_text()
    code, zed = (json.loads(text) for text in re.findall(r"```json\n([\s\S]*?)```", page))
    helix = tomllib.loads(re.search(r"```toml\n([\s\S]*?)```", page)[1])
    lua = re.search(r"```lua\n([\s\S]*?)```", page)[1]
    pairs = re.findall(r'\["([^"]*)"\] = \{ (.*) \}', lua)
    neovim = {name: re.findall(r'"([^"]*)"', globs) for name, globs in pairs}
    schemas = code["yaml.schemas"]
    check("Neovim has the bindings of VS Code", neovim == schemas, neovim)
    found = helix["language-server"]["yaml-language-server"]["config"]["yaml"]["schemas"]
    check("Helix has the bindings of VS Code", found == schemas, found)
    found = zed["lsp"]["yaml-language-server"]["settings"]["yaml"]["schemas"]
    check("Zed has the bindings of VS Code", found == schemas, found)
    return schemas


def main():
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        schemas = bindings()
        sentlint = pathlib.Path(sys.argv[1]).resolve()
        (folder / ".schemas").mkdir()
        for kind in KINDS:
            text = subprocess.run([sentlint, "schema", kind], check=True, capture_output=True, text=True).stdout
            (folder / f".schemas/{kind}.json").write_text(text)
        editor = Editor(folder, {"yaml": {
            "schemas": schemas, "validate": True, "hover": True, "completion": True,
            "schemaStore": {"enable": False}, "kubernetesCRDStore": {"enable": False},
        }})  # fmt: skip
        for kind, (place, good, faults) in KINDS.items():
            path = folder / place / "good.yaml"
            found = editor.open(path, good)
            check(f"{kind}: a good file is good", found == [], found)
            for number, (old, new, words) in enumerate(faults):
                assert old in good, old
                bad = good.replace(old, new, 1)
                found = editor.open(folder / place / f"bad{number}.yaml", bad)
                told = " ".join(finding["message"] for finding in found)
                right = found and all(word in told for word in words) and "pattern" not in told
                check(f"{kind}: {new!r} is told", right, found)
                if os.environ.get("SHOW"):
                    for finding in found:
                        print("   ", finding["range"]["start"], finding["message"])
            keys = [line.split(":")[0] for line in good.splitlines() if line[:1].isalpha()]
            properties = json.loads((ROOT / f"schemas/{kind}.schema.json").read_text())["properties"]
            for key in keys:
                text = editor.hover(path, good, key + ":")
                check(f"{kind}: {key} is explained on hovering", properties[key]["description"] in text, text)
                if os.environ.get("SHOW"):
                    print("   ", text)
            begun = "id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11\n"
            path = folder / place / "begun.yaml"
            editor.open(path, begun)
            items = [item["label"] for item in editor.complete(path, begun, "8a11\n")]
            check(f"{kind}: keys are completed", {"name", "query", "tactics", "entityMappings"} <= set(items), items)
            begun = "tactics:\n  - \nrelevantTechniques: []\n"
            path = folder / place / "tactics.yaml"
            editor.open(path, begun)
            items = [item["label"] for item in editor.complete(path, begun, "  - ")]
            check(f"{kind}: tactics are completed", {"CommandAndControl", "Persistence"} <= set(items), items)
            begun = "entityMappings:\n  - entityType: \n"
            path = folder / place / "entities.yaml"
            editor.open(path, begun)
            items = [item["label"] for item in editor.complete(path, begun, "entityType: ")]
            check(f"{kind}: entity types are completed", {"Host", "Account", "IP"} <= set(items), items)
        # An NRT rule among scheduled ones says by itself what it is.
        modeline = "# yaml-language-server: $schema=../.schemas/nrt-rule.json\n"
        found = editor.open(folder / "rules/nrt.yaml", modeline + NRT)
        check("a comment in the file binds it to its schema", found == [], found)
        found = editor.open(folder / "rules/bad-nrt.yaml", modeline + NRT.replace("severity: ", "severity: X", 1))
        check("which tells what is wrong", len(found) == 1 and "Medium" in found[0]["message"], found)
        found = editor.open(folder / "other.yaml", "a: 1\n")
        check("other files are left alone", found == [], found)
        editor.server.kill()
    return finish()


if __name__ == "__main__":
    sys.exit(main())
