"""What a first visit to each page moves over the wire, fonts included: bytes and requests, in Latin script and in Thai.

.venv/bin/python bench/weight.py

The product's own server answers Debian's Chromium, whose cache is empty at each visit.
"""

from __future__ import annotations

import gzip
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.machine import HOUSE, SQLITE, machine, use
from bench.pages import PORT, Server

LATIN, THAI, REQUESTS, STYLE, STYLE_ZIPPED = 70, 100, 8, 45, 12


def main() -> None:
    print(machine())
    use(SQLITE)
    from django.utils import timezone
    from playwright.sync_api import sync_playwright

    from rso.accounts.actions import platform
    from rso.core.loading.load import load
    from tests.browser.conftest import CHROMIUM
    from tests.browser.pages import PAGES
    from tests.browser.reader import Reader
    from tests.browser.test_weight import visit

    load(HOUSE / "data" / "office-2022", by=platform(), now=timezone.now())
    server = Server([sys.executable, "-m", "rso", "serve", "--port", str(PORT)], PORT)
    address = f"http://localhost:{PORT}"
    print(f"{'':40}{f'Latin ≤ {LATIN} KB':>16}{f'Thai ≤ {THAI} KB':>16}{f'requests ≤ {REQUESTS}':>16}")
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
            for name, path in PAGES.items():
                visits = [
                    visit(lambda: Reader(browser.new_context(base_url=address), address), language + path)
                    for language in ("", "/th")
                ]
                kilobytes = "".join(f"{each.moved / 1000:>16.1f}" for each in visits)
                print(f"{name:40}{kilobytes}{max(each.requests for each in visits):>16}", flush=True)
            browser.close()
    finally:
        server.stop()
    style = b"".join((HOUSE / "static" / name).read_bytes() for name in ("faces.css", "rso.css"))
    zipped = sum(len(gzip.compress((HOUSE / "static" / name).read_bytes())) for name in ("faces.css", "rso.css"))
    print(f"CSS {len(style) / 1000:.1f} KB (≤ {STYLE}), gzipped {zipped / 1000:.1f} KB (≤ {STYLE_ZIPPED})")


if __name__ == "__main__":
    main()
