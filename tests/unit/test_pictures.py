"""A picture is kept without what a camera wrote beside it: upright, in its own colours, as sharp as it came."""

from __future__ import annotations

import io
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageCms, PngImagePlugin
from PIL.JpegImagePlugin import get_sampling

from rso.core.pictures import FORMATS, BadPicture, bare

ORIENTATION, MAKE, SERIAL, GPS = 0x0112, 0x010F, 0xA431, 0x8825
COLOURS = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
XMP = b"<x:xmpmeta><exif:GPSLatitude>13,44.2N</exif:GPSLatitude></x:xmpmeta>"
#: What each format says of itself.
HARMLESS = {"jfif", "jfif_version", "jfif_unit", "jfif_density", "background", "loop"}
TOLD = (b"Telltale", b"SN-4711", b"GPSLatitude", b"Exif", b"eXIf", b"EXIF", b"hidden behind")


def taken(kind: str, turned: int = 6) -> bytes:
    """A picture of 16 by 8 dots, red at its left half, as a camera on its side writes it."""
    picture = Image.new("RGB", (16, 8), "blue")
    picture.paste("red", (0, 0, 8, 8))
    exif = Image.Exif()
    exif[ORIENTATION], exif[MAKE] = turned, "Telltale"
    exif.get_ifd(0x8769)[SERIAL] = "SN-4711"
    exif[GPS] = {1: "N", 2: (13.0, 44.0, 12.0), 3: "E", 4: (100.0, 31.0, 0.0)}
    more: dict = {"jpg": {"comment": "Telltale", "quality": 90}, "webp": {"lossless": True}, "png": {}}[kind]
    if kind == "png":
        more["pnginfo"] = PngImagePlugin.PngInfo()
        more["pnginfo"].add_itxt("XML:com.adobe.xmp", XMP.decode())
    else:
        more["xmp"] = XMP
    made = io.BytesIO()
    picture.save(made, FORMATS[kind], exif=exif, icc_profile=COLOURS, **more)
    return made.getvalue() + b"hidden behind"


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


@pytest.mark.parametrize("kind", FORMATS)
def test_nothing_is_left_of_where_when_and_with_what_it_was_taken(kind):
    given = taken(kind)
    assert dict(opened(given).getexif().get_ifd(GPS))[1] == "N"
    assert {told for told in TOLD if told in given} >= {b"Telltale", b"SN-4711", b"GPSLatitude", b"hidden behind"}

    kept = bare(io.BytesIO(given), kind).read()

    assert [told for told in TOLD if told in kept] == []
    assert (dict(opened(kept).getexif()), set(opened(kept).info) - HARMLESS) == ({}, {"icc_profile"})


@pytest.mark.parametrize("kind", FORMATS)
def test_it_stands_upright_in_its_own_colours(kind):
    kept = opened(bare(io.BytesIO(taken(kind)), kind).read())
    at_top, at_bottom = kept.convert("RGB").getpixel((4, 2)), kept.convert("RGB").getpixel((4, 13))

    assert (kept.size, kept.info["icc_profile"]) == ((8, 16), COLOURS)
    assert (at_top[0] > 200 > 50 > at_top[2], at_bottom[2] > 200 > 50 > at_bottom[0]) == (True, True)


def test_a_jpeg_is_as_sharp_as_it_came():
    given = io.BytesIO()
    Image.effect_mandelbrot((64, 64), (-2, -2, 2, 2), 50).convert("RGB").save(given, "JPEG", quality=77, subsampling=1)
    before, after = opened(given.getvalue()), opened(bare(given, "jpg").read())
    apart = ImageChops.difference(before, after).getextrema()

    assert (after.quantization, get_sampling(after)) == (before.quantization, 1)
    assert max(most for _least, most in apart) <= 8


@pytest.mark.parametrize("mode", ["L", "P", "RGBA", "1", "I;16", "LA"])
def test_a_png_keeps_each_dot(mode):
    given = io.BytesIO()
    picture = (
        Image.effect_mandelbrot((32, 32), (-2, -2, 2, 2), 50).convert("RGBA" if mode == "LA" else "L").convert(mode)
    )
    picture.save(given, "PNG", **({"transparency": 0} if mode == "P" else {}))
    kept = opened(bare(given, "png").read())

    assert (kept.mode, kept.tobytes(), kept.info) == (
        opened(given.getvalue()).mode,
        picture.tobytes(),
        {"transparency": 0} if mode == "P" else {},
    )


def test_a_jpeg_for_the_press_keeps_its_four_inks():
    given = io.BytesIO()
    Image.new("CMYK", (8, 8), (200, 10, 20, 30)).save(given, "JPEG")

    kept = opened(bare(given, "jpg").read())
    assert (kept.mode, kept.getpixel((0, 0))) == ("CMYK", opened(given.getvalue()).getpixel((0, 0)))


def test_a_picture_that_moves_is_refused():
    given = io.BytesIO()
    Image.new("RGB", (8, 8)).save(given, "PNG", save_all=True, append_images=[Image.new("RGB", (8, 8), "red")])

    with pytest.raises(BadPicture, match="is a picture that moves"):
        bare(given, "png")


def test_a_picture_that_would_fill_the_memory_is_refused_before_it_is_unpacked():
    given = io.BytesIO()
    Image.new("1", (8_001, 8_000)).save(given, "PNG")

    with pytest.raises(BadPicture, match="more than 64 million dots"):
        bare(given, "png")


@given(kind=st.sampled_from([*FORMATS]), at=st.integers(0, 4_000), byte=st.binary(max_size=3), cut=st.booleans())
def test_a_broken_picture_is_taken_bare_or_refused(kind, at, byte, cut):
    whole = taken(kind)
    at %= len(whole)
    broken = whole[:at] + byte + (b"" if cut else whole[at + len(byte) :])
    with suppress(BadPicture):
        kept = bare(io.BytesIO(broken), kind).read()
        assert [told for told in (b"Telltale", b"SN-4711", b"GPSLatitude") if told in kept] == []
