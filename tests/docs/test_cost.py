"""The tables of docs/cost.md are what the measured calls and the prices come to."""

import re
from dataclasses import replace

from benchmarks.cost import PAGE, USUAL, bill, measured, prices, refreshed, tables, total

TEXT = PAGE.read_text(encoding="utf-8")


def test_the_tables_on_the_page_are_those_that_come_out():
    assert refreshed(TEXT) == TEXT
    assert set(re.findall(r"<!-- table: ([\w-]+) -->", TEXT)) == set(tables())


def test_every_price_has_a_source_and_a_unit():
    listed = {name: price for name, price in prices().items() if isinstance(price, dict)}

    assert all(
        price["price"] > 0 and price["unit"] and price["source"] for price in listed.values()
    )


def test_it_was_a_day_of_a_hundred_models():
    assert measured()["day"]["models"] == 100


def test_looking_more_often_costs_more_and_a_private_network_does():
    kept = measured()
    usual = total(bill(kept))

    assert total(bill(kept, replace(USUAL, looks=2.0))) > usual
    assert total(bill(kept, replace(USUAL, private=True))) > usual


def test_what_is_free_is_not_billed():
    kept = measured()
    lines = {line.what: line for line in bill(kept, replace(USUAL, looks=0.001, events_a_day=0.0))}

    assert lines["Event Grid"].dollars == 0.0
    assert lines["Metric queries"].dollars == 0.0
