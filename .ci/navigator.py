"""The layer that `sentlint coverage` writes, read and drawn by MITRE's own library, beside a count made without sentlint.

usage: target/ci-venv/bin/python .ci/navigator.py SENTLINT, after .ci/tools
"""

import collections
import json
import pathlib
import subprocess
import sys
import sysconfig
import tempfile
import types
import xml.etree.ElementTree

import yaml

from checks import check, finish



def stands(name, **members):
    """An empty module in place of another."""
    sys.modules[name] = types.ModuleType(name)
    vars(sys.modules[name]).update(members)


# The package imports what downloads ATT&CK along with what reads and draws layers; only the latter is wanted here.
for name in ("mitreattack", "mitreattack.navlayers", "mitreattack.navlayers.exporters"):
    stands(name, __path__=[str(pathlib.Path(sysconfig.get_path("purelib"), *name.split(".")))])
for name in ("requests", "stix2.datastore"):
    stands(name)
# Of numpy it uses no more than this, and the store of its own is handed over.
stands("numpy", copy=list)
stands("loguru", logger=None)
stands("stix2", Filter=lambda *parts: parts, MemoryStore=None)
stands("stix2.datastore.memory", _add=None)
from mitreattack.navlayers.core import Layer  # noqa: E402
from mitreattack.navlayers.exporters.to_svg import SVGConfig, ToSvg  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parent.parent
WHITE = "fill: rgb(255, 255, 255)"
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


class Store:
    """ATT&CK as the library asks for it: the objects of STIX that the facts of this repository make."""

    def __init__(self):
        facts = json.loads((ROOT / "xtask/facts/attack.json").read_text())
        # The newest release comes first.
        domain = next(domain for domain in facts["domains"] if domain["domain"] == "enterprise-attack")
        tactics, techniques = domain["tactics"], domain["techniques"]
        self.objects = [{"type": "x-mitre-matrix", "id": "matrix", "name": "matrix", "tactic_refs": [one["id"] for one in tactics]}]
        self.objects += [self.made("x-mitre-tactic", one, x_mitre_shortname=one["shortname"]) for one in tactics]
        for one in techniques:
            phases = [{"kill_chain_name": "mitre-attack", "phase_name": tactic} for tactic in one["tactics"]]
            gone = {"revoked": one.get("revoked", False), "x_mitre_deprecated": one.get("deprecated", False)}
            self.objects.append(self.made("attack-pattern", one, kill_chain_phases=phases, **gone))

    @staticmethod
    def made(kind, one, **more):
        references = [{"source_name": "mitre-attack", "external_id": one["id"]}]
        return {"type": kind, "id": one["id"], "name": one["name"], "external_references": references, **more}

    def query(self, filters):
        def has(value, path, wanted):
            if isinstance(value, list):
                return any(has(item, path, wanted) for item in value)
            key, _, rest = path.partition(".")
            return has(value.get(key, {}), rest, wanted) if key else value == wanted

        return [one for one in self.objects if all(has(one, path, wanted) for path, _, wanted in filters)]


def drawn(layer, file):
    """The fill of each technique in the picture that the library makes of a layer."""
    config = SVGConfig(showSubtechniques="none")
    ToSvg(domain="enterprise", source="memorystore", resource=Store(), config=config).to_svg(layer, str(file))
    rects = xml.etree.ElementTree.parse(file).iter("{http://www.w3.org/2000/svg}rect")
    return {rect.get("class"): rect.get("style") for rect in rects if (rect.get("class") or "").startswith("T")}


def main():
    sentlint = pathlib.Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory() as place:
        file = pathlib.Path(place) / "layer.json"
        arguments = ["coverage", "--output-format", "navigator", "-o", file, *FOLDERS]
        subprocess.run([sentlint, *arguments], cwd=ROOT, check=True, stdin=subprocess.DEVNULL)
        layer = Layer(name="", domain="enterprise-attack", strict=True)
        layer.from_file(str(file))
        fills = drawn(layer, file.with_suffix(".svg"))
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
    # The picture has a cell for each technique and leaves the sub-techniques folded.
    colored = {id for id, fill in fills.items() if fill != WHITE}
    wanted = {id for id in expected if "." not in id}
    check(f"it draws {len(fills)} techniques and colors those that are covered", colored == wanted and len(fills) > 200, colored ^ wanted)
    most, least = (edge(wanted, key=expected.get) for edge in (max, min))
    check("and the more, the darker", fills.get(most) != fills.get(least), {most: fills.get(most), least: fills.get(least)})
    return finish()


if __name__ == "__main__":
    sys.exit(main())
