"""Pictures are kept bare: a camera writes beside them where they were taken, when, and with which machine."""

from __future__ import annotations

from io import BytesIO
from typing import IO, Any

from django.utils.translation import gettext as _

#: What Pillow calls each kind of picture that the office takes, by the ending of its name.
FORMATS = {"jpg": "JPEG", "png": "PNG", "webp": "WEBP"}
#: The most dots of a picture: unpacked it takes four bytes of memory for each.
MOST = 64_000_000


class BadPicture(ValueError):
    """What keeps a picture from being taken, as the end of a sentence."""


def bare(file: IO[bytes], kind: str) -> IO[bytes]:
    """The picture alone, upright, with its own colours, as sharp as it came. Raises BadPicture.

    It is drawn anew from its dots: whatever else its file held (places, serial numbers, names, a smaller picture of what
    was cut away, another file behind it) stays behind.
    """
    from PIL import Image, ImageOps

    file.seek(0)
    try:
        picture: Any = Image.open(file, formats=[FORMATS[kind]])
        _refuse(picture)
        how = _as_sharp(picture, kind)
        ImageOps.exif_transpose(picture, in_place=True)
        picture.info = {key: picture.info[key] for key in ("icc_profile", "transparency") if key in picture.info}
        picture.getexif().clear()
        made = BytesIO()
        picture.save(made, FORMATS[kind], icc_profile=picture.info.get("icc_profile"), **how)
    except BadPicture:
        raise
    except Exception as error:  # a file that is broken on purpose fails in as many ways as decoders have
        raise BadPicture(_("is a picture that cannot be read")) from error
    made.seek(0)
    return made


def is_for_the_press(file: IO[bytes]) -> bool:
    """Whether a picture is in four inks, in which a PDF for the archive has none. Raises OSError where it is no picture."""
    from PIL import Image

    return str(Image.open(file).mode) == "CMYK"


def _refuse(picture: Any) -> None:
    if picture.width * picture.height > MOST:
        raise BadPicture(_("has more than %(n)s million dots; send a smaller picture") % {"n": MOST // 1_000_000})
    # A JPEG with several frames has the same picture in other sizes; the first one is it.
    if picture.format in ("PNG", "WEBP") and getattr(picture, "n_frames", 1) > 1:
        raise BadPicture(_("is a picture that moves; the office takes still ones"))


def _as_sharp(picture: Any, kind: str) -> dict[str, Any]:
    """How the picture is written: a JPEG by the very tables by which it was written before, so that it loses next to nothing more."""
    if kind == "webp":
        return {"quality": 95}
    if kind == "png":
        return {}
    from PIL.JpegImagePlugin import get_sampling

    return {"qtables": picture.quantization, "subsampling": get_sampling(picture)}
