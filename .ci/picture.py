"""The picture in the README, drawn from what sentlint prints on a terminal.

usage: python3 .ci/picture.py SENTLINT [--check]
"""

import html
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
PICTURE = ROOT / "docs/terminal.svg"
COMMAND = ["check", "examples/first-look.yaml", "--isolated"]
COLUMNS = 100
CELL, LINE, LEFT, TOP = 8.4, 19, 20, 52
COLORS = {
    30: "#6e7681", 31: "#ff7b72", 32: "#7ee787", 33: "#e3b341", 34: "#79c0ff", 35: "#d2a8ff", 36: "#76e3ea", 37: "#e6edf3",
    90: "#6e7681", 91: "#ffa198", 92: "#aff5b4", 93: "#f2cc60", 94: "#a5d6ff", 95: "#e2c5ff", 96: "#b3f0ff", 97: "#ffffff",
}  # fmt: skip


def output(program):
    env = {"PATH": os.environ["PATH"], "COLUMNS": str(COLUMNS)}
    done = subprocess.run([program, *COMMAND, "--color", "always"], cwd=ROOT, env=env, capture_output=True, text=True)
    if done.returncode not in (0, 1):
        sys.exit(done.stderr)
    return done.stdout.rstrip("\n")


def runs(text):
    """The lines of a text as lists of (style, text)."""
    style, lines = {}, [[]]
    for part in re.split(r"(\x1b\[[0-9;]*m|\n)", text):
        if part == "\n":
            lines.append([])
        elif part.startswith("\x1b["):
            codes = [int(code or 0) for code in part[2:-1].split(";")]
            while codes:
                code = codes.pop(0)
                if code == 0:
                    style = {}
                elif code == 1:
                    style = style | {"font-weight": "bold"}
                elif code == 2:
                    style = style | {"opacity": "0.7"}
                elif code == 4:
                    style = style | {"text-decoration": "underline"}
                elif code in COLORS:
                    style = style | {"fill": COLORS[code]}
                elif code == 39:
                    style = {name: value for name, value in style.items() if name != "fill"}
                elif code == 38 and codes[:1] == [5] and codes[1] < 16:
                    style = style | {"fill": COLORS[codes[1] + (30 if codes[1] < 8 else 82)]}
                    del codes[:2]
                else:
                    sys.exit(f"the picture knows no colour {part!r}")
        elif part:
            lines[-1].append((style, part))
    return lines


def draw(text):
    lines = [[({"fill": COLORS[92]}, "$ "), ({}, " ".join(["sentlint", *COMMAND]))], [], *runs(text)]
    longest = max(sum(len(part) for _, part in line) for line in lines)
    width = LEFT * 2 + round(longest * CELL)
    height = TOP + LINE * len(lines) + 8
    about = "sentlint checks a hunting query in a terminal"
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" role="img" aria-label="{about}">',
        f"<title>{about}</title>",
        f'<rect width="{width}" height="{height}" rx="10" fill="#0d1117"/>',
        *(f'<circle cx="{22 + 20 * n}" cy="22" r="6" fill="{fill}"/>' for n, fill in enumerate(("#ff5f56", "#ffbd2e", "#27c93f"))),
        '<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, \'DejaVu Sans Mono\', monospace" font-size="14" fill="#e6edf3" xml:space="preserve">',
    ]
    for number, line in enumerate(lines):
        column, y = 0, TOP + LINE * number
        for style, part in line:
            # Every run has its own place and length, so that no font can push the columns apart.
            x, length = round(LEFT + column * CELL, 1), round(len(part) * CELL, 1)
            looks = "".join(f' {name}="{value}"' for name, value in sorted(style.items()))
            if part.strip():
                out.append(f'<text x="{x:g}" y="{y}" textLength="{length:g}"{looks}>{html.escape(part, quote=False)}</text>')
            column += len(part)
    return "\n".join([*out, "</g>", "</svg>", ""])


def main():
    picture = draw(output(str(pathlib.Path(sys.argv[1]).resolve())))
    if "--check" in sys.argv:
        if not PICTURE.exists() or PICTURE.read_text() != picture:
            sys.exit("docs/terminal.svg is out of date: run python3 .ci/picture.py target/debug/sentlint")
        print("the picture shows what sentlint prints")
    else:
        PICTURE.write_text(picture)


if __name__ == "__main__":
    main()
