"""Which names are time zones."""

from __future__ import annotations

import pytest

from kernel.clock import is_time_zone


class TestTimeZone:
    @pytest.mark.parametrize("name", ["Europe/Helsinki", "America/New_York", "UTC"])
    def test_is_one_of_the_database(self, name: str) -> None:
        assert is_time_zone(name)

    @pytest.mark.parametrize("name", ["", "Europe", "Europe/Atlantis", "../etc/passwd", "localtime", "posixrules"])
    def test_is_nothing_else(self, name: str) -> None:
        assert not is_time_zone(name)
