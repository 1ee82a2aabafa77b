"""What a user may rely on in `quantities`: numbers are read right or left out with a reason, and never added up."""

import csv
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policytext import prepare, quantities, segment
from policytext.errors import PolicytextError
from policytext.quantities import Indicator, Indicators
from policytext.quantities.numerals import chinese, plain
from policytext.quantities.score import KEPT, alike
from policytext.study import PROJECT, Home, check

few = settings(max_examples=200, deadline=None, derandomize=True)
ELSEWHERE = Path(__file__).parent / "data" / "quantities_elsewhere.csv"
NONE = Indicators(indicators=[])


def sentence(text, *, number=0, kind="sentence", paragraph="r:0"):
    keys = {"report_id": "r", "unit_id": "u", "sentence_id": f"r:{number}", "paragraph_id": paragraph, "kind": kind}
    return keys | {"text": text, "spans": f"{number}-{number + len(text)}"}


def read(*texts, published="2023-03", **options):
    """The rows read from sentences of one paragraph."""
    starts = [sum(map(len, texts[:number])) for number in range(len(texts))]
    rows = [sentence(text, number=start) for text, start in zip(texts, starts, strict=True)]
    return quantities.read(rows, published=published, indicators=NONE, **options)


def values(text, **options):
    return [(row["value"], row["unit"]) for row in read(text, **options)]


def one(text, column, **options):
    (row,) = read(text, **options)
    return row[column]


@pytest.fixture(scope="module")
def indicators():
    return quantities.load(Home(PROJECT))


@pytest.fixture(scope="module")
def table(study, sentences, indicators):
    """The table `quantities` of the five reports."""
    rows = []
    for report in study.reports.to_dict("records"):
        own = sentences[sentences["report_id"] == report["report_id"]].to_dict("records")
        rows += quantities.read(own, published=report["published"], year=report["year"], indicators=indicators)
    return pd.DataFrame(rows)


@pytest.fixture(scope="module")
def coded():
    return pd.read_csv(PROJECT / "seeds" / "coding" / "quantities.csv", encoding="utf-8-sig")


# ---------------------------------------------------------------- the five reports against what was coded by hand


def test_the_five_reports_are_read_as_coded(table, coded, capsys):
    check(table, "quantities")
    got = quantities.score(table, coded)
    with capsys.disabled():
        print(
            f"\nquantities: {got.n_found} of {got.n_coded} coded found, {got.n_read} read; recall {got.recall:.3f}",
            end="",
        )
        print(f", precision {got.precision:.3f}; of {got.n_core} core ones comparator {got.comparator:.3f}", end="")
        print(f", status {got.status:.3f}, year {got.year:.3f}, indicator {got.indicator:.3f}")
    assert got.recall >= 0.95
    assert got.precision >= 0.95
    assert got.comparator >= 0.95
    assert got.status >= 0.90
    assert got.year >= 0.85
    assert got.indicator >= 0.80


def test_every_number_stands_where_its_spans_say(table, raw):
    for row in table.itertuples():
        pieces = (piece.split("-") for piece in row.spans.split(";"))
        assert "".join(raw[row.report_id][int(a) : int(b)] for a, b in pieces) == row.surface


def test_what_is_coded_as_no_quantity_is_not_read(table, coded):
    rows = quantities.unlike(table, coded)
    assert list(rows.loc[rows["outcome"] == "spurious", "surface_read"]) == []


def test_the_score_tells_missed_spurious_and_wrong():
    coded = pd.DataFrame(read("新增企业5家,增长8%")).assign(core=1)
    wrong = pd.DataFrame(read("新增企业9家,引进8人"))
    rows = quantities.unlike(wrong, coded)
    assert list(rows["outcome"]) == ["missed", "missed", "spurious", "spurious"]
    near = pd.DataFrame(read("新增企业5家,增长8%")).assign(comparator="lower")
    got = quantities.score(near, coded)
    assert (got.recall, got.precision, got.comparator, got.status) == (1, 1, 0, 1)


def test_wordings_are_alike_by_half_of_their_pairs_of_characters():
    assert alike("高新技术企业", "高新技术企业数")
    assert alike("入库国家科技型中小企业", "科技型中小企业入库数")
    assert not alike("高新技术企业", "新增专利授权量")


# ---------------------------------------------------------------- other places


def _elsewhere():
    with ELSEWHERE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_sentences_of_other_places_are_read(indicators, capsys):
    coded = found = n_read = same = told = state = 0
    for row in _elsewhere():
        got = quantities.read([sentence(row["text"])], published=row["published"], indicators=indicators)
        wanted = [part.split(" ") for part in row["quantities"].split(";")]
        coded, n_read = coded + len(wanted), n_read + len(got)
        for value, unit, comparator, status in wanted:
            match = next((q for q in got if (q["value"], q["unit"]) == (float(value), unit)), None)
            if match:
                got.remove(match)
                found, same = found + 1, same + (match["comparator"] == comparator)
                told += status != "-"
                state += KEPT.get(match["status"], match["status"]) == KEPT.get(status, status)
    with capsys.disabled():
        print(
            f"\nelsewhere: recall {found / coded:.3f}, precision {found / n_read:.3f}, comparator {same / found:.3f}",
            end="",
        )
        print(f", status {state / told:.3f}")
    assert found / coded >= 0.95
    assert found / n_read >= 0.95
    assert same / found >= 0.95
    assert state / told >= 0.90


# ---------------------------------------------------------------- numerals and units


@pytest.mark.parametrize(
    ("text", "value", "unit", "base", "unit_base"),
    [
        ("产值1.3万亿元", 1.3, "万亿元", 1.3e12, "元"),
        ("入库5,000多家", 5000, "家", 5000, "家"),
        ("达2.185亿元", 2.185, "亿元", 218500000, "元"),
        ("总面积50余万平米", 50, "万平方米", 500000, "平方米"),
        ("共6万多人参与", 6, "万人", 60000, "人"),
        ("活动15场次", 15, "场", 15, "场"),
        ("提高2.3个百分点", 2.3, "百分点", 2.3, "百分点"),
        ("占全市三分之一", 33.33, "%", 33.33, "%"),
        ("企业数翻了一番", 2, "倍", 2, "倍"),
        ("企业数翻两番", 4, "倍", 4, "倍"),
        ("惠及企业近千家", 1000, "家", 1000, "家"),
        ("贷款三百多万元", 300, "万元", 3000000, "元"),
        ("建成三十二家", 32, "家", 32, "家"),
        ("外资3000万美元", 3000, "万美元", 30000000, "美元"),
        ("占比超过七成", 70, "%", 70, "%"),
        ("占全市的1/4", 25, "%", 25, "%"),
        ("投资3个亿", 3, "亿元", 300000000, "元"),
        ("总数突破1.3万亿元大关", 1.3, "万亿元", 1.3e12, "元"),
        ("常住人口达1000万", 1000, "万人", 10000000, "人"),
        ("创新指数达到160以上", 160, "", 160, ""),
        ("发电量5万千瓦时", 5, "万千瓦时", 50000, "千瓦时"),
    ],
)
def test_a_number_has_its_value_its_unit_and_both_without_ten_thousands(text, value, unit, base, unit_base):
    (row,) = read(text)
    assert (row["value"], row["unit"], row["value_base"], row["unit_base"]) == (value, unit, base, unit_base)


@pytest.mark.parametrize(
    ("text", "comparator"),
    [
        ("超1000家", "lower"),
        ("突破40%", "lower"),
        ("2800家以上", "lower"),
        ("200余条", "lower"),
        ("不低于60家", "lower"),
        ("近100名", "upper"),
        ("不到3%", "upper"),
        ("控制在5%以内", "upper"),
        ("约20家", "approx"),
        ("增长6%左右", "approx"),
        ("通过29家", "exact"),
        ("新签约30家", "exact"),
    ],
)
def test_the_words_around_a_number_say_how_sure_it_is(text, comparator):
    assert one(text, "comparator") == comparator


def test_a_comparator_holds_for_all_numbers_told_together():
    assert [row["comparator"] for row in read("两类企业分别超过1000家和4500家")] == ["lower", "lower"]


@given(st.integers(1, 99_999_999))
@few
def test_chinese_numerals_have_the_value_that_they_are_written_for(number):
    digits, powers = "零一二三四五六七八九", ["", "十", "百", "千"]

    def below(n):
        text = "".join(digits[n // 10**p % 10] + powers[p] if n // 10**p % 10 else "零" for p in (3, 2, 1, 0))
        while "零零" in text:
            text = text.replace("零零", "零")
        return text.strip("零")

    high, low = divmod(number, 10_000)
    between = "零" if high and 0 < low < 1000 else ""
    written = (below(high) + "万" if high else "") + between + below(low)
    assert chinese(written) == number


@given(st.text(alphabet="1２3O，,. 万亿十三百两家个元%第位年月-—+(A《》“”增长超分别和、。\n", max_size=40))
@few
def test_no_text_breaks_the_reading_or_its_spans(text):
    assert len(plain(text)) == len(text)
    for row in read(text) if text else []:
        start, end = map(int, row["spans"].split("-"))
        assert text[start:end] == row["surface"]
        assert row["value"] == row["value"]


# ---------------------------------------------------------------- what is no quantity


@pytest.mark.parametrize(
    "text",
    [
        "“十四五”期间加快发展",
        "入选第二批国家创新型县(市)建设名单",
        "跻身百强县",
        "获江苏省科学技术奖一等奖",
        "与中国船舶科学研究中心(702所)签订协议",
        "制定了科技23条、科技30条、科技新9条等系列政策",
        "融入G60科创走廊和S333科创走廊",
        "用好“科创18条”“锡山英才计划3.0”等政策",
        "一是坚持生态为首",
        "2023年9月26日召开大会",
        "科技是第一生产力",
        "打造一廊、两核、三区的布局",
        "推广5G应用",
        "完善“1+4”体系和3+3+N集群",
        "出台《2021—2025年三年行动计划》",
        "形成四项机制、四大园区",
        "党的二十大精神和十二届五次全会",
        "千方百计服务千家万户",
        "带动成千上万家农户",
        "培育千亿级产业集群",
    ],
)
def test_names_dates_and_idioms_are_no_quantities(text):
    assert read(text) == []


def test_an_amount_for_each_leaves_the_denominator_out():
    assert values("每万人发明专利拥有量达到12.5件") == [(12.5, "件")]
    assert values("万元GDP能耗下降3.2%") == [(3.2, "%")]


# ---------------------------------------------------------------- bad input


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("新增２００家", [(200, "家")]),
        ("共５，０００多家", [(5000, "家")]),
        ("共1 200家", [(1200, "家")]),
        ("共12O家", [(120, "家")]),
        ("下降-2.3%", [(-2.3, "%")]),
        ("Ⅲ期工程5家", [(5, "家")]),
        ("35", []),
        ("", []),
        ("4 59家", []),
        ("共1,2家", []),
        ("编号" + "1234567890" * 4 + "家", []),
        ("201*年", []),
        ("202X年", []),
        ("三次产业结构为10.2:41.3:48.5", []),
        ("数十家", []),
        ("二三十家", []),
        ("几百家", []),
        ("-5家", []),
        ("共1,23家", []),
        ("共1.2.3家", []),
        ("共5 0 0家", []),
        ("G2O论坛5家", [(5, "家")]),
        ("459家", [(459, "家")]),
    ],
)
def test_bad_input_is_read_right_or_left_out_with_a_reason(text, expected):
    log = []
    rows = [sentence(text)] if text else []
    got = quantities.read(rows, published="", indicators=NONE, left_out=log)
    assert [(row["value"], row["unit"]) for row in got] == expected
    if not expected and text:
        assert log
        assert all(row["reason"] for row in log)


@pytest.mark.parametrize("text", ["增长5%—8%", "增长5%-8%", "增长5～8%", "增长5%至8%", "增长５％—８％"])
def test_a_range_is_one_row_with_both_ends(text):
    (row,) = read(text)
    assert (row["value"], row["value_high"], row["unit"]) == (5, 8, "%")


@pytest.mark.parametrize(
    ("text", "low", "high", "unit"),
    [
        ("融资5000万元至1亿元", 0.5, 1, "亿元"),
        ("给予500元至1万元补贴", 0.05, 1, "万元"),
        ("投入3到5亿元", 3, 5, "亿元"),
        ("奖励3万-5万元", 3, 5, "万元"),
    ],
)
def test_the_ends_of_a_range_may_have_multiples_of_their_own(text, low, high, unit):
    (row,) = read(text)
    assert (row["value"], row["value_high"], row["unit"]) == (low, high, unit)


def test_a_spoken_hundred_million_is_money_and_projects_of_a_hundred_million_are_projects():
    assert values("完成投资两个亿") == [(2, "亿元")]
    assert values("完成投资3个亿") == [(3, "亿元")]
    assert values("引进两个亿元项目") == [(2, "个")]


def test_events_held_are_counted_and_phases_are_not():
    assert values("举办科技沙龙37期，服务机时达到3.6万小时") == [(37, "期"), (3.6, "万小时")]
    assert values("园区2期工程") == []


def test_below_zero_is_read_as_such():
    assert values("可在零下40摄氏度环境下作业") == [(-40, "摄氏度")]


def test_a_spoken_range_is_a_range():
    (row,) = read("新建两到三家")
    assert (row["value"], row["value_high"], row["comparator"]) == (2, 3, "approx")


def test_from_and_to_are_two_rows():
    assert values("资金池从3200万元增至5200万元") == [(3200, "万元"), (5200, "万元")]
    assert values("资金池从3200万元到5200万元") == [(3200, "万元"), (5200, "万元")]


# ---------------------------------------------------------------- lists, subjects, years, status, ranks


def test_a_distributed_list_gives_each_number_its_own():
    rows = read("全市国家级、省级和市级企业研发机构分别达到10家、437家和1213家")
    assert [(row["value"], row["indicator"]) for row in rows] == [
        (10, "国家级企业研发机构"),
        (437, "省级企业研发机构"),
        (1213, "市级企业研发机构"),
    ]
    assert values("三类企业分别达到10、437和1213家") == [(10, "家"), (437, "家"), (1213, "家")]


def test_a_growth_refers_to_the_subject_before_it():
    number, growth = read("入库国家科技型中小企业1597家,同比增长68%")
    assert number["status"] == "achieved"
    assert growth["status"] == "growth"
    assert growth["indicator"].startswith(number["indicator"])


@pytest.mark.parametrize(
    ("text", "published", "year", "basis"),
    [
        ("2021年入库5家", "2023-03", "2021", "explicit"),
        ("去年入库5家", "2023-03", "2022", "resolved"),
        ("今年上半年发放19.17亿元", "2023-09-26", "2023H1", "resolved"),
        ("上半年发放19.17亿元", "2023-09-26", "2023H1", "resolved"),
        ("入库5家", "2023-03", "2022", "inferred"),
        ("入库5家", "2023-09", "2023", "inferred"),
        ("力争入库5家", "2023-03", "2023", "inferred"),
        ("较2020年增长5%", "2023-09", "2023", "inferred"),
        ("到2025年,力争达到5家", "2023-03", "2025", "explicit"),
        ("“十三五”期间新增5家", "2021-03", "2016-2020", "resolved"),
        ("去年入库5家", "", "", ""),
        ("入库5家", "", "", ""),
    ],
)
def test_a_year_is_stated_resolved_or_inferred_and_else_blank(text, published, year, basis):
    (row,) = read(text, published=published)
    assert (row["year"], row["year_basis"]) == (year, basis)


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("新增高企5家", "achieved"),
        ("目前全市共有高企5家", "cumulative"),
        ("力争新增高企5家", "target"),
        ("增幅突破40%", "growth"),
        ("增速全省第6", "rank"),
        ("力争综合排名进3位以上", "target"),
        ("位次前移2位", "growth"),
        ("对新增1000万元以上信贷的实行分担", "threshold"),
        ("给予最高100万元奖励", "threshold"),
        ("聚焦新材料等4个主导产业", "other"),
        ("围绕新材料组织活动16场", "achieved"),
        ("今年计划发放创新券60万元", "target"),
        ("产值居全省首位", "rank"),
        ("投入强度连续九年保持在4%以上", "achieved"),
        ("60%以上的合同由高校院所输出", "achieved"),
        ("建成基地4个以上", "target"),
    ],
)
def test_a_number_is_reached_aimed_at_a_growth_a_rank_or_a_threshold(text, status):
    assert one(text, "status") == status


def test_a_bound_that_things_of_a_kind_have_is_a_threshold_and_how_many_they_are_is_not():
    bound, many = read("其中投资超10亿元的3个。")
    assert (bound["status"], many["status"]) == ("threshold", "achieved")


def test_what_changed_from_one_number_to_another_was_reached():
    assert [row["status"] for row in read("占有率由54%提高到70%以上。")] == ["achieved", "achieved"]
    assert values("通关时间由20天减至5天") == [(20, "天"), (5, "天")]


def test_the_first_place_is_a_rank_only_where_something_is_ranked():
    assert values("密度居全省首位") == [(1, "位")]
    assert values("摆在各项任务的首位") == []


def test_what_is_announced_holds_for_the_rest_of_the_paragraph():
    first, second = read("我们将培育企业5家。", "新建载体40万平方米。")
    assert (first["status"], second["status"]) == ("target", "target")


def test_a_place_in_a_ranking_is_a_rank_and_people_are_counted():
    assert one("综合评价中排名46位", "kind") == "rank"
    assert one("集聚64位知名专家", "kind") == "quantity"


# ---------------------------------------------------------------- side by side


FIRMS = Indicators(
    indicators=[Indicator(id="firms", name={"zh": "高新技术企业数", "en": "firms"}, wordings=["高企"], unit=["家"])]
)


def test_a_wording_means_an_indicator_only_where_it_is_all_that_is_said():
    assert FIRMS.name("全市高企", "家") == "高新技术企业数"
    for words, unit in (("新增高企", "家"), ("高企通过率", "%"), ("高企", "%"), ("提高企业", "家")):
        assert FIRMS.name(words, unit) == words
    assert FIRMS.label("高新技术企业数", "en") == "firms"
    assert FIRMS.label("茶园", "en") == "茶园"


def test_a_broken_list_of_indicators_is_told_with_its_line(tmp_path):
    (tmp_path / "seeds").mkdir()
    (tmp_path / "seeds" / "indicators.yml").write_text("indicators:\n- id: a\n  name: {zh: 甲, en: a}\n", "utf-8")
    with pytest.raises(PolicytextError, match=r"seeds/indicators.yml:2: .*wordings") as told:
        quantities.load(Home(tmp_path))
    assert told.value.exit_code == 3


def test_the_table_of_indicators_boxes_like_for_like_and_never_adds_up(table, study, indicators):
    own = quantities.comparable(table, groups=study.groups("place"), indicators=indicators)
    check(own, "indicators")
    assert set(own["value"]) <= set(table["value_base"])
    boxed = quantities.like_for_like(own).query("like")
    assert list(boxed[["indicator", "group", "value", "comparator", "year"]].itertuples(index=False, name=None)) == [
        ("高新技术企业数", "如皋", 459, "exact", "2023"),
        ("高新技术企业数", "江阴", 1000, "lower", "2023"),
    ]


def test_a_report_that_contradicts_itself_is_told_with_both_sentences(table, sentences, indicators):
    found = quantities.conflicts(table, sentences=sentences, indicators=indicators)
    assert {("60多家", "53家")} == {tuple(row) for row in found[["surface_a", "surface_b"]].itertuples(index=False)}
    assert found["text_a"].str.contains("60多家").all()
    assert found["text_b"].str.contains("53家").all()


def test_a_number_of_another_place_and_a_range_that_holds_the_other_contradict_nothing(table, sentences, indicators):
    assert quantities.conflicts(table.assign(place="全国"), sentences=sentences, indicators=indicators).empty
    ranged = table.assign(value_high=table["value_high"].mask(table["surface"] == "53家", 70))
    assert quantities.conflicts(ranged, sentences=sentences, indicators=indicators).empty


def test_each_rank_has_the_group_it_is_measured_in(table, sentences):
    found = quantities.ranks(table, sentences=sentences)
    rugao = found[found["unit_id"] == "rugao"].set_index("value")["reference"]
    assert rugao[20] == "全省"
    assert rugao[1] == "苏中苏北省级高新区"
    assert set(found.loc[found["unit_id"] == "nantong", "reference"]) >= {"全国", "地级市"}


def test_the_order_of_reports_and_the_rows_given_do_not_change_the_table(table, study, indicators):
    shuffled = table.sample(frac=1, random_state=1)
    before = shuffled.copy()
    one_way = quantities.comparable(table, groups=study.groups("place"), indicators=indicators)
    other = quantities.comparable(shuffled, groups=study.groups("place"), indicators=indicators)
    pd.testing.assert_frame_equal(one_way, other)
    pd.testing.assert_frame_equal(shuffled, before)


@pytest.mark.parametrize("kind", ["heading", "sentence"])
def test_headings_and_lines_like_them_set_the_year_of_what_stands_under_them(kind):
    rows = [
        sentence("一、2021年工作回顾", kind=kind),
        sentence("入库5家。", number=20, paragraph="r:20"),
        sentence("认定6家。", number=40, paragraph="r:40"),
    ]
    got = quantities.read(rows, published="2023-03", indicators=NONE)
    assert [(row["year"], row["year_basis"]) for row in got] == [("2021", "inferred")] * 2


def test_under_a_heading_of_plans_numbers_are_aims():
    rows = [sentence("二、下一步工作打算", kind="heading"), sentence("新增高企5家。", number=20, paragraph="r:20")]
    (row,) = quantities.read(rows, published="2023-03", indicators=NONE)
    assert (row["status"], row["year"]) == ("target", "2023")


def test_a_compared_year_belongs_to_its_own_number_only():
    rows = read("2023年底高企1286家,较2020年的672家净增614家", published="2024-02")
    assert [row["year"] for row in rows] == ["2023", "2020", "2023"]


def test_a_number_across_a_column_break_has_the_spans_of_both_pieces():
    row = sentence("新增高企12家") | {"spans": "10-15;40-42"}
    (got,) = quantities.read([row], published="2023", indicators=NONE)
    assert got["spans"] == "14-15;40-42"
    assert segment.stretch_of(row).text == "新增高企12家"


# ---------------------------------------------------------------- what is counted, and of which place


@pytest.mark.parametrize(
    ("text", "counted"),
    [
        ("全市建有各类国家级、省级创业载体24家和80家", ["国家级创业载体", "省级创业载体"]),
        ("获批国家、省级科技计划项目10项", ["获批国家、省级科技计划项目"]),
        ("全市300多家企业与140多家高校科研院所建立了合作关系", ["企业", "高校科研院所"]),
        ("高企申报数全省第6、净增数全省第9、通过率全省第4", ["高企申报数", "高企净增数", "高企通过率"]),
        ("获评省科学技术奖一等奖1项、二等奖2项", ["获评省科学技术奖一等奖", "获评省科学技术奖二等奖"]),
        ("新增高企12家、科技型企业15家", ["新增高企", "新增科技型企业"]),
        ("拥有双创载体14家,其中孵化器4家,总面积达50余万平方米", ["双创载体", "孵化器", "双创载体总面积"]),
        (
            "拥有双创载体14家,其中孵化器4家、众创空间10家,总面积达50余万平方米",
            ["双创载体", "孵化器", "众创空间", "双创载体总面积"],
        ),
        ("发放贷款19亿元,今年上半年发放20亿元", ["发放贷款", "发放贷款"]),
        ("实施转化项目、攻关项目与农业项目40个以上", ["实施转化项目、攻关项目与农业项目"]),
    ],
)
def test_each_number_keeps_all_the_words_for_what_it_counts(text, counted):
    assert [row["indicator"] for row in read(text)] == counted


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("目前,高新区综合评价位居全省第20位", "高新区"),
        ("甲高新区集聚了20多家高校", "甲高新区"),
        ("甲高新区建成,全市共有高校20家", ""),
        ("在2018年全国157家国家级高新区中排名靠前", "全国"),
        ("与上海80%的高校院所建立合作关系", "上海"),
        ("高企通过率全省第4", ""),
        ("全市拥有3家省级高新区", ""),
    ],
)
def test_a_number_of_another_place_than_the_unit_says_so(text, place):
    assert one(text, "place") == place
    own = read(text, names={"u": "乙甲高新区"})
    assert own[0]["place"] == ("" if "高新区" in place else place)


def test_what_is_there_already_is_no_target_and_a_size_by_which_a_thing_is_called_no_result():
    assert one("下一步,干部对47家规上工业企业实现一对一分包服务", "status") == "cumulative"
    assert one("成立专班推进5万吨碳纤维项目落地", "status") == "other"
    assert one("在全国157家国家级高新区综合评价中排名靠前", "status") == "other"


def test_numbers_of_other_places_in_the_five_reports_are_those_of_two_parks_the_nation_and_a_metropolis(study):
    rows = []
    sentences = prepare.table(study, "sentences")
    for report in study.reports.to_dict("records"):
        own = sentences[sentences["report_id"] == report["report_id"]].to_dict("records")
        names = dict(zip(study.units["unit_id"], study.units["unit"], strict=True))
        rows += quantities.read(own, published=report["published"], indicators=NONE, names=names)
    told = {
        place: [row["surface"] for row in rows if row["place"] == place] for place in {row["place"] for row in rows}
    }
    assert told.pop("")
    assert told == {
        "高新区": ["第20位", "第一"],
        "全国": ["157家"],
        "南通高新区": ["46位", "2位", "20多家", "10多家"],
        "上海": ["80%"],
    }
