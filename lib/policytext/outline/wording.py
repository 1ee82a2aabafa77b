"""What a heading without a mark looks like: short, parallel to the next one, and elaborated by what follows it."""

from __future__ import annotations

import re
from collections.abc import Sequence

SHORT = 40
"""A sentence of at most so many characters can be a heading as a whole; of a longer one its first clause is."""

_BREAK = re.compile(r"(?<!\d)[,，](?!\d)|[，:：;；。！？!?\s　]|——")
_OPEN, _CLOSE = "（(《“‘「『〈【[", "）)》”’」』〉】]"
_SPEECH = re.compile(r"^[^,，:：“]{2,12}?(?:说|表示|介绍|指出|强调|认为)[,，:：]")
_SUBJECT = re.compile(r"^[^,，]{0,8}?(?<!即)将(?![军来])")
_NO_HEADING = re.compile(r"\d|^[“‘「『\"据]|是|了(?!解)|已|曾|其中|同时|此外")

_VERBS = (
    "加快加强强化推进推动提升提高优化完善构建建设打造培育实施深化拓展健全建立创新发展壮大夯实突出聚焦坚持落实做优做强做大"
    "布局集聚营造激发促进支持扩大开展引进集中统筹规范严格巩固改革搭建增强激活畅通锻造抢占厚植保障服务抓好抓实"
)
_ADVERBS = "全力全面大力着力聚力奋力合力深入持续积极扎实切实有效有序加速稳步不断坚决率先主动协同精准"
_STARTS = {word[i : i + 2] for word in (_VERBS, _ADVERBS) for i in range(0, len(word), 2)}
_NOUNS = (
    "建设发展体系机制制度计划工程行动任务力量架构格局载体平台园区攻关招商引资力度氛围环境生态改革创新合作服务水平能力"
    "布局保障管理转化培育升级转型队伍人才企业产业集群动能活力效能质量基础结构政策措施品牌"
)
_ENDS = {_NOUNS[i : i + 2] for i in range(0, len(_NOUNS), 2)}
_OPENERS = re.compile(
    r"目前|当前|近年来|近日|今年|去年|明年|截至|(?:19|20)\d\d年|每年"
    r"|[以在按把将由为对从与](?!及|外|上|下|内)|围绕|通过|针对|根据|依托|结合|聚焦|瞄准|立足|借助|紧扣|紧盯|鼓励|引导"
    r"|先后|积极|充分|不断|持续|大力|全面|深入|率先|进一步|坚持|坚定|主动|切实|着力|加快|逐步|成功|累计|始终|统筹"
    r"|制定|出台|印发|研究|实施|组建|成立|设立|建立|建成|推动|推进|开展|打造|构建|完善|优化|落实|组织|探索|树牢|树立|健全"
)


def clauses(text: str) -> list[tuple[int, int]]:
    """One (start, end) per clause of a text: it ends at a stop that no bracket or quotation holds, if there is such."""
    for hold in (True, False):
        cuts, depth = [], 0
        stops = {match.start(): match.end() for match in _BREAK.finditer(text)}
        for position, character in enumerate(text):
            depth = max(0, depth + (character in _OPEN) - (character in _CLOSE))
            if position in stops and not (hold and depth):
                cuts.append((position, stops[position]))
        if cuts or not depth:
            break
    starts = [0, *(end for _, end in cuts)]
    ends = [*(start for start, _ in cuts), len(text)]
    return [(start, end) for start, end in zip(starts, ends, strict=True) if text[start:end].strip()]


def shape(text: str) -> tuple[int, ...]:
    """How many characters each clause of a text has, without quotation marks: what parallel headings share."""
    return tuple(len(re.sub(r"\W", "", text[start:end])) for start, end in clauses(text))


def parallel(one: Sequence[int], other: Sequence[int]) -> bool:
    """Whether two shapes have as many clauses, none of them longer or shorter by more than one character."""
    return len(one) == len(other) and all(abs(a - b) <= 1 for a, b in zip(one, other, strict=True))


def topic(sentence: str, *, longest: int) -> tuple[int, int] | None:
    """Where in a sentence the heading stands that it may be: behind who says it and behind `… 将`; None where it is none."""
    start = 0
    for prefix in (_SPEECH, _SUBJECT):
        if match := prefix.match(sentence[start:]):
            start += match.end()
    text = sentence[start:].rstrip("。:：")
    lengths = shape(text)
    if not lengths or len(lengths) > 3 or min(lengths) < 4 or sum(lengths) > longest or sentence[-1] in "；;！!？?…":
        return None
    return None if _NO_HEADING.search(text) else (start, start + len(text))


def frame(sentence: str) -> tuple[int, int] | None:
    """Where the first clause of a longer sentence stands, if it may be one of a row that all begin alike."""
    first = clauses(sentence)
    if len(first) < 2 or not 5 <= shape(sentence)[0] <= 16 or re.search(r"\d", sentence[slice(*first[0])]):
        return None
    return first[0]


def lost(sentence: str) -> tuple[int, int] | None:
    """Where a heading stands that has lost the stop behind it: 推进园区建设实施…; None where there is none.

    It begins with a verb or an adverb, ends with what headings end with, and is followed by a word that opens
    a clause.
    """
    first = sentence[: clauses(sentence)[0][1]] if clauses(sentence) else ""
    for match in _OPENERS.finditer(first, 8):
        heading = first[: match.start()]
        if len(heading) > 16:
            return None
        if heading[-2:] in _ENDS and (heading[:2] in _STARTS or re.match(r"高\w", heading)):
            return 0, match.start()
    return None
