"""What decides the words of the report: values with their sources, how they are written, and when one is more than another."""

import math

import pandas as pd
import pytest

from policytext.errors import PolicytextError
from policytext.report import words
from policytext.report.ledger import Ledger, Place, Source, Value
from policytext.report.rows import rows_of

TABLE = pd.DataFrame(
    {
        "group": ["甲", "甲", "乙"],
        "theme": ["T1", "T2", "T1"],
        "n_coded": [7, 3, 2],
        "share": [0.25, float("nan"), 0.125],
        "low": [0.1, float("nan"), 0.05],
    }
)


def places(row, column):
    return [Place("r", f"r:{row['n_coded']}")]


@pytest.fixture
def rows():
    return rows_of("theme_profile", TABLE, places)


# ---------------------------------------------------------------- rows and values


def test_a_cell_is_a_value_with_table_row_column_and_unit(rows):
    value = rows.one(group="甲", theme="T1").share
    assert value == 0.25
    assert (value.source.table, value.source.row, value.source.column) == (
        "theme_profile",
        "group=甲, theme=T1",
        "share",
    )
    assert value.source.unit == "share"
    assert value.source.places() == [Place("r", "r:7")]


def test_an_empty_cell_is_none_and_stands_no_comparison(rows):
    assert rows.one(group="甲", theme="T2").share is None
    assert len(rows.where(share__lt=1)) == 2
    assert [row.n_coded for row in rows.by("share")] == [7, 2]


def test_rows_are_counted_summed_and_chosen_with_all_their_places(rows):
    of_a = rows.where(group="甲")
    assert (of_a.n, of_a.sum("n_coded"), of_a.min("n_coded"), of_a.max("n_coded")) == (2, 10, 3, 7)
    assert of_a.sum("n_coded").source.places() == [Place("r", "r:7"), Place("r", "r:3")]
    assert len(rows.where(theme=["T1", "T2"], n_coded__ge=3)) == 2
    assert rows.where(group="丙").sum("n_coded") == 0


def test_what_is_not_one_row_or_no_column_is_told(rows):
    with pytest.raises(PolicytextError, match="2 rows with group=甲, not one"):
        rows.one(group="甲")
    with pytest.raises(PolicytextError, match="has no column 'colour'"):
        rows.where(colour="red")


def test_what_is_computed_of_values_keeps_both_sources(rows):
    difference = rows[0].share - rows[2].share
    assert difference == 0.125
    assert difference.source.column == "share − share"
    assert difference.source.row == "group=甲, theme=T1 / group=乙, theme=T1"
    assert difference.source.places() == [Place("r", "r:7"), Place("r", "r:2")]


def test_a_number_without_a_source_and_a_value_that_is_not_there_are_never_stated():
    ledger = Ledger()
    with pytest.raises(PolicytextError, match="7 has no source"):
        ledger.number(7, str, "")
    with pytest.raises(PolicytextError, match="not there"):
        ledger.number(Value(math.nan, Source("t")), str, "")
    assert ledger.statements == {}


def test_the_same_statement_has_one_key_however_often_it_is_made():
    ledger = Ledger()
    value = Value(1234, Source("units", "unit_id=a", "n_chars"))
    first, second = (ledger.number(value, words.number, "whole") for _ in range(2))
    assert first == second == '[1\\,234]{.value key="v1"}'
    assert ledger.number(value, words.rate, "rate") != first
    assert list(ledger.statements) == ["v1", "v2"]
    told = ledger.statements["v1"].as_dict()
    assert (told["text"], told["value"], told["table"], told["row"]) == ("1,234", 1234.0, "units", "unit_id=a")
    assert (told["column"], told["rounding"], told["places"]) == ("n_chars", "whole", [])


# ---------------------------------------------------------------- how numbers are written


@pytest.mark.parametrize(
    ("write", "value", "said"),
    [
        (words.number, 18959, "18,959"),
        (words.number, 0.12345, "0.123"),
        (words.rate, 9.96, "10.0"),
        (words.rate, 234.4, "234"),
        (words.percent, 0.125, "12%"),
        (lambda x: words.percent(x, 1), 0.125, "12.5%"),
        (words.decimal, -1.5, "−1.50"),
        (words.probability, 0.0131, "0.013"),
        (words.probability, 0.00001, "<0.001"),
        (lambda x: words.spell(x, "en"), 2, "two"),
        (lambda x: words.spell(x, "en"), 11, "11"),
        (lambda x: words.spell(x, "zh"), 2, "两"),
        (lambda x: words.spell(x, "zh"), 12, "12"),
    ],
)
def test_numbers_are_written(write, value, said):
    assert write(value) == said


@pytest.mark.parametrize(
    ("unit", "value", "said"), [("year", 2023, "2023"), ("share", 0.5, "50%"), ("", 2023, "2,023")]
)
def test_a_value_that_nobody_formats_is_written_as_its_unit_wants(unit, value, said):
    assert words.default(Value(value, Source("t", unit=unit)))[0] == said


# ---------------------------------------------------------------- words that follow from values


@pytest.mark.parametrize(
    ("low", "high", "q", "verdict"),
    [
        (0.1, 2.0, None, "more"),
        (-2.0, -0.1, None, "fewer"),
        (-0.1, 2.0, None, "same"),
        (0.0, 2.0, None, "same"),
        (0.1, 2.0, 0.049, "more"),
        (0.1, 2.0, 0.05, "same"),
        (None, 2.0, 0.01, "unknown"),
    ],
)
def test_more_and_fewer_need_an_interval_on_one_side_and_a_test_that_agrees(low, high, q, verdict):
    assert words.direction(low, high, q=q) == verdict
    assert words.direction(None, None, q=0.01, value=-1.0) == "fewer"
    assert words.direction(None, None, q=0.05, value=-1.0) == "same"
    assert words.direction(None, None, value=-1.0) == "unknown"
    if None not in (low, high):
        swapped = {"more": "fewer", "fewer": "more"}.get(verdict, verdict)
        assert words.direction(-high, -low, q=q) == swapped


@pytest.mark.parametrize(
    ("low", "verdict"), [(0.8, "reliable"), (0.79, "tentative"), (0.66, "unreliable"), (None, "unknown")]
)
def test_agreement_is_judged_by_its_lower_bound(low, verdict):
    assert words.reliability(low) == verdict


def test_a_narrative_may_choose_its_words_but_no_verdicts():
    assert words.word("more", "zh", {}) == "更多"
    assert words.word("more", "en", {"more": "more often"}) == "more often"
    with pytest.raises(PolicytextError, match="no verdict 'most'"):
        words.word("more", "en", {"most": "by far"})
