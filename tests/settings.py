"""Settings of the tests: the product's own, a fast hasher, a throw-away folder, SQLite or PostgreSQL by DATABASE_URL."""

import os
import tempfile
import zlib

os.environ["RSO_VAR"] = tempfile.mkdtemp(prefix="rso-test-")
os.environ.setdefault("RSO_SECRET_KEY", "only for tests")
for name in (
    "RSO_DEBUG",
    "RSO_BASE_URL",
    "RSO_ALLOWED_HOSTS",
    "RSO_BEHIND_HTTPS",
    "RSO_FINANCIAL_YEAR_START",
    "RSO_CACHE_URL",
):
    os.environ.pop(name, None)

from rso.environment import HOUSE  # noqa: E402
from rso.settings import *  # noqa: E402, F403
from rso.settings import DATABASES, STORAGES  # noqa: E402

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "testserver"]
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
if "postgresql" in DATABASES["default"]["ENGINE"]:
    # Two clones on one machine keep out of each other's way.
    DATABASES["default"]["TEST"] = {"NAME": f"test_rso_{zlib.crc32(str(HOUSE).encode()):08x}"}
    DATABASES["default"]["CONN_MAX_AGE"] = 0
