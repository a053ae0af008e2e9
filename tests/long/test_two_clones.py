"""Two clones in different folders, with databases of their own, make the same bytes."""

import pytest

from tests.clones import clone, compiled

pytestmark = pytest.mark.long


def test_two_clones_in_different_folders_and_time_zones_make_the_same_bytes(tmp_path):
    one = compiled(clone(tmp_path / "one"), zone="Pacific/Kiritimati", seed="1")
    other = compiled(clone(tmp_path / "another" / "place, with spaces"), zone="America/Los_Angeles", seed="2")

    assert one == other
    assert {"annual-2022/annual-2022.pdf", "annual-2022/web/index.html", "monthly-2022-09/data/datapackage.json"} < set(
        one
    )
