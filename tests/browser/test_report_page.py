"""The report in a browser: a click on a number shows its sentences, Escape goes back, and it fits a phone."""

import pytest
from playwright.sync_api import expect

from policytext import frequency, prepare, report
from policytext.study import Home, empty, open_study

pytestmark = pytest.mark.browser

NARRATIVE = """# 报告

共{{ v.n_reports }}份，“创新”出现{{ v.use("甲", "创新").n }}次。{{ quote("a:0") }}

{{ table("sizes", rows("units"), {"name": "单元", "n_chars": "字数", "n_terms": "词数", "n_paragraphs": "段落"}, "规模。") }}
"""


@pytest.fixture(scope="module")
def page_file(tmp_path_factory, small_dictionary):
    """The HTML report of a study of one report of two sentences."""
    home = Home(tmp_path_factory.mktemp("report"))
    (home.seeds / "reports").mkdir(parents=True)
    (home.seeds / "reports" / "a.txt").write_text("科技创新推动创新。\n企业发展。\n" * 30, "utf-8")
    (home.seeds / "units.csv").write_text("unit_id,report_id,unit,city\njia,a,甲镇,甲\n", "utf-8")
    for language in ("zh", "en"):
        (home.seeds / f"narrative.{language}.md").write_text(NARRATIVE, "utf-8")
    home.cache.mkdir(parents=True)
    (home.cache / "jieba.cache").write_bytes(small_dictionary)
    study = open_study(home)
    tables = {name: empty(name) for name in ("keyness", "sensitivity")}
    tables |= {name: prepare.table(study, name) for name in ("units", "spans", "reports", "counts", "sentences")}
    rates = frequency.rates(tables["counts"], groups=study.groups(), sentences=tables["sentences"])
    document = report.compose(report.Values(study, "zh", tables | {"frequency": rates}, 5))
    path = home.root / "report.zh.html"
    path.write_bytes(report.files({"zh": document})["report/report.zh.html"])
    return path


@pytest.fixture(params=[(1280, "light"), (390, "dark")], ids=["desk", "phone"])
def page(chromium, page_file, request):
    """The report at the size of a desk and of a phone; what the console says is kept."""
    width, scheme = request.param
    opened = chromium.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
    opened.said = []
    opened.on("console", lambda message: opened.said.append(message.text))
    opened.goto(page_file.as_uri())
    yield opened
    assert opened.said == []
    opened.close()


def open_panel(page):
    page.locator("main p button.value").nth(1).click()
    return page.locator(".evidence:popover-open")


def test_a_click_on_a_number_shows_its_sentences_and_escape_goes_back(page):
    panel = open_panel(page)
    expect(panel).to_have_count(1)
    expect(panel.locator("blockquote").first).to_have_text("科技创新推动创新。")
    expect(panel.locator("mark").first).to_have_text("创新")
    page.keyboard.press("Escape")
    expect(page.locator(".evidence:popover-open")).to_have_count(0)
    assert page.evaluate("document.activeElement.textContent") == "30"


def test_the_keyboard_alone_opens_and_closes_the_evidence(page):
    page.locator("button.value").first.focus()
    page.keyboard.press("Enter")
    panel = page.locator(".evidence:popover-open")
    expect(panel).to_have_count(1)
    assert page.evaluate("document.activeElement.matches('.evidence[role=dialog]')")
    assert page.evaluate(
        "document.getElementById(document.activeElement.getAttribute('aria-labelledby')).textContent.trim()"
    )
    page.keyboard.press("Escape")
    expect(panel).to_have_count(0)


def test_a_sentence_leads_to_its_place_in_the_full_text(page):
    panel = open_panel(page)
    panel.locator(".where a", has_text="原文").first.click()
    target = page.locator(".raw span:target")
    expect(target).to_have_text("科技创新推动创新。")
    expect(target).to_be_in_viewport()
    box, covered = target.bounding_box(), panel.bounding_box()
    assert box["x"] + 1 < covered["x"] or box["y"] + box["height"] <= covered["y"]


def test_nothing_runs_off_the_page(page):
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_on_paper_there_is_the_report_and_no_panel(page):
    page.emulate_media(media="print")
    expect(page.locator("#texts")).to_be_hidden()
    expect(page.locator(".contents")).to_be_hidden()
    expect(page.locator("main")).to_be_visible()
