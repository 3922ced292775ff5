"""Every Bicep file that sentlint writes for the given folders parses, and says what the ARM template says."""

import json
import multiprocessing
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import pycep
import tree_sitter
import tree_sitter_bicep

BINARY = os.environ.get("SENTLINT_BIN", "target/debug/sentlint")
GRAMMAR = tree_sitter.Parser(tree_sitter.Language(tree_sitter_bicep.language()))
ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "\\": "\\", "'": "'", "$": "$"}
TYPES = {
    "Microsoft.SecurityInsights/alertRules": "Microsoft.OperationalInsights/workspaces/providers/alertRules",
    "Microsoft.OperationalInsights/workspaces/savedSearches": "Microsoft.OperationalInsights/workspaces/savedSearches",
}


class Wrong(Exception):
    """What is wrong with a file, in words."""


def convert(target, folder, out, *options):
    command = [BINARY, "convert", str(folder), "--to", target, "--no-check", "--quiet", "-o", str(out), *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    # 1 says that some inputs cannot be converted; both targets refuse the same ones, which is compared below.
    if done.returncode not in (0, 1):
        sys.exit(f"{' '.join(command)}: exit {done.returncode}\n{done.stderr[-2000:]}")


def text(node):
    return node.text.decode("utf-8")


def string(node):
    raw = text(node)
    if raw.startswith("'''"):
        body = raw[3:-3]
        return body[1:] if body.startswith("\n") else body
    if any(child.type == "interpolation" for child in node.children):
        raise Wrong(f"a text would be evaluated: {raw[:80]}")
    escape = r"\\(?:u\{([0-9a-fA-F]+)\}|(.))"
    return re.sub(escape, lambda m: chr(int(m[1], 16)) if m[1] else ESCAPES[m[2]], raw[1:-1], flags=re.DOTALL)


def value(node):
    match node.type:
        case "string":
            return string(node)
        case "number":
            return int(text(node))
        case "boolean":
            return text(node) == "true"
        case "array":
            return [value(child) for child in node.named_children]
        case "object":
            return properties(node)
        case "call_expression" if text(node).startswith("json('"):
            return json.loads(string(node.named_children[1].named_children[0]))
    raise Wrong(f"an unexpected {node.type}: {text(node)[:80]}")


def properties(node):
    # Comments and directives such as #disable-next-line stand between the pairs.
    pairs = (child.named_children for child in node.named_children if child.type == "object_property")
    return {string(key) if key.type == "string" else text(key): body for key, body in
            ((key, value(body) if body.type != "identifier" else text(body)) for key, body in pairs)}


def resources(source):
    """The resources of a Bicep file, by name, in the shape of ARM."""
    tree = GRAMMAR.parse(source.encode("utf-8"))
    if tree.root_node.has_error:
        raise Wrong("tree-sitter-bicep finds errors")
    try:
        pycep.BicepParser().parse(text=source)
    except Exception as error:  # whatever its parser raises is a failed parse
        raise Wrong(f"pycep: {str(error)[:200]}") from error
    found, symbols = {}, set()
    for node in tree.root_node.named_children:
        if node.type not in ("resource_declaration", "parameter_declaration"):
            continue
        parts = node.named_children
        symbol = next(text(part) for part in parts if part.type == "identifier")
        if symbol in symbols:
            raise Wrong(f"the symbol {symbol} is declared twice")
        symbols.add(symbol)
        if node.type == "parameter_declaration" or any(part.type == "existing" for part in node.children):
            continue
        kind, version = string(next(part for part in parts if part.type == "string")).split("@")
        body = properties(next(part for part in parts if part.type == "object"))
        if body.get("scope", body.get("parent")) not in symbols:
            raise Wrong(f"{symbol} hangs on nothing that is declared")
        found[body["name"]] = {
            "type": TYPES[kind], "apiVersion": version, "kind": body.get("kind"),
            "properties": body["properties"],
        }
    return found


def unescaped(node):
    """A value of an ARM template as it is once deployed."""
    if isinstance(node, dict):
        return {unescaped(key): unescaped(body) for key, body in node.items()}
    if isinstance(node, list):
        return [unescaped(item) for item in node]
    return node[1:] if isinstance(node, str) and node.startswith("[[") and node.endswith("]") else node


def templates(source):
    found = {}
    for resource in json.loads(source)["resources"]:
        name = re.fullmatch(r"\[concat\(parameters\('workspace'\),'/(?:Microsoft\.SecurityInsights/)?(.*)'\)\]",
                            resource["name"])[1]
        keys = ("type", "apiVersion", "kind", "properties")
        found[name.replace("''", "'")] = {key: unescaped(resource.get(key)) for key in keys}
    return found


def compare(bicep, arm):
    """What is wrong with a Bicep file, in words; nothing where it says what the ARM template says."""
    try:
        ours = resources(bicep.read_text(encoding="utf-8"))
    except Wrong as wrong:
        return str(wrong)
    theirs = templates(arm.read_text(encoding="utf-8"))
    return None if ours == theirs and ours else "it does not say what the ARM template says"


def main(folders, pool):
    good = total = 0
    for folder in folders:
        with tempfile.TemporaryDirectory() as tmp:
            bicep, arm = pathlib.Path(tmp, "bicep"), pathlib.Path(tmp, "arm")
            convert("bicep", folder, bicep)
            convert("arm", folder, arm)
            names = {path.relative_to(arm).with_suffix("") for path in arm.rglob("*.json")}
            written = {path.relative_to(bicep).with_suffix("") for path in bicep.rglob("*.bicep")}
            if names != written or not names:
                sys.exit(f"{folder}: {len(names)} templates and {len(written)} Bicep files")
            pairs = [(bicep / f"{name}.bicep", arm / f"{name}.json") for name in sorted(names)]
            for name, wrong in zip(sorted(names), pool.starmap(compare, pairs, chunksize=8)):
                total += 1
                good += wrong is None
                if wrong:
                    print(f"{folder}/{name}: {wrong}", file=sys.stderr)
    with tempfile.TemporaryDirectory() as tmp:
        # Our own samples have ids of their own, so that they fit into one file.
        for target, extension in (("bicep", "bicep"), ("arm", "json")):
            convert(target, "content/hunting", pathlib.Path(tmp, f"all.{extension}"), "--merge")
        total += 1
        wrong = compare(pathlib.Path(tmp, "all.bicep"), pathlib.Path(tmp, "all.json"))
        good += wrong is None
        if wrong:
            print(f"--merge: {wrong}", file=sys.stderr)
    print(f"bicep: {good} of {total} files parse and equal their ARM template")
    sys.exit(0 if good == total else 1)


if __name__ == "__main__":
    # Parsing takes its time, and each file stands alone.
    with multiprocessing.Pool() as workers:
        main(sys.argv[1:], workers)
