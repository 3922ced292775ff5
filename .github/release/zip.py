"""Packs a folder as a zip that depends on nothing but its files.

usage: zip.py ARCHIVE FOLDER
"""

import pathlib
import sys
import zipfile

archive, folder = sys.argv[1:]
with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as out:
    for path in sorted(pathlib.Path(folder).rglob("*")):
        if path.is_file():
            about = zipfile.ZipInfo(path.as_posix())
            about.compress_type = zipfile.ZIP_DEFLATED
            about.create_system = 3
            about.external_attr = (0o100755 if path.suffix == ".exe" else 0o100644) << 16
            out.writestr(about, path.read_bytes())
