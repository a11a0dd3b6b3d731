"""Keeps photos: drawn anew, so that nothing but the picture stays, and stored under the hash of the result."""

from __future__ import annotations

import hashlib
import io
import os
import re
import tempfile
from pathlib import Path

from PIL import Image, ImageOps

SIDE = 1600
"""The longest side of a photo kept, in pixels."""
BYTES = 20 * 1024 * 1024
PIXELS = {"JPEG": 50_000_000, "PNG": 25_000_000, "WEBP": 25_000_000, "GIF": 25_000_000}
"""What is read, and up to how many pixels: a JPEG is made smaller while it is read, the others are not."""


class BadPhoto(Exception):
    """Not a photo that can be kept; its text says why, in Chinese."""


def keep(data: bytes, folder: Path) -> str:
    """Keep the photo in `folder` and return its hash (64 hex digits); the same picture is kept once.

    It becomes a JPEG of at most 1600 pixels a side, upright, without EXIF or any other word about place,
    time or camera. Raises BadPhoto, with nothing stored, for what is no whole JPEG, PNG, WebP or GIF.
    """
    clean = _redraw(data)
    digest = hashlib.sha256(clean).hexdigest()
    target = path(digest, folder)
    if not target.exists():
        _write(clean, target)
    return digest


def path(digest: str, folder: Path) -> Path:
    """Where the photo of that hash is kept. Raises ValueError for what is no hash."""
    if not re.fullmatch(r"[0-9a-f]{64}", digest):
        raise ValueError(f"not the hash of a photo: {digest!r}")
    return folder / digest[:2] / f"{digest}.jpg"


def drop(digest: str, folder: Path) -> None:
    """Remove the photo of that hash, if it is there."""
    path(digest, folder).unlink(missing_ok=True)


def _redraw(data: bytes) -> bytes:
    if len(data) > BYTES:
        raise BadPhoto("照片太大")
    try:
        with Image.open(io.BytesIO(data), formats=list(PIXELS)) as image:
            if image.width * image.height > PIXELS[image.format or ""]:
                raise BadPhoto("照片太大")
            return _jpeg(image)
    except BadPhoto:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise BadPhoto("照片太大") from error
    except Exception as error:  # Pillow's decoders raise errors of any kind on broken data
        raise BadPhoto("照片打不开") from error


def _jpeg(image: Image.Image) -> bytes:
    image.draft("RGB", (SIDE, SIDE))
    image.load()
    upright = ImageOps.exif_transpose(image)
    if upright.mode != "RGB":
        upright = upright.convert("RGBA")
    upright.thumbnail((SIDE, SIDE), reducing_gap=2)
    # A new sheet knows nothing: no EXIF, XMP, comment or colour profile can slip through.
    sheet = Image.new("RGB", upright.size, "white")
    sheet.paste(upright, mask=upright.getchannel("A") if upright.mode == "RGBA" else None)
    clean = io.BytesIO()
    sheet.save(clean, "JPEG", quality=85, optimize=True)
    return clean.getvalue()


def _write(data: bytes, target: Path) -> None:
    """All of it or nothing, also when the disk is full or the power goes; readable by the owner only."""
    for folder in (target.parent.parent, target.parent):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=target.parent)
    half = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        half.replace(target)
    finally:
        half.unlink(missing_ok=True)
