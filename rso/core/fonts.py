"""Makes the product's fonts from pinned packages: small WOFF2 for pages, static TTF for print.

A development-time tool (`rso fonts build`); what it writes is committed, so nobody needs the packages to run RSO.
Pages get few bytes: Latin is a file of everyday letters and two of the rest, and each other script has its own file
that a browser fetches only when a page shows that script. Typst reads no variable fonts, so print gets one file for
each weight, named so that family, weight and style are found without guessing.
The same packages give the same bytes: nothing here depends on the clock, the machine or the order of a set.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from importlib import metadata
from io import BytesIO
from pathlib import Path
from typing import Any

Axes = dict[str, int | tuple[int, int]]


class FontsNotBuilt(Exception):
    """A package is missing, has another version, or lacks its licence; the sentence says which."""


@dataclass(frozen=True)
class Package:
    """A pinned package, the folder of its font files, and the name under which its licence is kept."""

    name: str
    version: str
    folder: str
    licence: str


PUBLIC_SANS = Package("fontpkg-public-sans", "2.1", "fontpkg_public_sans/files", "OFL-public-sans.txt")
SOURCE_SERIF = Package("fontpkg-source-serif-4", "4.4", "fontpkg_source_serif_4/files", "OFL-source-serif-4.txt")
NOTO = Package("manimgx-fonts", "2026.9.26.post1", "manimgx_fonts", "OFL-noto.txt")
PACKAGES = (PUBLIC_SANS, SOURCE_SERIF, NOTO)

# The families that styles and templates name. Renaming one here renames it in every file and rule.
LANGUAGE_NAMES = "ไทย"
#: The notice in the source files reserves the name "Source", so what is made from them bears another.
SANS, SERIF, DISPLAY = "Public Sans", "Office Serif", "Office Serif Display"
WEIGHT_NAMES = {400: "Regular", 500: "Medium", 600: "SemiBold", 700: "Bold"}

# --- characters -------------------------------------------------------------------------------------------------------


def _codes(text: str) -> frozenset[int]:
    """The code points of "41-5A 2BB": hexadecimal, as the Unicode charts and unicode-range write them."""
    out: set[int] = set()
    for part in text.split():
        first, _, last = part.partition("-")
        out.update(range(int(first, 16), int(last or first, 16) + 1))
    return frozenset(out)


# What an ordinary English or Pacific page shows: Latin-1, macron vowels, the okina, the two marks that Marshallese sets
# on m, n and o, and the punctuation, signs and arrows of our own pages.
EVERYDAY = _codes(
    "20-7E A0-FF 100-101 112-113 12A-12B 131 14C-14D 152-153 16A-16B 2BB-2BC 2C6 2DC 304 327 "
    "2010-2011 2013-2014 2018-201A 201C-201E 2020-2022 2026 2030 2032-2033 2039-203A 2044 "
    "20AC 2122 2190-2193 2212 2248 2260 2264-2265"
)
# A file of its own, so that one Vietnamese name, or a whole Vietnamese page, costs little.
VIETNAMESE = _codes("102-103 110-111 128-129 168-169 1A0-1A1 1AF-1B0 1EA0-1EF9 20AB")
# Other European languages and currencies.
REST = _codes("100-17F 192 218-21B 2C7 2D8-2DB 2DD 1E80-1E85 2012 2015 20A0-20C0") - EVERYDAY - VIETNAMESE

PRINT_LATIN = _codes(
    "20-7E A0-24F 259 2B0-2FF 300-36F 1E00-1EFF 2000-206F 2070-209F 20A0-20C0 2100-214F 2150-218F 2190-21FF 2200-22FF "
    "25A0-25FF 2610-2611 2713 FB00-FB06"
)
# What shaping leans on in every script: space, invisible joiners, the dotted circle that carries a lone mark.
SHARED = _codes("20 A0 200B-200D 2010 25CC")
SCRIPTS = {
    "Thai": _codes("E00-E7F"),
    "Lao": _codes("E80-EFF"),
    "Khmer": _codes("1780-17FF 19E0-19FF"),
    "Myanmar": _codes("1000-109F"),
    "Arabic": _codes("600-6FF 750-77F"),
}
# Print carries what the web can leave out: minority letters of Burma, the kip, African Arabic, ornate brackets.
PRINT_MORE = {
    "Lao": _codes("20AD"),
    "Myanmar": _codes("2018-2019 201C-201D 2026 A92E A9E0-A9FF AA60-AA7F"),
    "Arabic": _codes("200E-200F 870-8FF FD3E-FD3F FDF2 FDFC"),
}

# --- features ---------------------------------------------------------------------------------------------------------

FIGURES = ("lnum", "pnum", "tnum")
TEXT = ("ccmp", "kern", "liga", "locl", "mark", "mkmk")
WEB_SANS = TEXT + FIGURES
WEB_SERIF = (*TEXT, "lnum", "pnum")  # great numbers stand alone: no column of them needs one width
PRINT = (*TEXT, *FIGURES, "calt", "case", "dnom", "frac", "numr", "onum", "ordn", "sinf", "subs", "sups", "zero")
EVERY = ("*",)

# --- the list of files ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Cut:
    """One file to make: where it comes from, what is kept of it, and what it is called."""

    stem: str
    package: Package
    source: str
    family: str
    codes: frozenset[int]
    features: tuple[str, ...]
    weight: int = 400
    italic: bool = False
    optical: int | None = None  # the size in points for which the letters are drawn, where a design has several
    heaviest: int | None = None  # set where the file stays variable
    css_weight: str = "400 700"
    css_codes: frozenset[int] | None = None

    @property
    def axes(self) -> Axes:
        """Where the package's variable font is pinned."""
        pinned: Axes = {"wght": (self.weight, self.heaviest) if self.heaviest else self.weight}
        if self.optical:
            pinned["opsz"] = self.optical
        return pinned

    @property
    def range_codes(self) -> frozenset[int]:
        """What the page may ask this file for: never a character shared with another script's file."""
        return self.codes if self.css_codes is None else self.css_codes


def _sans_file(italic: bool = False) -> str:
    return f"PublicSans{'-Italic' if italic else ''}[wght].ttf"


def _serif_file(italic: bool = False) -> str:
    return f"SourceSerif4{'-Italic' if italic else ''}[opsz,wght].ttf"


def _latin_web(part: str, codes: frozenset[int]) -> list[Cut]:
    """Text in every weight; headings in one, since a second costs ten kilobytes, and italics would cost twenty."""
    text = Cut(f"public-sans{part}", PUBLIC_SANS, _sans_file(), SANS, codes, WEB_SANS, heaviest=700)
    heading = Cut(
        f"office-serif-600{part}",
        SOURCE_SERIF,
        _serif_file(),
        SERIF,
        codes,
        WEB_SERIF,
        weight=600,
        optical=32,
        css_weight="500 600",
    )
    return [text, heading]


def _script_web(script: str, codes: frozenset[int]) -> Cut:
    stem, family = f"noto-sans-{script.lower()}", f"Noto Sans {script}"
    source = f"NotoSans{script}[wght].ttf"
    return Cut(stem, NOTO, source, family, codes | SHARED, EVERY, heaviest=700, css_codes=codes)


def web_cuts() -> list[Cut]:
    """The files of `static/fonts/`."""
    latin = [*_latin_web("", EVERYDAY), *_latin_web("-vi", VIETNAMESE), *_latin_web("-ext", REST)]
    return [*latin, _language_names(), *(_script_web(script, codes) for script, codes in SCRIPTS.items())]


def _language_names() -> Cut:
    """The few letters in which languages name themselves, so that no page needs a script's font for the switch alone."""
    codes = frozenset(map(ord, LANGUAGE_NAMES))
    return Cut("language-names", NOTO, "NotoSansThai[wght].ttf", "Language Names", codes, EVERY, weight=500)


def _with_print_stem(cut: Cut) -> Cut:
    return replace(cut, stem=_postscript_name(cut))


def print_cuts() -> list[Cut]:
    """The files of `fonts/`: five of the sans, text and display cuts of the serif, two of each other script."""
    cuts = []
    for weight, italic in ((400, False), (500, False), (600, False), (700, False), (400, True)):
        cuts.append(Cut("", PUBLIC_SANS, _sans_file(italic), SANS, PRINT_LATIN, PRINT, weight, italic))
    for family, upright, slanted in ((SERIF, 11, 11), (DISPLAY, 48, 32)):
        for weight, italic in ((400, False), (600, False), (400, True)):
            size = slanted if italic else upright
            source = _serif_file(italic)
            cuts.append(Cut("", SOURCE_SERIF, source, family, PRINT_LATIN, PRINT, weight, italic, size))
    for script, codes in SCRIPTS.items():
        kept = codes | SHARED | PRINT_MORE.get(script, frozenset())
        file, family = f"NotoSans{script}[wght].ttf", f"Noto Sans {script}"
        cuts += [Cut("", NOTO, file, family, kept, EVERY, weight) for weight in (400, 700)]
    return [_with_print_stem(cut) for cut in cuts]


# --- making one file --------------------------------------------------------------------------------------------------


def _style_name(weight: int, italic: bool) -> str:
    name = WEIGHT_NAMES[weight]
    if not italic:
        return name
    return "Italic" if weight == 400 else f"{name} Italic"


def _postscript_name(cut: Cut) -> str:
    """SourceSerif4Display-SemiBold: the name without spaces, which is the print file's name as well."""
    return f"{cut.family}-{_style_name(cut.weight, cut.italic)}".replace(" ", "")


def _distribution(package: Package) -> metadata.Distribution:
    """The installed package; another version would give other bytes, so it is refused."""
    try:
        found = metadata.distribution(package.name)
    except metadata.PackageNotFoundError:
        raise FontsNotBuilt(f"{package.name} {package.version} is not installed; `make check` installs it.") from None
    # The serif's package writes its own version as 4.004, which is 4.4 to an installer.
    if re.sub(r"\b0+(?=\d)", "", found.version) != package.version:
        raise FontsNotBuilt(f"{package.name} is {found.version}, but fonts are made from {package.version}.")
    return found


def _licence(package: Package) -> str:
    for path in _distribution(package).files or ():
        if path.name in ("LICENSE", "OFL.txt"):
            return Path(str(path.locate())).read_text(encoding="utf-8")
    raise FontsNotBuilt(f"{package.name} {package.version} carries no licence text.")


def _open(cut: Cut) -> Any:
    """The package's font, with the hyphens that print and web need reachable under all their code points."""
    from fontTools.ttLib import TTFont

    path = _distribution(cut.package).locate_file(f"{cut.package.folder}/{cut.source}")
    font = TTFont(str(path), recalcTimestamp=False)
    best = font.getBestCmap()
    for table in font["cmap"].tables:
        if table.isUnicode() and 0x2D in best:
            table.cmap.setdefault(0x2010, best[0x2D])
            table.cmap.setdefault(0x2011, table.cmap[0x2010])
    return font


def _subset(font: Any, cut: Cut) -> None:
    """Keeps the wanted characters and what shaping makes of them; hints and glyph names serve no reader of ours."""
    from fontTools.subset import Options, Subsetter

    options = Options(hinting=False, glyph_names=False, notdef_outline=True)
    options.layout_features, options.name_IDs = list(cut.features), [0, 7, 13, 14]
    options.drop_tables += ["DSIG", "STAT"]
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=cut.codes)
    subsetter.subset(font)


def _name(font: Any, cut: Cut) -> None:
    """Names the file as the older four-style model and the newer one both expect, so that no reader has to guess.

    Copyright, trademark and licence entries stay as the authors wrote them.
    """
    style, family = _style_name(cut.weight, cut.italic), cut.family
    four = cut.weight in (400, 700)
    postscript = _postscript_name(cut)
    version = f"Version {font['head'].fontRevision:.3f}"
    entries = {
        1: family if four else f"{family} {WEIGHT_NAMES[cut.weight]}",
        2: style if four else ("Italic" if cut.italic else "Regular"),
        3: f"{version};{postscript}",
        4: f"{family} {style}",
        5: version,
        6: postscript,
        16: family,
        17: style,
    }
    for number, text in entries.items():
        font["name"].setName(text, number, 3, 1, 0x409)
    bold = cut.weight == 700
    os2, head = font["OS/2"], font["head"]
    os2.usWeightClass = cut.weight
    regular = not bold and not cut.italic
    os2.fsSelection = os2.fsSelection & ~0b1100001 | cut.italic << 0 | bold << 5 | regular << 6
    head.macStyle = bold << 0 | cut.italic << 1


def _make(cut: Cut, flavor: str | None) -> bytes:
    """Subsets first, so that only the glyphs that remain are instanced: half the time."""
    from fontTools.varLib.instancer import instantiateVariableFont

    font = _open(cut)
    _subset(font, cut)
    instantiateVariableFont(font, cut.axes, inplace=True)
    if "fvar" in font:
        font["fvar"].instances = []
    _name(font, cut)
    font.flavor = flavor
    out = BytesIO()
    font.save(out, reorderTables=True)
    return out.getvalue()


# --- the rules of the page --------------------------------------------------------------------------------------------


def _unicode_range(codes: Iterable[int]) -> str:
    """U+41-5A,U+2BB: runs of neighbours, since a page carries this text on every visit."""
    runs: list[list[int]] = []
    for code in sorted(codes):
        if runs and code == runs[-1][1] + 1:
            runs[-1][1] = code
        else:
            runs.append([code, code])
    return ",".join(f"U+{a:X}" if a == b else f"U+{a:X}-{b:X}" for a, b in runs)


def _face(cut: Cut) -> str:
    """One rule; its range holds only what the file can draw, so that nothing is fetched in vain."""
    codes = cut.range_codes & _open(cut).getBestCmap().keys()
    return (
        f'@font-face{{font-family:"{cut.family}";font-weight:{cut.css_weight};font-display:swap;'
        f'src:url("fonts/{cut.stem}.woff2") format("woff2");unicode-range:{_unicode_range(codes)}}}\n'
    )


def font_faces() -> str:
    """The `@font-face` rules of every web font, for a style sheet that lies in `static/`."""
    return "".join(_face(cut) for cut in web_cuts())


# --- everything -------------------------------------------------------------------------------------------------------

README = """\
# Fonts of print

Static fonts that Typst reads; the web's are in `static/fonts/`, their rules in `static/faces.css`. All of them, and
this file, are made by `rso fonts build` from pinned packages: each weight instanced, subset to the scripts that RSO
sets, renamed so that family, weight and style are found. Change `rso/core/fonts.py`, not these files.

| family | package | licence |
| --- | --- | --- |
{rows}

Office Serif is Source Serif 4 cut at optical size 11; "Office Serif Display" is the same design at 48 (italic 32).
Each licence is the SIL Open Font License 1.1. The notice inside the package's Source Serif 4 files reserves the name
"Source", and a subset is a modified version, so these bear another name.
"""


def _readme() -> str:
    names = (SANS, f"{SERIF}, {DISPLAY}", f"Noto Sans {', '.join(SCRIPTS)}")
    rows = [f"| {n} | {p.name} {p.version} | `{p.licence}` |" for n, p in zip(names, PACKAGES, strict=True)]
    return README.format(rows="\n".join(rows))


def _contents() -> Iterator[tuple[str, bytes]]:
    for cut in web_cuts():
        yield f"static/fonts/{cut.stem}.woff2", _make(cut, "woff2")
    yield "static/faces.css", font_faces().encode()
    for cut in print_cuts():
        yield f"fonts/{cut.stem}.ttf", _make(cut, None)
    for package in PACKAGES:
        yield f"fonts/{package.licence}", _licence(package).encode()
    yield "fonts/README.md", _readme().encode()


def build(root: Path) -> list[Path]:
    """Writes every font, rule and licence below `root`, and returns what it wrote, in order."""
    written = []
    for name, content in _contents():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        written.append(path)
    return written


if __name__ == "__main__":
    build(Path(__file__).resolve().parents[2])
