"""Searching addresses as people type them."""

from __future__ import annotations

import pytest
from sqlalchemy import literal, select, text
from sqlalchemy.orm import Session

from kernel.geo import Point, distance_m
from places.addresses import by_index, looks_like, sample_addresses, search_addresses
from places.models import City, Street
from tests.places.conftest import CATHEDRAL


def search(session: Session, words: str, *, near: Point | None = None, limit: int = 5) -> list[str]:
    found = search_addresses(session, words=words, near=near, limit=limit)
    return [f"{address.street} {address.house_number}" for address in found]


@pytest.mark.usefixtures("helsinki")
class TestSearch:
    def test_forgives_a_typo(self, session: Session) -> None:
        assert search(session, "manerheimintie 12")[0] == "Mannerheimintie 12"

    def test_reads_letters_without_their_marks(self, session: Session) -> None:
        assert search(session, "etelaranta 12")[0] == "Eteläranta 12"

    def test_puts_the_number_itself_before_its_neighbours(self, session: Session) -> None:
        assert search(session, "Mannerheimintie 14", limit=3) == [
            "Mannerheimintie 14",
            "Mannerheimintie 14-20",
            "Mannerheimintie 14 B",
        ]

    def test_offers_the_nearest_numbers_where_there_is_no_such_house(self, session: Session) -> None:
        assert search(session, "Vuorikatu 100", limit=2) == ["Vuorikatu 22", "Vuorikatu 20"]

    def test_finds_the_house_that_has_the_number_among_others(self, session: Session) -> None:
        assert search(session, "Aleksanterinkatu 32")[0] == "Aleksanterinkatu 30-34"

    def test_completes_a_beginning(self, session: Session) -> None:
        assert {name.split()[0] for name in search(session, "mannerh", limit=10)} <= {
            "Mannerheimintie",
            "Mannerheiminaukio",
        }

    def test_ranks_the_houses_of_a_street_by_how_near_they_are(self, session: Session) -> None:
        found = search_addresses(session, words="Unioninkatu", near=CATHEDRAL, limit=5)
        distances = [distance_m(CATHEDRAL, address.place) for address in found]
        assert distances == sorted(distances)
        assert distances[0] < 200

    @pytest.mark.parametrize("words", ["qqqqqq 5", " ", "12", "%", "' OR 1=1 --", "🙂"])
    def test_finds_nothing_for_nothing(self, session: Session, words: str) -> None:
        assert search(session, words) == []

    def test_keeps_to_the_limit(self, session: Session) -> None:
        assert len(search(session, "mannerheimintie", limit=7)) == 7


class TestIndex:
    def test_answers_among_many_streets(self, session: Session, helsinki: City) -> None:
        session.execute(
            text(
                "INSERT INTO address_streets (id, city_id, name, key, town_key)"
                " SELECT gen_random_uuid(), :city, md5(n::text), md5(n::text), '' FROM generate_series(1, 20000) n"
            ),
            {"city": helsinki.id},
        )
        session.execute(text("ANALYZE address_streets"))
        query = select(Street.id).where(looks_like(literal("manerheimintie")))
        connection = session.connection()
        sql = str(query.compile(connection, compile_kwargs={"literal_binds": True}))
        with by_index(session):
            plan = "\n".join(connection.exec_driver_sql(f"EXPLAIN {sql}").scalars())
        assert "ix_address_streets_key_like" in plan
        assert "Seq Scan" not in plan
        assert session.scalar(text("SHOW enable_seqscan")) == "on"


@pytest.mark.usefixtures("helsinki")
class TestSample:
    def test_is_the_same_for_the_same_seed(self, session: Session) -> None:
        first, again, other = (
            [address.text for address in sample_addresses(session, count=20, seed=seed)] for seed in (1, 1, 2)
        )
        assert first == again != other
        assert len(set(first)) == 20
