"""What a researcher decides about a study: the columns of its tables and the settings of `study.yml`."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PositiveInt

from policytext import presets


def _name(value: str) -> str:
    if not re.fullmatch(r"\w[\w.-]{0,99}", value):
        raise ValueError("an id is made of letters, digits, '-', '_' and '.', at most 100")
    if re.fullmatch(r"[\d.-]+", value):
        raise ValueError("an id that is a bare number or date is changed by Excel; put a word in it, like rugao-2023")
    return value


def _date(value: str) -> str:
    if value and not re.fullmatch(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?", value):
        raise ValueError("a date is written 2023, 2023-09 or 2023-09-26")
    return value


Id = Annotated[str, AfterValidator(_name)]

KINDS = {
    "body": ("正文", "body"),
    "heading": ("小标题", "heading"),
    "title": ("标题", "title"),
    "subtitle": ("副标题", "subtitle"),
    "headline": ("单元标题", "headline of a unit"),
    "speaker": ("发言人", "line that names the speaker"),
    "introduction": ("导语", "introduction"),
    "editor_note": ("编者按", "editor's note"),
    "salutation": ("称呼", "salutation"),
    "courtesy": ("礼节性语句", "words of courtesy"),
    "publication": ("发布信息", "source and date"),
    "dateline": ("电头", "dateline"),
    "byline": ("署名", "byline"),
    "signature": ("落款", "signature"),
    "insertion": ("转载插入", "inserted by a reposting site"),
    "boilerplate": ("网页残留", "page furniture"),
}
"""What a stretch of raw text is, with its Chinese and English name. Only the first two belong to a unit."""


class Report(BaseModel):
    """One row of `reports.csv`: one report, that is one file."""

    model_config = ConfigDict(extra="allow")
    report_id: Id
    file: str
    title: str = ""
    doc_type: str = ""
    published: Annotated[str, AfterValidator(_date)] = ""
    year: PositiveInt | None = None
    author: str = ""
    source: str = ""
    sha256: str = ""
    original: str = ""
    original_sha256: str = ""
    extractor: str = ""
    guessed: str = ""


class Unit(BaseModel):
    """One row of `units.csv`: the part of a report that speaks for one place or speaker."""

    model_config = ConfigDict(extra="allow")
    unit_id: Id
    report_id: str
    unit: str
    unit_en: str = ""
    place: str = ""
    place_en: str = ""
    city: str = ""
    city_en: str = ""
    prefecture: str = ""
    region: str = ""
    level: str = ""
    speaker: str = ""


class Span(BaseModel):
    """One row of `spans.csv`: a stretch of raw text, in reading order; `start` and `end` count code points."""

    model_config = ConfigDict(extra="allow")
    report_id: str
    unit_id: str = ""
    part: PositiveInt
    kind: Literal[tuple(KINDS)]  # type: ignore[valid-type]
    join: Literal["paragraph", "inline"] = "paragraph"
    start: Annotated[int, Field(ge=0)]
    end: PositiveInt
    begins: str = ""
    ends: str = ""


class Words(BaseModel):
    """The same words in Chinese and English."""

    model_config = ConfigDict(extra="forbid")
    zh: str = ""
    en: str = ""


class Pictures(BaseModel):
    """How figures are printed: the column of a journal they fill, and the dots per inch of their PNG."""

    model_config = ConfigDict(extra="forbid")
    preset: Annotated[str, AfterValidator(lambda name: presets.preset(name).name)] = Field(
        presets.DEFAULT, description=f"one of {', '.join(presets.PRESETS)}, or mm like 85x230"
    )
    dpi: int = Field(300, ge=20, le=1200, description="a whole number from 20 to 1200")


class Settings(BaseModel):
    """`study.yml`.

    labels: for a column of the tables, the Chinese and English words to print for a value of it.
    """

    model_config = ConfigDict(extra="forbid")
    title: Words = Words(zh="政策文本量化研究", en="A quantitative reading of policy reports")
    question: Words = Words()
    group_by: str = "city"
    languages: list[Literal["zh", "en"]] = ["zh", "en"]
    figures: Pictures = Pictures()
    labels: dict[str, dict[str, Words]] = {}
