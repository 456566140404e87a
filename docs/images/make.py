"""Make the pictures of docs/gallery.md from a finished run:

    snakemake -j 16 --configfile docs/images/gallery.yaml --directory gallery
    python docs/images/make.py gallery

Chromium takes the picture of the interactive page.
"""

import io
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

HERE = Path(__file__).parent

PICTURES = {
    "svc": ["parameter_map", "pairs", "slices", "importance", "search_curve", "train_test", "fit_time"],
    "logistic": ["failures"],
}

WIDTH, MOST_BYTES = 900, 100_000


def main(results):
    """Write a small copy of each picture beside this file."""
    for search, names in PICTURES.items():
        for name in names:
            shrink(Image.open(results / search / "plots" / f"{name}.png"), HERE / f"gallery_{name}.png")
    shrink(Image.open(results / "leaderboard.png"), HERE / "gallery_leaderboard.png")
    shrink(Image.open(results / "dataset" / "example.png"), HERE / "gallery_example.png")
    with tempfile.TemporaryDirectory() as folder:
        screenshot = Path(folder, "explore.png")
        page = (results / "svc" / "explore.html").resolve().as_uri()
        command = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--enable-unsafe-swiftshader"]
        command += ["--disable-background-networking", f"--user-data-dir={folder}/profile", "--window-size=1300,1350"]
        subprocess.run([*command, "--virtual-time-budget=10000", f"--screenshot={screenshot}", page], check=True)
        shrink(Image.open(screenshot), HERE / "gallery_explore.png")


def shrink(image, path):
    """Write an image as large, and with as many colours, as fit into `MOST_BYTES`."""
    for width, colours in ((WIDTH, 256), (WIDTH, 128), (750, 128), (640, 128), (640, 64), (500, 64)):
        small = image.convert("RGB")
        if small.width > width:
            small = small.resize((width, round(small.height * width / small.width)), Image.Resampling.LANCZOS)
        content = io.BytesIO()
        small.quantize(colours, dither=Image.Dither.NONE).save(content, "png", optimize=True)
        if content.tell() < MOST_BYTES:
            break
    path.write_bytes(content.getvalue())


if __name__ == "__main__":
    main(Path(sys.argv[1], "results"))
