"""The layer that `sentlint coverage` writes, read by MITRE's own library, beside a count made without sentlint.

usage: target/ci-venv/bin/python .ci/navigator.py SENTLINT, after .ci/tools
"""

import collections
import pathlib
import subprocess
import sys
import sysconfig
import tempfile
import types

import yaml

from checks import check, finish

# The package imports what draws layers and downloads ATT&CK along with what reads them; only the latter is wanted here.
for name in ("mitreattack", "mitreattack.navlayers"):
    sys.modules[name] = types.ModuleType(name)
    sys.modules[name].__path__ = [str(pathlib.Path(sysconfig.get_path("purelib"), *name.split(".")))]
from mitreattack.navlayers.core import Layer  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parent.parent
# What has tactics and techniques of its own.
FOLDERS = ("content/hunting", "content/rules")


def counted():
    """How many files cover each technique. One for a sub-technique covers the technique above it too."""
    counts = collections.Counter()
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*.yaml")):
            if not path.name.endswith(".test.yaml"):
                ids = set(yaml.safe_load(path.read_text()).get("relevantTechniques") or [])
                counts.update(ids | {id.split(".")[0] for id in ids})
    return counts


def main():
    sentlint = pathlib.Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory() as place:
        file = pathlib.Path(place) / "layer.json"
        arguments = ["coverage", "--output-format", "navigator", "-o", file, *FOLDERS]
        subprocess.run([sentlint, *arguments], cwd=ROOT, check=True, stdin=subprocess.DEVNULL)
        layer = Layer(name="", domain="enterprise-attack", strict=True)
        layer.from_file(str(file))
    check("MITRE's library reads the layer, and strictly", layer.layer is not None)
    check("as one of format 4.5", layer.layer.versions.layer == "4.5", layer.to_dict().get("versions"))
    scores = collections.defaultdict(set)
    for one in layer.layer.techniques:
        if one.score:
            scores[one.techniqueID].add(one.score)
    read = {id: values.pop() if len(values) == 1 else sorted(values) for id, values in scores.items()}
    expected = dict(counted())
    check(f"the scores of {len(expected)} techniques equal a count by hand", read == expected, {"read": read, "expected": expected})
    check("and that count has something to say", len(expected) > 10 and max(expected.values()) > 10, expected)
    return finish()


if __name__ == "__main__":
    sys.exit(main())
