"""Photos: what is kept is the picture and nothing else; what is no picture leaves no trace."""

import io
import os
import stat
import struct
import zlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from bot import photos
from bot.photos import BadPhoto, drop, keep, path


def picture(kind: str, size: tuple[int, int] = (400, 300), mode: str = "RGB", **options: object) -> bytes:
    """Red on the left, blue on the right."""
    image = Image.new("RGB", size, "red")
    image.paste("blue", (size[0] // 2, 0, *size))
    out = io.BytesIO()
    image.convert(mode).save(out, kind, **options)
    return out.getvalue()


def noisy(kind: str) -> bytes:
    out = io.BytesIO()
    Image.frombytes("RGB", (300, 300), os.urandom(270_000)).save(out, kind)
    return out.getvalue()


def kept(data: bytes, folder: Path) -> Image.Image:
    return Image.open(io.BytesIO(path(keep(data, folder), folder).read_bytes()))


def files(folder: Path) -> list[Path]:
    return [entry for entry in folder.rglob("*") if entry.is_file()]


def exif() -> Image.Exif:
    tags = Image.Exif()
    tags[0x0112] = 6  # lay on its side
    tags[0x010F] = "SecretPhone"
    tags.get_ifd(0x8825)[1] = "N"
    return tags


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
def test_keeps_what_people_send(kind: str, tmp_path: Path) -> None:
    image = kept(picture(kind), tmp_path)
    assert (image.format, image.mode, image.size) == ("JPEG", "RGB", (400, 300))
    left = image.getpixel((20, 150))
    assert isinstance(left, tuple)
    assert left[0] > 200
    assert left[2] < 60


@pytest.mark.parametrize("mode", ["CMYK", "L"])
def test_keeps_odd_colours(mode: str, tmp_path: Path) -> None:
    assert kept(picture("JPEG", mode=mode), tmp_path).mode == "RGB"


def test_lays_what_is_transparent_on_white(tmp_path: Path) -> None:
    out = io.BytesIO()
    Image.new("RGBA", (10, 10), (0, 0, 0, 0)).save(out, "PNG")
    assert kept(out.getvalue(), tmp_path).getpixel((5, 5)) == (255, 255, 255)


def test_takes_the_first_picture_of_a_moving_one(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "blue", "green")]
    out = io.BytesIO()
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:])
    pixel = kept(out.getvalue(), tmp_path).getpixel((5, 5))
    assert isinstance(pixel, tuple)
    assert pixel[0] > 200


def test_forgets_all_but_the_picture_and_sets_it_upright(tmp_path: Path) -> None:
    said = b"taken at home by SecretName"
    data = picture("JPEG", exif=exif(), comment=said, xmp=said, icc_profile=said)
    assert b"SecretPhone" in data and b"SecretName" in data
    digest = keep(data, tmp_path)
    stored = path(digest, tmp_path).read_bytes()
    assert b"Secret" not in stored and b"Exif" not in stored
    image = Image.open(io.BytesIO(stored))
    assert image.size == (300, 400)
    assert not image.getexif()
    top = image.getpixel((150, 20))
    assert isinstance(top, tuple)
    assert top[0] > 200


def test_forgets_the_words_in_a_png(tmp_path: Path) -> None:
    from PIL.PngImagePlugin import PngInfo

    words = PngInfo()
    words.add_text("Author", "SecretName")
    assert b"Secret" not in path(keep(picture("PNG", pnginfo=words), tmp_path), tmp_path).read_bytes()


def test_forgets_what_hangs_behind_the_picture(tmp_path: Path) -> None:
    data = picture("JPEG") + b"PK\x03\x04 <script>evil()</script>"
    assert b"script" not in path(keep(data, tmp_path), tmp_path).read_bytes()


def test_bounds_the_longest_side(tmp_path: Path) -> None:
    assert kept(picture("JPEG", (4000, 3000)), tmp_path).size == (1600, 1200)
    assert kept(picture("PNG", (10, 5000)), tmp_path).size == (3, 1600)


def test_stores_by_hash_once_and_for_the_owner_only(tmp_path: Path) -> None:
    digest = keep(picture("JPEG"), tmp_path)
    assert keep(picture("JPEG"), tmp_path) == digest
    (stored,) = files(tmp_path)
    assert stored == path(digest, tmp_path) == tmp_path / digest[:2] / f"{digest}.jpg"
    assert stat.S_IMODE(stored.stat().st_mode) == 0o600
    drop(digest, tmp_path)
    assert not files(tmp_path)
    drop(digest, tmp_path)


@pytest.mark.parametrize("digest", ["", "../../etc/passwd", "A" * 64, "a" * 63, "a" * 64 + "\n"])
def test_only_a_hash_names_a_photo(digest: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not the hash"):
        path(digest, tmp_path)


def bomb(side: int) -> bytes:
    """A PNG that claims to be `side` pixels square and holds nothing."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


@pytest.mark.parametrize("side", [5_100, 10_000, 60_000])
def test_refuses_a_bomb_before_it_is_unpacked(side: int, tmp_path: Path) -> None:
    with pytest.raises(BadPhoto, match="太大"):
        keep(bomb(side), tmp_path)
    assert not files(tmp_path)


def test_refuses_too_many_bytes(tmp_path: Path) -> None:
    with pytest.raises(BadPhoto, match="太大"):
        keep(picture("JPEG") + bytes(photos.BYTES), tmp_path)


BROKEN = {
    "nothing": b"",
    "text": "这是照片".encode(),
    "page": b"<html><script>alert(1)</script></html>",
    "head only": b"\xff\xd8\xff\xe0\x00\x10JFIF",
    "drawing": b'<svg xmlns="http://www.w3.org/2000/svg"/>',
    "program": b"MZ" + bytes(500),
    "heic": b"\x00\x00\x00\x18ftypheic" + bytes(200),
    "half a JPEG": noisy("JPEG")[:40_000],
    "half a PNG": noisy("PNG")[:100_000],
    "half a WebP": noisy("WEBP")[:20_000],
    "half a GIF": noisy("GIF")[:30_000],
    "BMP": picture("BMP"),
    "TIFF": picture("TIFF"),
    "ICO": picture("ICO", (32, 32)),
    "PDF": picture("PDF"),
    "a JPEG's head on rubbish": picture("JPEG")[:200] + bytes(5_000),
}


@pytest.mark.parametrize("what", BROKEN)
def test_refuses_what_is_no_whole_photo(what: str, tmp_path: Path) -> None:
    with pytest.raises(BadPhoto):
        keep(BROKEN[what], tmp_path)
    assert not files(tmp_path)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(
    st.sampled_from(["JPEG", "PNG", "WEBP", "GIF"]), st.integers(0, 2_000), st.binary(min_size=1, max_size=40)
)
def test_nothing_but_bad_photo_comes_of_broken_bytes(tmp_path: Path, kind: str, at: int, junk: bytes) -> None:
    data = bytearray(picture(kind, (40, 30), exif=exif()) if kind != "GIF" else picture(kind, (40, 30)))
    data[at % len(data) : at % len(data) + len(junk)] = junk
    try:
        digest = keep(bytes(data), tmp_path)
    except BadPhoto:
        return
    assert path(digest, tmp_path).exists()


def test_a_full_disk_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        keep(picture("JPEG"), tmp_path)
    assert not files(tmp_path)
