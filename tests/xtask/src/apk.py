"""Packs an APK. In: linked resources, a folder with classes*.dex, ABI=FOLDER for libraries. Out: the APK, unsigned.

Libraries and the table of resources are stored, at 16 KiB and 4 bytes, as an app needs that maps them in place. The alignment stands in
the extra field 0xd935, which apksigner respects when it writes the file anew. Fixed times: the same inputs give the same bytes.
"""
import pathlib
import struct
import sys
import zipfile

PAGE, WORD, ALIGNMENT = 16384, 4, 0xD935
base, dex, out, *libraries = sys.argv[1:]


def add(target, name, data, stored):
    info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    info.create_system, info.external_attr = 0, 0o100644 << 16
    info.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
    if stored:
        step = PAGE if name.endswith(".so") else WORD
        # Header, name and the extra field's own six bytes come before the padding.
        padding = -(target.fp.tell() + 30 + len(name.encode()) + 6) % step
        info.extra = struct.pack("<HHH", ALIGNMENT, 2 + padding, step) + bytes(padding)
    target.writestr(info, data, compresslevel=9)


with zipfile.ZipFile(out, "w") as target:
    with zipfile.ZipFile(base) as source:
        for entry in source.infolist():
            add(target, entry.filename, source.read(entry), entry.compress_type == zipfile.ZIP_STORED)
    for file in sorted(pathlib.Path(dex).glob("classes*.dex")):
        add(target, file.name, file.read_bytes(), False)
    for abi, folder in (pair.split("=", 1) for pair in libraries):
        for file in sorted(pathlib.Path(folder).glob("*.so")):
            add(target, f"lib/{abi}/{file.name}", file.read_bytes(), True)
