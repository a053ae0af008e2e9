"""Settings of the tests: the product's own, a fast hasher, a throw-away folder, SQLite or PostgreSQL by DATABASE_URL."""

import atexit
import os
import shutil
import tempfile
import zlib

for name in [name for name in os.environ if name.startswith("RSO_")]:
    del os.environ[name]
os.environ["RSO_VAR"] = tempfile.mkdtemp(prefix="rso-test-")
atexit.register(shutil.rmtree, os.environ["RSO_VAR"], ignore_errors=True)

from rso.environment import HOUSE  # noqa: E402
from rso.settings import *  # noqa: E402, F403
from rso.settings import DATABASES, STATIC_ROOT, STORAGES  # noqa: E402

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Files are found where they lie; the folder of collected ones stays empty.
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "testserver"]
if "postgresql" in DATABASES["default"]["ENGINE"]:
    # Two clones on one machine keep out of each other's way.
    DATABASES["default"]["TEST"] = {"NAME": f"test_rso_{zlib.crc32(str(HOUSE).encode()):08x}"}
    DATABASES["default"]["CONN_MAX_AGE"] = 0
