"""One row per number of a report that counts or ranks something: the table `quantities`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pandas as pd

from policytext.quantities import places, units, wording
from policytext.quantities.find import Candidate, candidates
from policytext.quantities.indicators import Indicators
from policytext.quantities.years import Calendar, Year
from policytext.segment import stretch_of

_NUMERAL = re.compile(r"[\d０-９零〇一二两三四五六七八九十百千万亿半成番倍]|首位")
_PLAN_HEADING = re.compile(
    r"工作安排|目标任务|主要任务|工作思路|下一步|打算|重点工作|工作计划|目标要求|总体要求|\d{4}年工作$"
)
_ENDS = re.compile("[。！？!?；;]")
_RATING = re.compile(r"\d{4}年[^，,。；;]{0,24}(?:评价|排名|榜)")
"""The year of a rating is none of what is told after it."""
_RECORD_HEADING = re.compile(r"回顾|成效|完成情况|总结|进展|现状|基本情况")


def read(
    sentences: Iterable[dict[str, Any]],
    *,
    published: str,
    year: int | None = None,
    indicators: Indicators,
    names: Mapping[str, str] | None = None,
    left_out: list[dict[str, Any]] | None = None,
) -> list[dict[str, Any]]:
    """One row per number, with the columns of the table `quantities`, in reading order.

    sentences: the rows of the table `sentences` of one report, in reading order. published: ISO date, may be partial
    or empty; it resolves 去年 and 上半年. year: of the report, where nothing is published. names: the name of each unit, which is no other place. left_out: a list that is
    given a row (report_id, unit_id, sentence_id, spans, surface, reason) per numeral that counts nothing, or that
    cannot be read with certainty.

    A year that the sentence states is `explicit`, one that follows from words like 去年 and the report's date
    `resolved`, and one taken from the sentences before or from the kind of statement `inferred`.
    """
    calendar = Calendar(published, None if pd.isna(year) else int(year or 0) or None)
    rows: list[dict[str, Any]] = []
    unit = paragraph = None
    context = _Context()
    for sentence in sentences:
        if sentence["unit_id"] != unit:
            unit, context = sentence["unit_id"], _Context()
        if sentence["paragraph_id"] != paragraph:
            paragraph = sentence["paragraph_id"]
            context.turn()
        own = (names or {}).get(unit, "")
        rows += _read_sentence(sentence, calendar, context, indicators, left_out, own)
        context.follow(sentence, calendar)
    return rows


class _Context:
    """What the sentences before tell of a sentence: its year, and whether it is a plan."""

    def __init__(self) -> None:
        self.year: Year | None = None
        self.section: Year | None = None
        self.planned = self.plan_section = False

    def turn(self) -> None:
        """A new paragraph begins."""
        self.year, self.planned = self.section, self.plan_section

    def follow(self, sentence: dict[str, Any], calendar: Calendar) -> None:
        text = sentence["text"]
        markers = [marker for marker in calendar.markers(text) if marker.basis != "inferred" and not marker.own]
        markers = [marker for marker in markers if not _RATING.match(text, marker.position)]
        if markers and "-" not in markers[-1].label[:6]:
            self.year = Year(markers[-1].label[:4], "inferred")
        self.planned = wording.is_planned(text, planned=self.planned, now=calendar.now, lasting=True)
        if sentence["kind"] == "heading" or (len(text) < 30 and not _ENDS.search(text)):
            self.section = self.year if markers else self.section
            if _RECORD_HEADING.search(text) or _PLAN_HEADING.search(text):
                self.plan_section = self.planned = not _RECORD_HEADING.search(text)


def _read_sentence(
    sentence: dict[str, Any],
    calendar: Calendar,
    context: _Context,
    indicators: Indicators,
    left_out: list[dict[str, Any]] | None,
    own: str,
) -> Iterator[dict[str, Any]]:
    text = sentence["text"]
    if not _NUMERAL.search(text):
        return
    place = stretch_of(sentence)
    keys = {key: sentence[key] for key in ("report_id", "unit_id", "sentence_id")}
    kept = []
    for found in candidates(text):
        if not found.reason and found.value is not None:
            kept.append(found)
        elif left_out is not None:
            where = {"spans": place.spans(found.start, found.end), "surface": text[found.start : found.end]}
            left_out.append(keys | where | {"reason": found.reason or "no value"})
    if not kept:
        return
    markers = calendar.markers(text)
    told = wording.told_together(text, kept)
    previous = 0
    for number, (found, meaning, state) in enumerate(_understood(text, kept, context, calendar)):
        when = _year(found, previous, markers, calendar, context, state)
        bound = wording.comparator(text, found)
        value_base, unit_base = units.base(found.value, found.multiple, found.unit)
        yield keys | {
            "spans": place.spans(found.start, found.end),
            "surface": text[found.start : found.end],
            "value": float(found.value),
            "value_high": None if found.high is None else float(found.high),
            "unit": units.name(found.multiple, found.unit),
            "value_base": value_base,
            "unit_base": unit_base,
            "comparator": told.get(number, bound) if bound == "exact" else bound,
            "indicator": indicators.name(meaning, unit_base),
            "year": when.label,
            "year_basis": when.basis if when.label else "",
            "status": state,
            "kind": "rank" if found.rank else "quantity",
            "place": places.of(text, found, own=own),
        }
        previous = found.end


def _understood(
    text: str, kept: list[Candidate], context: _Context, calendar: Calendar
) -> Iterator[tuple[Candidate, str, str]]:
    """Each number with the words for what it counts and its status; both may hang on the numbers before it."""
    whose, together = wording.distributed(text, kept), wording.told_as_one(text, kept)
    states: list[str] = []
    previous = noun = 0
    subject, verb, part = "", "", False
    for number, found in enumerate(kept):
        until = kept[number + 1].start if number + 1 < len(kept) else len(text)
        clause = wording.clause_start(text, found, noun)
        words = whose.get(number) or wording.counted(text, found, begins=clause, until=until)
        words, verb = wording.with_verb(words, verb if text.startswith("、", previous) else "")
        following = text[found.end : until]
        state = wording.status(
            text, found, clause=clause, following=following, planned=context.planned, now=calendar.now
        )
        first = states[together[number]] if number in together else ""
        states.append(first if first in ("growth", "threshold") else state)
        led = previous or text.startswith("其中", clause)
        nearer = wording.clause_between(text, previous, clause) if led else ""
        meaning, told_of = _meaning(found, words, nearer or subject, states[-1])
        since = re.split("[，,。；;]", text[previous : found.start])[-1]
        part = "其中" in since or (part and since.startswith("、"))
        if not part or not subject:
            subject = told_of  # what is said after parts (其中…、…) is said of the whole
        yield found, meaning, states[-1]
        previous = found.end
        behind = wording.noun_after(text, found, until)
        noun = text.find(behind, previous) + len(behind) if behind else previous
        noun = previous if noun == until else noun  # what is all there is belongs to the next number


_NO_SUBJECT = re.compile(
    r"^(?:(?:同比|年均|分别|较上年|比上年|较[^，,]*|环比|名义|实际|总量|均|又|再|增幅|增速|增长|下降|提高|提升|增加|减少|上升|前移|位次|全[国省市区县州]首创|全[国省市区县州]|苏[北中南]|中部|西部|东部|同类|城市|"
    r"排名|排|居|位居|列|位列|跃居|稳居|第|总面积|总投资额?|总额|总规模|总|数量|规模|其|这|也|历史|连续|首次|比重|占比|占|全|的|个|省|市|地级市|由|从|增至|高于|低于|平均|水平|省内|国内|仅次于|目标|任务|完成率|完成|发放|投资|实现|培育|重点|投用|新增|净增|达|到|\d|年|月)*|"
    r"[一-龥]{2,3}[类型])$"
)
_METRIC = r"(?:新?[一-龥]{2}(?:数|率|量|额)|增幅|增速)"
_RANKED_IN = re.compile(
    r"(?:\d+强)?中?(?:排名|排位|位列|位居|名列|跃居|稳居|居|列|排)?(?:全[国省市区县州球]|世界|苏[南中北]+|地级市|县级市|"
    r"(?:国家|省|市)级(?:高新|经开|开发)区)*$"
)


def _meaning(found: Candidate, words: str, last: str, state: str) -> tuple[str, str]:
    """What a number counts, and the subject that the numbers after it may refer to (…1597家,同比增长68%)."""
    words = _RANKED_IN.sub("", words) if found.rank else words
    if last and re.fullmatch(r"[特一二三四]等奖", words):  # 科学技术奖一等奖1项、二等奖2项
        words = re.sub(r"[特一二三四]等奖$", "", last) + words
    elif last and re.fullmatch(_METRIC, words):  # 高企申报数全省第6、净增数全省第9
        words = re.sub(rf"{_METRIC}+$", "", last) + words
    elif _NO_SUBJECT.match(words):
        return (last if words in last or words.startswith("较") else f"{last}{words}") or words, last
    if state == "growth" or found.rank:
        stripped = re.sub(
            r"(?:同比|较上年|比上年|年均|名义)?(?:增长|下降|提高|增幅|增速)?(?:全[省国市].*)?$", "", words
        )
        return words, stripped or last
    return words, words


def _year(
    found: Candidate, previous: int, markers: list[Year], calendar: Calendar, context: _Context, state: str
) -> Year:
    before = [year for year in markers if year.position < found.start and (not year.own or year.position >= previous)]
    future = state in ("target", "other")
    if before:
        marker = before[-1]
        if state == "target" and calendar.now and marker.basis == "resolved" and marker.first < calendar.now:
            return calendar.expected(future=True)
        return marker
    if context.year and not (state == "target" and calendar.now and int(context.year.label[:4]) < calendar.now):
        return context.year
    return calendar.expected(future=future)
