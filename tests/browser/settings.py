"""The product's settings with one language more: English in letters that run from the right, made by mirrored.py."""

from rso.settings import *  # noqa: F403
from rso.settings import LANGUAGES, LOCALE_PATHS, VAR

LANGUAGES = [*LANGUAGES, ("ar", "Mirrored")]
LOCALE_PATHS = [VAR / "locale", *LOCALE_PATHS]
