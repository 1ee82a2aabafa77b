"""The study's indicators: wordings that mean the same, each with its names and its unit (`seeds/indicators.yml`)."""

from __future__ import annotations

import re
from functools import cached_property

from pydantic import BaseModel, ConfigDict, Field

from policytext.study import Home
from policytext.study.files import read_settings

_NEUTRAL = (
    "全国|全省|全市|全县|全区|我市|我省|我县|我区|本市|全年|年内|目前|现有|拥有|共有|累计|有效期内|总量|总数|数量|数|总额|额|"
    "实现|完成|达到?|达成|共|已|各类|的|规模|金额|在库|存量|当年|年度|预计|力争|确保"
)
_EDGES = re.compile(rf"^(?:{_NEUTRAL})+|(?:{_NEUTRAL})+$")


class Names(BaseModel):
    """One name in both languages."""

    model_config = ConfigDict(extra="forbid")
    zh: str
    en: str


class Indicator(BaseModel):
    """One indicator: what a quantity counts, under one name however the reports word it.

    wordings: what stands for it in the texts. unit: the units, without 万 and 亿, in which it is counted.
    """

    model_config = ConfigDict(extra="forbid")
    id: str
    name: Names
    wordings: list[str] = Field(min_length=1)
    unit: list[str] = Field(min_length=1)


class Indicators(BaseModel):
    """All indicators of a study. A wording that none of them has keeps the words of the text."""

    model_config = ConfigDict(extra="forbid")
    indicators: list[Indicator]

    @cached_property
    def _by_wording(self) -> dict[str, list[Indicator]]:
        found: dict[str, list[Indicator]] = {}
        for indicator in self.indicators:
            for wording in {indicator.name.zh, *indicator.wordings}:
                found.setdefault(_core(wording), []).append(indicator)
        return found

    def name(self, words: str, unit: str) -> str:
        """The Chinese name of the indicator that the words stand for, else the words themselves.

        The words must be a wording and no more, but for what changes nothing (全市, 累计, 数): 高企 means
        高新技术企业, 新增高企 and 高企通过率 do not.
        """
        for key in dict.fromkeys((words, _core(words))):
            for indicator in self._by_wording.get(key, ()):
                if unit in indicator.unit:
                    return indicator.name.zh
        return words

    def label(self, name: str, language: str) -> str:
        """What a figure prints for a name of the column `indicator`: its English name, or the words of the text."""
        for indicator in self.indicators:
            if indicator.name.zh == name:
                return str(getattr(indicator.name, language))
        return name


def _core(words: str) -> str:
    words = words.replace("“", "").replace("”", "")
    before = ""
    while words != before:
        before, words = words, _EDGES.sub("", words) or words
    return words


def load(home: Home) -> Indicators:
    """The indicators of a home; one without a list of its own uses the project's. Raises PolicytextError (exit 3)."""
    return read_settings(home.seed("indicators.yml"), Indicators, file="seeds/indicators.yml")
