"""The place that a sentence says a number is of, where that is another than the unit: a park of it, its nation, a metropolis."""

from __future__ import annotations

import re

from policytext.quantities.find import Candidate

_OUTSIDE = re.compile(
    r"(全国|全球|世界|全省|北京|天津|上海|重庆|河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|海南|四川|贵州|"
    r"云南|陕西|甘肃|青海|台湾|内蒙古|广西|西藏|宁夏|新疆|香港|澳门)(?:省|市|共有?|现有|的)?$"
)
"""157 of 全国157家 and 80% of 上海80%的高校 are no numbers of the one who speaks."""

_SUBJECT = re.compile(
    r"(?:^|[，,。；;：:、”])(?:目前|截至目前|其中|今年|去年|20\d\d年)?[，,]?"
    r"(?:(?P<park>[一-龥]{0,4}(?:高新技术产业开发区|经济技术开发区|高新区|经开区|开发区|科技城|科学城))"
    r"(?![、等级内域]|的?(?:建设|创建|科技局))|[一-龥]{0,4}(?P<whole>[全我][市区县镇]))"
)


def of(text: str, found: Candidate, *, own: str) -> str:
    """The words for another place that a number is of; empty where it is the unit's own, or where nothing is said.

    The last park that begins a clause before the number, unless 全市 or 我市 follows. own: the name of the unit; 高新区 is
    no other place in 高邮高新区.
    """
    outside = None if found.rank else _OUTSIDE.search(text[max(0, found.start - 8) : found.start])
    if outside:
        return outside[1]
    park = next((match["park"] for match in reversed([*_SUBJECT.finditer(text, 0, found.start)])), None) or ""
    return "" if _within(park, own) else park


def _within(words: str, name: str) -> bool:
    """Whether all characters of the words stand in the name in their order: 城南新区 in 城南经济新区."""
    rest = iter(name)
    return all(character in rest for character in words)
