"""How addresses are written."""

from __future__ import annotations

import pytest

from places.wording import fold, read_house_number, read_typed, same_name


class TestFold:
    @pytest.mark.parametrize(
        ("text", "folded"),
        [
            ("Äyräspää", "ayraspaa"),
            ("Straße", "strasse"),
            ("Łódź", "lodz"),
            ("Ørsteds_Plads", "orsteds plads"),
            ("Iso  Roobertinkatu, 1-3", "iso roobertinkatu 1 3"),
            ("улица Ленина", "улица ленина"),
            ("", ""),
        ],
    )
    def test_leaves_plain_words(self, text: str, folded: str) -> None:
        assert fold(text) == folded


class TestReadHouseNumber:
    @pytest.mark.parametrize(
        ("text", "key", "parts", "value"),
        [
            ("12", "12", {"12"}, 12),
            ("12 B", "12b", {"12b"}, 12),
            ("4-8", "4-8", {"4-8", "4", "6", "8"}, 4),
            ("4–5", "4-5", {"4-5", "4", "5"}, 4),
            ("1-999", "1-999", {"1-999", "1", "999"}, 1),
            ("283/4", "283/4", {"283/4", "283", "4"}, 4),
            ("2, 2. krs./Floor 2", "2", {"2"}, 2),
            ("822/5;1773/26", "822/5", {"822/5", "822", "5", "1773/26", "1773", "26"}, 5),
            ("12/A", "12/a", {"12/a", "12"}, 12),
            ("s/n", "s n", {"s n"}, 0),
        ],
    )
    def test_knows_all_numbers_that_it_stands_for(self, text: str, key: str, parts: set[str], value: int) -> None:
        read = read_house_number(text)
        assert (read.key, set(read.parts), read.value) == (key, parts, value)


class TestReadTyped:
    @pytest.mark.parametrize(
        ("text", "street", "house", "postcode", "town"),
        [
            ("Mannerheimintie 12 B, 00100 Helsinki", "mannerheimintie", "12b", "00100", "helsinki"),
            ("Mannerheimintie 12 00100 Helsinki", "mannerheimintie", "12", "00100", "helsinki"),
            ("Kaivokatu 1 A 5, Helsinki", "kaivokatu", "1a", "", "helsinki"),
            ("Railway station, Kaivokatu 1, Helsinki", "kaivokatu", "1", "", "helsinki"),
            ("12 Main Street, Springfield", "main street", "12", "", "springfield"),
            ("17. listopadu 5", "17 listopadu", "5", "", ""),
            ("Straße des 17. Juni 135", "strasse des 17 juni", "135", "", ""),
            ("5th Avenue 12", "5th avenue", "12", "", ""),
            ("Kyselova 283/4, 182 00 Praha 8", "kyselova", "283/4", "18200", "praha"),
            ("Hauptstraße, 1010 Wien", "hauptstrasse", None, "1010", "wien"),
            ("fabianinkatu", "fabianinkatu", None, "", ""),
            (" , ,", "", None, "", ""),
        ],
    )
    def test_takes_the_text_apart(self, text: str, street: str, house: str | None, postcode: str, town: str) -> None:
        typed = read_typed(text)
        assert typed.street == street
        assert (typed.house.key if typed.house else None) == house
        assert (typed.postcode, typed.town) == (postcode, town)


class TestSameName:
    def test_forgives_a_slip(self) -> None:
        assert same_name("manerheimintie", "mannerheimintie")
        assert same_name("fabiaminkatu", "fabianinkatu")

    @pytest.mark.parametrize(
        ("typed", "other"),
        [
            ("iso roobertinkatu", "pieni roobertinkatu"),
            ("pohjoinen rautatiekatu", "etelainen rautatiekatu"),
            ("11th street", "12th street"),
            ("liisankatu", "luotsikatu"),
        ],
    )
    def test_keeps_streets_apart(self, typed: str, other: str) -> None:
        assert not same_name(typed, other)
