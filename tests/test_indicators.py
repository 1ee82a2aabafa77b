"""What a user may rely on in the tables of `04-indicators`: small tables checked by hand, and the five reports."""

import pandas as pd
import pytest

from policytext import indicators, outline, prepare, quantities
from policytext.errors import PolicytextError
from policytext.study import COLUMNS, open_study

ENTERPRISES, LOANS = "高新技术企业数", "科技贷款发放额"


def numbers(*rows):
    """A table `quantities` of (unit_id, indicator, value, year, status, comparator)."""
    made = [
        {
            **dict.fromkeys(COLUMNS["quantities"], ""),
            **{
                "unit_id": unit,
                "indicator": indicator,
                "value": value,
                "value_base": value,
                "value_high": float("nan"),
            },
            **{"year": year, "status": status, "comparator": comparator, "kind": "quantity", "unit_base": "家"},
            "sentence_id": f"r:{i}",
        }
        for i, (unit, indicator, value, year, status, comparator) in enumerate(rows)
    ]
    return pd.DataFrame(made, columns=COLUMNS["quantities"])


@pytest.fixture(scope="module")
def known(study):
    return quantities.load(study.home)


def compared(table, known, **groups):
    groups = pd.Series(groups or {unit: unit for unit in table["unit_id"]})
    return quantities.like_for_like(quantities.comparable(table, groups=groups, indicators=known))


FOUR = numbers(
    ("a", ENTERPRISES, 459.0, "2023", "cumulative", "exact"),
    ("b", ENTERPRISES, 1000.0, "2023", "achieved", "lower"),
    ("c", ENTERPRISES, 1000.0, "2024", "target", "lower"),
    ("a", LOANS, 19.0, "2022", "achieved", "exact"),
    ("a", LOANS, 20.0, "2023", "target", "exact"),
)


def test_a_place_is_the_group_and_where_it_is_not_told_the_group_of_the_study(study, make_study):
    assert list(indicators.groups(study).unique()) == ["如皋", "连云港", "南通", "江阴", "宜兴", "梁溪", "锡山", "高邮"]
    assert list(indicators.groups(study, "region").unique()) == ["苏中", "苏北", "苏南"]
    units = "unit_id,report_id,unit,place,city\nu,r,甲,,甲市\nv,s,乙,乙县,乙市\n"
    reports = "report_id,file\nr,reports/r.txt\ns,reports/s.txt\n"
    home = make_study({"r.txt": "有企业三家。\n", "s.txt": "有企业四家。\n"}, units=units, reports=reports)
    assert indicators.groups(open_study(home)).to_dict() == {"u": "甲市", "v": "乙县"}


def test_counted_puts_first_what_most_units_count():
    assert indicators.counted(FOUR).to_dict("records") == [
        {"indicator": ENTERPRISES, "measure": "家", "n_units": 3, "n": 3, "units": "a; b; c"},
        {"indicator": LOANS, "measure": "家", "n_units": 1, "n": 2, "units": "a"},
    ]


def test_levels_show_what_several_units_give_and_call_like_only_the_same_year_and_kind(known):
    shown = indicators.levels(compared(FOUR, known), FOUR)
    assert set(shown["indicator"]) == {ENTERPRISES}
    assert list(shown["unit_id"]) == ["b", "a", "c"]  # reached before aimed at, the greatest first
    assert list(shown["like"]) == [True, True, False]


def test_parts_of_one_place_are_never_like_for_like(known):
    parts = compared(FOUR, known, a="place", b="place", c="other")
    assert not parts["like"].any()


def test_levels_show_as_many_indicators_as_have_so_many_numbers_and_one_at_least(known):
    rows = [(unit, name, 5.0, "2023", "achieved", "exact") for name in (ENTERPRISES, LOANS, "甲数") for unit in "ab"]
    table = numbers(*rows)
    sizes = [len(indicators.levels(compared(table, known), table, most=most)) for most in (1, 2, 3, 4, 6)]
    assert sizes == [2, 2, 2, 4, 6]


def test_verdicts_say_why_numbers_do_not_compare(known):
    told = numbers(
        ("a", "甲数", 1.0, "2022", "achieved", "exact"),
        ("b", "甲数", 1.0, "2023", "achieved", "exact"),
        ("a", "乙数", 1.0, "2023", "achieved", "exact"),
        ("b", "乙数", 1.0, "2023", "target", "exact"),
        ("a", "丙数", 1.0, "2022", "achieved", "exact"),
        ("b", "丙数", 1.0, "2023", "target", "exact"),
        ("a", ENTERPRISES, 1.0, "2023", "achieved", "exact"),
        ("a", LOANS, 1.0, "2023", "achieved", "exact"),
        ("b", LOANS, 1.0, "2023", "cumulative", "exact"),
    )
    verdicts = indicators.verdicts(compared(told, known)).set_index("indicator")["verdict"]
    assert verdicts.to_dict() == {
        "甲数": "other years",
        "乙数": "aim beside record",
        "丙数": "other years, aim beside record",
        ENTERPRISES: "one group only",
        LOANS: "like for like",
    }


def test_statuses_count_every_number_once_and_show_silent_units():
    status = indicators.statuses(FOUR, units=["a", "b", "c", "d"]).set_index("unit_id")
    assert status["n_reached"].to_dict() == {"a": 2, "b": 1, "c": 0, "d": 0}
    assert status["n_target"].to_dict() == {"a": 1, "b": 0, "c": 1, "d": 0}
    assert status["n"].sum() == len(FOUR)
    assert indicators.statuses(FOUR[:0], units=["a"]).empty


def test_pairs_hold_a_target_against_what_was_reached_and_divide_no_bounds():
    (row,) = indicators.pairs(FOUR).to_dict("records")
    assert (row["unit_id"], row["indicator"], row["reached"], row["target"]) == ("a", LOANS, 19, 20)
    assert row["ratio"] == pytest.approx(20 / 19)
    bounds = FOUR.assign(comparator="lower")
    assert indicators.pairs(bounds)["ratio"].isna().all()


@pytest.mark.parametrize(
    ("reference", "breadth"),
    [
        ("全国157家国家级高新区", "nation"),
        ("全省", "province"),
        ("苏中苏北省级高新区", "region"),
        ("长三角", "region"),
        ("全市", "place"),
        ("地级市", "kind"),
        ("", "untold"),
    ],
)
def test_how_wide_a_reference_group_is(reference, breadth):
    assert indicators.placed(pd.DataFrame({"reference": [reference]}))["breadth"].item() == breadth


def test_differences_name_what_was_understood_otherwise_and_what_was_missed():
    base = {
        "report_id": "r",
        "sentence_id": "r:0",
        "unit": "家",
        "comparator": "exact",
        "kind": "quantity",
        "status": "achieved",
    }
    rows = [
        base | {"spans": f"{i}-{i + 1}", "surface": f"{i}家", "value": float(i), "year": "2023", "indicator": "企业数"}
        for i in range(4)
    ]
    coded = pd.DataFrame(rows).assign(core="1")
    read = pd.DataFrame([rows[0], rows[1] | {"year": "2022", "status": "target"}, rows[2]])
    found = indicators.differences(quantities.unlike(read, coded))
    assert found[["outcome", "surface"]].to_numpy().tolist() == [["status year", "1家"], ["missed", "3家"]]


def test_no_numbers_at_all_are_no_error(study, sentences, known):
    none = FOUR[:0]
    table = quantities.like_for_like(quantities.comparable(none, groups=study.groups(), indicators=known))
    made = [
        indicators.counted(none),
        indicators.levels(table, none),
        indicators.verdicts(table),
        indicators.pairs(none),
        indicators.placed(quantities.ranks(none, sentences=sentences)),
        indicators.differences(quantities.unlike(none, indicators.coded(study)[:0])),
    ]
    assert all(one.empty for one in made)


def test_the_numbers_read_by_hand_of_the_study_are_there_and_another_study_has_none(study, make_study):
    coded = indicators.coded(study)
    assert coded["kind"].isin(["quantity", "rank"]).sum() == 182
    home = make_study({"a.txt": "有企业三家。\n"})
    assert indicators.coded(open_study(home)).empty
    (home.seeds / "coding").mkdir()
    (home.seeds / "coding" / "quantities.csv").write_text("report_id,spans,kind,value\na,0-1,quantity,many\n", "utf-8")
    with pytest.raises(PolicytextError, match=r"coding/quantities.csv:2 \(column value\)"):
        indicators.coded(open_study(home))


def test_the_five_reports_have_two_indicators_that_compare(study, known):
    table = prepare.table(study, "quantities")
    groups = indicators.groups(study)
    like = quantities.like_for_like(quantities.comparable(table, groups=groups, indicators=known)).query("like")
    pairs = like[like["indicator"] == ENTERPRISES].set_index("group")
    assert pairs["value"].to_dict() == {"如皋": 459, "江阴": 1000}
    assert pairs["comparator"].to_dict() == {"如皋": "exact", "江阴": "lower"}


def test_outlines_side_by_side_keep_every_heading_and_name_units_without_any(study):
    headings, formulas = prepare.table(study, "outline"), prepare.table(study, "number_formulas")
    units = list(study.units["unit_id"])
    shown = outline.side_by_side(headings, formulas, units=units)
    assert list(dict.fromkeys(shown["unit_id"])) == units
    assert (shown["level"] > 0).sum() == len(headings)
    assert shown.loc[shown["unit_id"] == "gaoyou-xiejia", "heading"].tolist() == [""]
    first = outline.side_by_side(headings, formulas, units=units, levels=1)
    assert set(first["level"]) == {0, 1}
    assert outline.side_by_side(headings[:0], formulas[:0], units=units).empty


def test_the_vocabulary_counts_units_once_and_only_terms_within_headings():
    headings = pd.DataFrame({"unit_id": ["a", "b"], "spans": ["0-6", "10-16;20-24"]})
    terms = pd.DataFrame(
        [
            ("a", "创新", "0-2"),
            ("a", "创新", "4-6"),
            ("a", "创新", "6-8"),
            ("b", "创新", "20-22"),
            ("b", "人才", "12-14"),
        ],
        columns=["unit_id", "term", "spans"],
    )
    assert outline.vocabulary(headings, terms).to_dict("records") == [
        {"term": "创新", "n_units": 2, "units": "a; b", "n": 3},
        {"term": "人才", "n_units": 1, "units": "b", "n": 1},
    ]
    assert list(outline.vocabulary(headings, terms, stopwords={"创新"})["term"]) == ["人才"]
    assert outline.vocabulary(headings[:0], terms).empty
