"""Passwords and their hashes."""

from __future__ import annotations

import pytest

from accounts import passwords


class TestHash:
    def test_matches_its_password_only(self) -> None:
        kept = passwords.hashed("correct horse battery")
        assert passwords.matches(kept, "correct horse battery")
        assert not passwords.matches(kept, "correct horse batterY")
        assert "correct" not in kept

    def test_differs_each_time(self) -> None:
        assert passwords.hashed("correct horse battery") != passwords.hashed("correct horse battery")

    @pytest.mark.parametrize("broken", ["", "!", "$argon2id$", "plain text"])
    def test_that_is_none_matches_nothing(self, broken: str) -> None:
        assert not passwords.matches(broken, "plain text")
