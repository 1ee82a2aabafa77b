"""One row per number of a report that counts or ranks something: the table `quantities`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

import pandas as pd

from policytext.quantities import units, wording
from policytext.quantities.find import Candidate, candidates
from policytext.quantities.indicators import Indicators
from policytext.quantities.years import Calendar, Year
from policytext.segment import stretch_of

_NUMERAL = re.compile(r"[\d０-９零〇一二两三四五六七八九十百千万亿半成番倍]")
_PLAN_HEADING = re.compile(
    r"工作安排|目标任务|主要任务|工作思路|下一步|打算|重点工作|工作计划|目标要求|总体要求|\d{4}年工作$"
)
_ENDS = re.compile("[。！？!?；;]")
_RECORD_HEADING = re.compile(r"回顾|成效|完成情况|总结|进展|现状|基本情况")


def read(
    sentences: Iterable[dict[str, Any]],
    *,
    published: str,
    year: int | None = None,
    indicators: Indicators,
    left_out: list[dict[str, Any]] | None = None,
) -> list[dict[str, Any]]:
    """One row per number, with the columns of the table `quantities`, in reading order.

    sentences: the rows of the table `sentences` of one report, in reading order. published: ISO date, may be partial
    or empty; it resolves 去年 and 上半年. year: of the report, where nothing is published. left_out: a list that is
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
        rows += _read_sentence(sentence, calendar, context, indicators, left_out)
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
) -> Iterator[dict[str, Any]]:
    text = sentence["text"]
    if not _NUMERAL.search(text):
        return
    place = stretch_of(sentence)
    keys = {key: sentence[key] for key in ("report_id", "unit_id", "sentence_id")}
    everything = list(candidates(text))
    kept = [found for found in everything if not found.reason and found.value is not None]
    if left_out is not None:
        for found in everything:
            if found.reason or found.value is None:
                where = {"spans": place.spans(found.start, found.end), "surface": text[found.start : found.end]}
                left_out.append(keys | where | {"reason": found.reason or "no value"})
    if not kept:
        return
    markers = calendar.markers(text)
    whose = wording.distributed(text, kept)
    together = wording.told_as_one(text, kept)
    states: dict[int, str] = {}
    told = wording.told_together(text, kept)
    previous = 0
    last_subject = ""
    for number, found in enumerate(kept):
        until = kept[number + 1].start if number + 1 < len(kept) else len(text)
        clause = wording.clause_start(text, found, previous)
        words = whose.get(number) or wording.counted(text, found, begins=clause, until=until)
        following = text[found.end : until]
        state = wording.status(
            text, found, clause=clause, following=following, planned=context.planned, now=calendar.now
        )
        before = states.get(together.get(number, -1), "")
        state = states[number] = before if before in ("growth", "threshold") else state
        nearer = wording.clause_between(text, previous, clause) or last_subject
        meaning, last_subject = _meaning(found, words, nearer, state)
        when = _year(found, previous, markers, calendar, context, state)
        bound = wording.comparator(text, found)
        value_base, unit_base = units.base(found.value, found.multiple, found.unit)
        unit = units.name(found.multiple, found.unit)
        yield keys | {
            "spans": place.spans(found.start, found.end),
            "surface": text[found.start : found.end],
            "value": float(found.value),
            "value_high": None if found.high is None else float(found.high),
            "unit": unit,
            "value_base": value_base,
            "unit_base": unit_base,
            "comparator": told.get(number, bound) if bound == "exact" else bound,
            "indicator": indicators.name(meaning, unit_base),
            "year": when.label,
            "year_basis": when.basis if when.label else "",
            "status": state,
            "kind": "rank" if found.rank else "quantity",
        }
        previous = found.end


_NO_SUBJECT = re.compile(
    r"^(?:(?:同比|年均|分别|较上年|比上年|环比|名义|实际|总量|均|又|再|增幅|增速|增长|下降|提高|提升|增加|减少|上升|前移|位次|全[国省市区县州]|苏[北中南]|中部|西部|东部|同类|城市|"
    r"排名|排|居|位居|列|位列|跃居|稳居|第|总|数量|规模|其|这|也|历史|连续|首次|比重|占比|占|全|的|个|省|市|地级市|由|从|增至|高于|低于|平均|水平|省内|国内|仅次于|目标|任务|完成率|完成|发放|投资|实现|培育|重点|投用|新增|净增|达|到|\d|年|月)*)$"
)


def _meaning(found: Candidate, words: str, last: str, state: str) -> tuple[str, str]:
    """What a number counts, and the subject that the numbers after it may refer to (…1597家,同比增长68%)."""
    bare = bool(_NO_SUBJECT.match(words))
    meaning = f"{last}{words}" if bare and last else words
    if bare:
        return meaning or words, last or ""
    if state == "growth" or found.rank:
        stripped = re.sub(
            r"(?:同比|较上年|比上年|年均|名义)?(?:增长|下降|提高|增幅|增速)?(?:全[省国市].*)?$", "", words
        )
        return meaning, stripped or last
    return meaning, words


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
