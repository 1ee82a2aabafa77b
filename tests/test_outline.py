"""The outlines and number formulas of the five reports against a reading by hand, and of reports built to trip it."""

import csv
from collections import Counter
from pathlib import Path

import pytest

from policytext import outline, segment
from policytext.study import COLUMNS, GRAIN, guess

DATA = Path(__file__).parent / "data"


def read_key(name):
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def rows_of(text):
    """The rows of the table `sentences` for a text that no one has cut by hand."""
    return list(segment.sentences("report", text, guess.spans(text, unit_id="unit", boilerplate=[])))


def tree(text):
    return [(row["level"], row["marker"], row["heading"]) for row in outline.read(rows_of(text))]


def surfaces(text):
    return {row["surface"]: row["meaning"] for row in outline.formulas(rows_of(text))}


@pytest.fixture(scope="module")
def found(sentences):
    return outline.read(sentences.to_dict("records"))


@pytest.mark.parametrize("unit", sorted({row["unit_id"] for row in read_key("outlines.csv")}))
def test_each_heading_of_a_unit_is_found_at_its_level(found, unit):
    expected = [
        (int(row["level"]), row["marker"], row["heading"]) for row in read_key("outlines.csv") if row["unit_id"] == unit
    ]
    assert [(row["level"], row["marker"], row["heading"]) for row in found if row["unit_id"] == unit] == expected


def test_two_units_enumerate_nothing(found, sentences):
    assert set(sentences["unit_id"]) - {row["unit_id"] for row in found} == {"gaoyou-xiejia", "gaoyou-bureau"}


def test_spans_lead_to_mark_and_heading_in_the_raw_file(found, study, raw):
    reports = study.units.set_index("unit_id")["report_id"]
    for row in found:
        text = raw[reports[row["unit_id"]]]
        pieces = [piece.split("-") for piece in row["spans"].split(";")]
        assert "".join(text[int(low) : int(high)] for low, high in pieces) == row["marker"] + row["heading"]


def test_rows_have_the_columns_and_the_grain_of_their_tables(found, sentences):
    formulas = outline.formulas(sentences.to_dict("records"))
    for name, rows in (("outline", found), ("number_formulas", formulas)):
        assert list(rows[0]) == COLUMNS[name]
        assert len({tuple(row[column] for column in GRAIN[name]) for row in rows}) == len(rows)


def test_every_number_formula_is_found_with_what_the_text_says_it_means(sentences):
    found = Counter(
        (row["unit_id"], row["surface"], row["meaning"]) for row in outline.formulas(sentences.to_dict("records"))
    )
    expected = Counter((row["unit_id"], row["surface"], row["meaning"]) for row in read_key("formulas.csv"))
    assert expected - found == Counter()
    programme = "双创计划"  # a name that the reading by hand did not take for a formula, and the rule does
    assert Counter(surface for _, surface, _ in (found - expected).elements()) == {programme: 2}


def test_spans_of_formulas_lead_to_their_characters(sentences, raw):
    for row in outline.formulas(sentences.to_dict("records")):
        low, high = map(int, row["spans"].split("-"))
        assert raw[row["sentence_id"].rpartition(":")[0]][low:high] == row["surface"]


def test_all_marks_nest_as_official_documents_nest_them():
    text = (
        "第一章 总体要求\n一、基本原则\n（一）创新引领\n1.强化主体\n（1）培育企业。\n①抓入库。支持申报。\n②抓认定。加强辅导。\n"
        "（2）引进企业。\n2.建好平台\n（二）开放合作\n二、主要目标\n第二章 保障措施\n"
    )
    marks = ["第一章", "一、", "（一）", "1.", "（1）", "①", "②", "（2）", "2.", "（二）", "二、", "第二章"]
    assert [(level, mark) for level, mark, _ in tree(text)] == list(
        zip([1, 2, 3, 4, 5, 6, 6, 5, 4, 3, 2, 1], marks, strict=True)
    )


def test_levels_are_those_of_the_unit_not_of_the_mark():
    assert [row[0] for row in tree("一是强化引领。定好规划。二是优化服务。简化手续。")] == [1, 1]
    assert [row[:2] for row in tree("1.成效\n第一，企业多了。新增不少。第二，平台多了。新增不少。\n2.打算\n")] == [
        *((1, "1."), (2, "第一"), (2, "第二"), (1, "2.")),
    ]


def test_a_mark_that_ranks_above_ends_what_stood_before_it():
    text = "一是稳增长。扩大投资。二是促改革。激发活力。\n一、回顾过去\n成绩不少。\n二、展望未来\n任务很重。"
    assert [row[:2] for row in tree(text)] == [(1, "一是"), (1, "二是"), (1, "一、"), (1, "二、")]


def test_enumerations_that_skip_or_restart_stay_at_their_level():
    text = "一是稳增长。扩大投资。三是促改革。激发活力。一是惠民生。办好实事。二是防风险。守住底线。"
    assert tree(text) == [
        *((1, "一是", "稳增长"), (1, "三是", "促改革"), (1, "一是", "惠民生"), (1, "二是", "防风险")),
    ]


def test_an_enumeration_inside_one_sentence():
    assert tree("重点抓好:一是稳增长,扩大投资,二是促改革,激发活力。") == [(1, "一是", "稳增长"), (1, "二是", "促改革")]
    assert [row[1] for row in tree("主要包括①建平台②引人才③优服务。")] == ["①", "②", "③"]


def test_the_heading_of_a_long_sentence_has_as_many_clauses_as_its_siblings():
    long = "一是强化政策引领,完善制度体系,以更大力度更实举措支持各类企业加大研发投入并持续提升自主创新能力。"
    assert tree(long + "二是培育创新主体,壮大产业集群。抓好申报。")[0][2] == "强化政策引领,完善制度体系"
    assert tree(long + "二是培育创新主体。抓好申报。")[0][2] == "强化政策引领"


@pytest.mark.parametrize(
    "text",
    [
        "科技是第一生产力,创新是第一动力。首先要看到成绩。最后感谢大家。",
        "研发投入增长较快。1.63亿元贷款投放到位,2024.5亿元产值实现。其中一是一。",
        "他一是一,二是二。一、二、三产业融合发展。据此一是要稳。",
        "全市共有企业三家。三个月内完成两个项目。《方案》第三条（一）项规定如下。",
        "习近平总书记说:“一个好汉三个帮。”大家都说好。我们说‘好’。",
        "。。。；；；!!!\n“‘「『\n（）\n一、\n（一）\n",
        "增长4.6%。\n",
    ],
)
def test_reports_without_any_enumeration_have_no_outline(text):
    assert tree(text) == []


def test_marks_inside_nested_quotes():
    text = "市长说:“要做到‘一是强化“六稳”,落实“六保”;二是优化服务,‘放管服’改革走深走实’。”"
    assert tree(text) == [(1, "一是", "强化“六稳”"), (1, "二是", "优化服务")]
    assert set(surfaces(text)) == {"六稳", "六保"}


def test_a_title_above_numbered_headings_takes_no_level():
    assert tree("某市科技工作总结\n一、主要成效\n成效明显。\n二、下步打算\n继续努力。")[0][:2] == (1, "一、")


def test_headings_on_lines_of_their_own_hold_the_numbers_that_restart_below_them():
    text = "回顾过去\n成绩不少。\n1.稳增长\n2.促改革\n展望未来\n任务很重。\n1.稳增长\n2.促改革"
    assert [row[0] for row in tree(text)] == [1, 2, 2, 1, 2, 2]


def test_headings_that_lost_their_stop_need_a_sibling_and_no_sentence_of_verbs_is_one():
    two = "推进示范园区建设目前,全区已有园区三个。布局创新平台载体以企业为主,建成平台多家。"
    assert [row[2] for row in tree(two)] == ["推进示范园区建设", "布局创新平台载体"]
    assert tree("推进示范园区建设目前,全区已有园区三个。") == []
    assert (
        tree("鼓励行业领军企业构建高水平研发机构。推动骨干龙头企业加大研发投入。支持高校院所在开发区建设平台。") == []
    )


def test_three_hundred_groups():
    text = (
        "".join(
            f"{number}.做好第{number}项工作\n认真落实。一是抓早。要快。二是抓小。要细。\n" for number in range(1, 100)
        )
        * 3
    )
    assert Counter(row[0] for row in tree(text)) == {1: 297, 2: 594}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("构建“1+3+N”体系。", {"1+3+N": ""}),
        ("发展“415X”集群,落实“315”体系。", {"315": ""}),
        ("“十四五”以来,“2023”年度,“985”、“211”高校,“一站式”服务。", {}),
        ("投入3+2亿元。增长1.5+2%。", {"3+2": ""}),
        ("围绕投资、消费、出口三大需求发力。", {"三大需求": "投资；消费；出口"}),
        (
            "推进“四个全面”（全面建设、全面改革、全面治理、全面从严）。",
            {"四个全面": "全面建设、全面改革、全面治理、全面从严"},
        ),
        ("打造“465”现代产业集群,即4个地标、6个优势、5个未来。", {"465": "4个地标、6个优势、5个未来"}),
        ("打造“两中心”,即科创中心、金融中心。", {"两中心": "科创中心、金融中心"}),
        ("建设一轴、两翼、三带空间。", {"一轴、两翼、三带": ""}),
        ("完成三个项目,历时两个月,组织四类人员。", {}),
    ],
)
def test_formulas(text, expected):
    assert surfaces(text) == expected


def test_a_count_means_the_headings_that_follow_if_they_are_as_many():
    text = "重点开展好两项行动。\n一是引育行动。抓好招引。\n二是提效行动。抓好载体。\n"
    assert surfaces(text) == {"两项行动": "引育行动；提效行动"}
    assert surfaces(text.replace("两项", "三项")) == {}
