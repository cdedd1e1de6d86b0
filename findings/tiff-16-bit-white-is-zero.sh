#!/usr/bin/env bash
# Pillow and OpenCV invert a white-is-zero TIFF of 1 or 8 bits and not one of 16 bits; sharp inverts all, tifffile none.
#
# A careful engineer would guess: a grey TIFF whose PhotometricInterpretation is 0 (WhiteIsZero, as scanners and fax
# machines write) looks the same in each reader. A reader that inverts its levels with 8 bits does so with 16.
#
# What happens: Pillow and OpenCV (IMREAD_UNCHANGED) invert it with 1 and 8 bits and leave it as it is with 16. The same
# page is dark on light in one depth and light on dark in the other. Pillow names the mode "I;16" as for black-is-zero, so
# the array does not show what was meant. OpenCV with IMREAD_GRAYSCALE inverts 16 bits too, and differs from itself.
# tifffile's imread returns the stored levels at every depth. sharp inverts every depth.
#
# TIFF 6.0 (section 8) makes the field a required one, for every depth. The documentation of Pillow says of I;16 only that its support
# is limited; OpenCV's says of IMREAD_UNCHANGED that the picture is returned as it is, and of 8 bits that is not so.
#
# Seen with: Pillow 13.0.0, opencv-python-headless 5.0.0.93, tifffile 2026.3.3, numpy 2.4.6, sharp 0.35.5, Python 3.11.7,
# Node 20.20.2, on 2026-11-29.
# Why it matters here: the reader decodes with sharp and decides polarity by the picture (packages/digits, polarity.ts).
# A training set that a Python script cut from 16-bit scans has the opposite polarity of the same scans with 8 bits.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' >package.json
npm install --silent --ignore-scripts --no-audit --no-fund sharp@0.35.5
python3 -m pip install --quiet --disable-pip-version-check --root-user-action=ignore --no-deps --target packages \
  numpy==2.4.6 pillow==13.0.0 opencv-python-headless==5.0.0.93 tifffile==2026.3.3
cat >write_and_read.py <<'PY'
import json
import platform

import cv2
import numpy as np
import PIL
import tifffile
from PIL import Image

# A page of 16 x 16 whose left half is stored as 0, which is white where white is zero.
page = np.zeros((16, 16), bool)
page[:, 8:] = True
seen = {}
for bits, stored in {1: page, 8: np.uint8(page) * 255, 16: np.uint16(page) * 65535}.items():
    name = f"{bits}.tif"
    tifffile.imwrite(name, stored, photometric="miniswhite")

    def half(array):
        left, right = int(array[0, 0]), int(array[0, -1])
        return "white" if left > right else "black"

    seen[bits] = {
        "Pillow": half(np.asarray(Image.open(name))),
        "OpenCV, unchanged": half(cv2.imread(name, cv2.IMREAD_UNCHANGED)),
        "OpenCV, grey": half(cv2.imread(name, cv2.IMREAD_GRAYSCALE)),
        "tifffile": half(tifffile.imread(name)),
    }
print(f"python {platform.python_version()}, Pillow {PIL.__version__}, OpenCV {cv2.__version__}, tifffile {tifffile.__version__}")
with open("seen.json", "w") as file:
    json.dump(seen, file)
PY
PYTHONPATH=packages python3 write_and_read.py
cat >compare.js <<'JS'
import { readFile } from 'node:fs/promises';
import sharp from 'sharp';

const expectedNow = {
  Pillow: 'white white black',
  'OpenCV, unchanged': 'white white black',
  'OpenCV, grey': 'white white white',
  tifffile: 'black black black',
  sharp: 'white white white',
};
console.log(`node ${process.version}, sharp ${sharp.versions.sharp}, libvips ${sharp.versions.vips}`);
const seen = JSON.parse(await readFile('seen.json', 'utf8'));
for (const bits of [1, 8, 16]) {
  const data = await sharp(`${bits}.tif`).greyscale().raw().toBuffer();
  seen[bits].sharp = data[0] > data[15] ? 'white' : 'black';
}
console.log('the half that is stored as 0, where white is zero');
console.log('  with                 1, 8 and 16 bits');
console.log('  expected             white white white');
for (const [reader, before] of Object.entries(expectedNow)) {
  const now = [1, 8, 16].map((bits) => seen[bits][reader]).join(' ');
  console.log(`  ${reader.padEnd(20)} ${now}${now === before ? '' : '   <- changed'}`);
  if (now !== before) process.exitCode = 1;
}
JS
node compare.js
