"""One candidate per numeral with a unit, an order or a fraction in a sentence, and the reason where it is none."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from policytext.quantities import names, units
from policytext.quantities.numerals import ARABIC, CHINESE, arabic, chinese, neighbours, plain

_MULTIPLE = r"万亿|百万|千万|万(?!元户|达|科)|亿|个亿(?!元|级)"
_CANDIDATE = re.compile(
    rf"(?P<whole>{CHINESE}|\d{{1,9}})分之(?P<part>{ARABIC}|{CHINESE})"
    rf"|(?<![\d/])(?P<over>\d{{1,2}})/(?P<under>\d{{1,2}})(?![\d/])"
    rf"|翻(?:了)?(?P<doublings>[一两二三四\d])?番|(?P<double>翻(?:了)?(?:一)?倍|双倍增|双翻番)"
    rf"|(?P<half>一半|半数|(?<=[过超])半(?=[,，。;；]|数))|(?P<tenths>[一两二三四五六七八九\d](?:\.\d)?)(?:[多余])?成(?:多|(?=上下|[以左,，。;；、的)）]|$)|(?<=[近超约达占过逾].成)(?!立|为|果|功|长|本|员|效|熟|都|交|就|品))"
    rf"|(?P<order>第|前)\s?(?P<ordinal>\d{{1,9}}|[一二三四五六七八九十百]+)\s?(?P<place>位次|位(?![居列于])|名(?!列))?"
    rf"|(?P<first>首位)"
    rf"|(?P<great>[一两二三四五六七八九]?[十百千]{{0,2}}(?:万亿|万|亿))(?=[，,。；;、）)”]|大关|以上|$)"
    rf"|(?P<sign>(?<!\d)[-负]|零下)?(?P<number>{ARABIC})\s?(?P<power>[十百千](?!瓦|米|克|伏|赫|卡))?(?P<vague>多|余|来|几)?"
    rf"(?P<multiple>{_MULTIPLE})?(?P<vaguer>多|余)?\s?(?P<unit>{units.UNIT})?"
    rf"|(?P<indefinite>[数几]+|十几|几)?(?:(?P<han_low>[一二两三四五六七八九十百]{{1,5}})[到至—])?(?P<han>{CHINESE})(?P<han_vague>多|余|来|几)?(?P<han_multiple>{_MULTIPLE})?"
    rf"(?P<han_vaguer>多|余)?(?P<han_unit>{units.UNIT}|(?<=个亿))"
)
_ENDLESS = re.compile(
    r"\d{20,}|[零〇一二两三四五六七八九十百千万亿]{20,}|[\d零〇一二两三四五六七八九十百千万亿A-Za-z]{200,}"
)
_RANGE = re.compile(r"\s?(?:[-—–~～─]+|至|到)\s?")
_ENDS_IN_MULTIPLE = re.compile(r"(?:万亿|万|亿)$")
_BOUNDARY = re.compile(
    r"$|[\s，,。；;、：:！!？?）)”’\"】…]|的(?!一)|水平|行列|之列|和|与|及|且|以内|以后|后|上升|前移|跃升|提升|晋升|升[至到]|下降"
)
_SCOPE = re.compile(
    r"全国|全省|全市|全区|全县|全州|全自治区|全球|世界|省内|市内|国内|省属|同类|同级|同等|同行|同批|地级市|县级市|城市|区县|县区|县市|副省级|苏[南中北]|长三角|珠三角|"
    r"大湾区|华[东南中北]|西[部北南]|东[部北]|中[部西]|中心城市|[省市区县州盟]+(?:排|列|居|第)|位列|位居|排名|排位|位次|名列|跃居|跃升|跃至|升至|稳居|列|居|"
    r"(?:均|皆|都|并列|稳|保持|蝉联)[为居列]?|[均皆都]为[一-龥]{1,6}$|总量|增速|增幅|指数|评价|考核|得分|评比|榜|率$|额$|量$|数$"
)
_RANKED = re.compile(r"(?:排名|排位|排|位列|位居|名列|列|居|位次)[^，,。；;\d]{0,14}$")
_RISEN = re.compile(r"\d+位次?(?:的)?(?:上升|前移|跃升|提升|下降|升|跃|晋升|退)\w?[到至为]$")
_CHANGED = re.compile(
    r"(?:前移|上升|提升|跃升|前进|进位|晋升|晋位|上移|赶超|进|升|提前|提高|下降|后移|下滑|下跌|后退|退后|回落|跃进|前跃|提速|跃)(?:了|至?全\w{1,3})?$"
)
_PEOPLE = re.compile(r"人口|人才|人员|就业|参保|游客|学生|旅客|用户|粉丝")
_PERSONS = re.compile(r"\w{0,4}(?:大学生|人才|农民|群众|居民|学生|劳动力|人口|老人|老年人|青年|游客|职工|工人|脱贫)")
_MONEY = re.compile(
    r"产值|GDP|总值|收入|投资|总额|资金|贷款|存款|营收|税收|利润|成交|销售|预算|支出|经济总量|进出口|产业规模|融资|授信|市值|经费|资产|余额"
)
_FIRMS_ABOVE = re.compile(r"以上(?:的)?(?:企业|项目|产业|工程)")
_INDEX = re.compile(
    r"(?:指数|得分|分值)$|(?:指数|总数|系数|数量|得分|评分|密度|分值)[^，,。；\d]{0,8}(?:达到?|为|接近|突破|超过?|近|升至|增至|提高到|提升到|至|到|约|是)(?:了)?$"
)
_MEASURED_TIME = re.compile(
    r"天数|时限|时间|时长|周期|用时|耗时|寿命|年龄|压缩|缩短|压减|减少|降至|降到|减至|提前|延长|工期|平均|提速|机时|试验|运行|作业"
)
_CHANGING_TIME = re.compile(r"(?:减少?|降|缩短|压缩|压减|延长|提速|提前)[至到为]")
_HELD = re.compile(r"(?:举办|举行|开展|开设|组织|发布|刊发|编发|编印|推出|培训)\w*[^第\w]?\w*[^\d第]$")
_BARE_NEEDS = re.compile(
    r"(?:近|超|超过|突破|过|逾|上|达|达到|跨越|迈上|跨过|冲刺|迈过|破|(?<!签)约|共|逾越|不足|跃上|站上|迈入)(?:了)?$"
)
_ACHIEVED = re.compile(
    r"(?:新增|建成|获批|引进|获得|荣获|获|建设|落户|开工|竣工|投产|签约|新建|设立|创建|培育|拥有|建有|现有|共有|达成|取得|入选|认定|新设|成立|开通|举办|"
    r"承办|建立|其中|有|了|超|近|达|约|共|引育|新获|增加|减少|完成)$"
)
_ENUMERATED = frozenset("处个项类种条级次期批届步位支道面段层节门组队块片对双张本口头场方分点度员则席起村根伏克班单卷")
_BUILT = frozenset("个项支张条场")
_ABSTRACT = re.compile(
    r"(?:主要|重点|关键|重大|核心|基本)?(?:方面|层次|环节|领域|维度|体系|机制|阶段|步骤|方向|转变|确保|坚持|突破|统筹|意识|自信|责任|结合|统一|同步|关系|层面|群体|字)"
)


@dataclass(frozen=True)
class Candidate:
    """A numeral in the text of a sentence. value None: it names no one number. reason: why it is left out, or empty."""

    start: int
    end: int
    value: Decimal | None
    multiple: str = ""
    unit: str = ""
    high: Decimal | None = None
    vague: str = ""
    rank: str = ""
    reason: str = ""
    form: str = "plain"


def candidates(text: str) -> Iterator[Candidate]:
    """One candidate per numeral of a sentence, in order, ranges put together; those left out carry a reason."""
    written = plain(text)
    if not _CANDIDATE.search(written):
        return
    hidden = [(*match.span(), "more digits than a report counts") for match in _ENDLESS.finditer(written)]
    characters = list(written)
    for start, end, _ in hidden:
        characters[start:end] = "\0" * (end - start)
    hidden += names.find("".join(characters))
    for start, end, _ in hidden:
        characters[start:end] = "\0" * (end - start)
    shown = "".join(characters)
    found = [_judge(_candidate(match, shown), shown) for match in _CANDIDATE.finditer(shown)]
    for candidate in _joined(_shared(found, shown), shown):
        below = candidate.value is not None and candidate.value < 0 and units.is_classifier(candidate.unit)
        yield replace(candidate, reason="a count below zero") if below and not candidate.reason else candidate
    for start, end, reason in hidden:
        if any(character.isdigit() for character in written[start:end]):
            yield Candidate(start, end, None, reason=reason)


def _candidate(match: re.Match[str], text: str) -> Candidate:
    start, end = match.span()
    got = match.group
    if got("whole"):
        whole = arabic(got("whole")) if got("whole").isdigit() else chinese(got("whole"))
        part = chinese(got("part")) if got("part")[0] not in "0123456789" else arabic(got("part"))
        if not whole or part is None:
            return Candidate(start, end, None, reason="a fraction without a value", form="fraction")
        percent = (part * 100 / whole).quantize(Decimal("0.01")).normalize()
        return Candidate(start, end, percent + 0, unit="%", form="fraction")
    if got("over"):
        over, under = int(got("over")), int(got("under"))
        share = re.search(r"占[^，,。；;]{0,20}$|[近超约达过]$", text[max(0, start - 24) : start]) and 0 < over < under
        percent = (Decimal(100 * over) / under).quantize(Decimal("0.01")).normalize() + 0 if share else None
        return Candidate(start, end, percent, unit="%", form="fraction", reason="" if share else "a slash")
    if got("double"):
        return Candidate(start, end, Decimal(2), unit="倍", form="doubling")
    if match[0].startswith("翻"):
        times = got("doublings") or "一"
        count = int(times) if times.isdigit() else int(chinese(times) or 1)
        return Candidate(start, end, Decimal(2) ** count, unit="倍", form="doubling")
    if got("half"):
        before = text[max(0, start - 3) : start]
        stated = re.search(r"[占达近超过]|比重|比例|率", before)
        return Candidate(start, end, Decimal(50), unit="%", form="fraction", reason="" if stated else "no share")
    if got("tenths"):
        tenths = arabic(got("tenths")) if got("tenths")[0].isdigit() else chinese(got("tenths"))
        vague = "多" if re.search("[多余]", match[0]) else ""
        return Candidate(start, end, (tenths or Decimal(0)) * 10, unit="%", vague=vague, form="fraction")
    if got("order"):
        value = arabic(got("ordinal")) if got("ordinal").isdigit() else chinese(got("ordinal"))
        return Candidate(start, end, value, unit="位", rank=got("order"), form=got("place") or "bare")
    if got("first"):
        ranked = re.search(r"[居列排][^，,。；;]{0,12}$", text[:start])
        return Candidate(start, end, Decimal(1), unit="位", rank="第", form="位", reason="" if ranked else "no rank")
    if got("great"):
        numeral, multiple = re.sub(r"(?:万亿|万|亿)$", "", got("great")), _ENDS_IN_MULTIPLE.search(got("great"))
        value = chinese(numeral) if numeral else Decimal(1)
        return Candidate(start, end, value, multiple[0] if multiple else "", form="great")
    return _arabic(match) if got("number") else _chinese(match)


def _arabic(match: re.Match[str]) -> Candidate:
    start, end = match.span()
    got = match.group
    value = arabic(got("number"))
    if value is None:
        return Candidate(start, end, None, reason="more digits than a report counts")
    value *= {"十": 10, "百": 100, "千": 1000}.get(got("power") or "", 1)
    if got("sign"):
        value = -value
    end = match.start() + len(match[0].rstrip())
    vague = got("vague") or got("vaguer") or ""
    multiple, unit = _money(got("multiple"), got("unit"))
    return Candidate(start, end, value, multiple, unit, vague=vague)


def _money(multiple: str | None, unit: str | None) -> tuple[str, str]:
    """Multiple and unit: 个亿 is that many 亿 yuan."""
    return ("亿", unit or "元") if multiple == "个亿" else (multiple or "", unit or "")


def _chinese(match: re.Match[str]) -> Candidate:
    start, end = match.span()
    got = match.group
    numeral, (multiple, unit) = got("han"), _money(got("han_multiple"), got("han_unit"))
    vague = got("han_vague") or got("han_vaguer") or ""
    form = "chinese"
    if not multiple and (peeled := _ENDS_IN_MULTIPLE.search(numeral)):
        numeral, multiple = numeral[: peeled.start()], peeled[0]
    if got("indefinite"):
        return Candidate(start, end, None, multiple, unit, reason="no definite number")
    if not numeral or numeral in "十百千":
        form = "round"
    if pair := neighbours(numeral):
        return Candidate(start, end, pair[0], multiple, unit, high=pair[1], form="range")
    value = chinese(numeral) if numeral else Decimal(1)
    if low := chinese(got("han_low") or ""):
        rises = value is not None and low < value
        reason = "" if rises else "a range that does not rise"
        return Candidate(start, end, low, multiple, unit, high=value, form="range", reason=reason)
    reason = "" if value is not None else "neighbouring digits"
    return Candidate(start, end, value, multiple, unit, vague=vague, form=form, reason=reason)


def _judge(found: Candidate, text: str) -> Candidate:
    """The candidate with the reason, where there is one, why it is no quantity."""
    if found.reason or found.form in ("fraction", "doubling"):
        return found
    before, after = text[max(0, found.start - 24) : found.start], text[found.end : found.end + 16]
    if found.rank:
        return _ordinal(found, before, after)
    if found.unit in ("位", "名") and re.search(r"[后末倒]数?$", before):
        return replace(found, reason="a place in a series")
    if re.search(r"\d\s?[,.]?\s?$", before) and found.form == "plain":
        return replace(found, reason="digits set apart")
    if found.form in ("chinese", "round", "range"):
        found = replace(found, reason=_chinese_reason(found, before, after))
    elif found.form == "great":
        told = _without_unit(found, before, after)
        found = told if told.unit and _BARE_NEEDS.search(before) else replace(found, reason="a round word")
    elif not found.unit:
        found = _without_unit(found, before, after)
    if found.unit in units.DURATIONS and not found.reason and not found.multiple:
        measured = _MEASURED_TIME.search(re.split("[，,。；;]", before)[-1]) or _CHANGING_TIME.match(after)
        measured = measured and found.unit not in ("年", "周")
        found = found if measured and found.form == "plain" else replace(found, reason="duration")
    held = found.unit == "期" and found.form == "plain" and _HELD.search(re.split("[，,。；;]", before)[-1])
    if found.unit in ("期", "届", "批", "级") and not found.reason and not held:
        found = replace(found, reason="a place in a series")
    if found.unit == "度" and not found.multiple and not found.reason:
        found = replace(found, reason="degree")
    if before[-1:].isascii() and before[-1:].isalpha() and not found.reason:
        found = replace(found, reason="code")
    return _place(found, before, after) if not found.reason else found


def _ordinal(found: Candidate, before: str, after: str) -> Candidate:
    clause = re.split("[，,。；;：:！!]", before)[-1]
    if re.search(r"[比距](?:排名?|位列|居)?(?:全\w)?$", clause):
        return replace(found, reason="the rank of another")
    if found.rank == "前":
        inside = (found.form != "bare" or not re.match(r"[一二三四五六七八九十\d]", after)) and _BOUNDARY.match(after)
        if inside and _SCOPE.search(clause):
            return found
        return replace(found, reason="a place in a series")
    if found.value is not None and _BOUNDARY.match(after):
        if found.form != "bare" and not re.match(r"的\w", after):
            return found
        if _SCOPE.search(clause):
            return found
    if found.rank == "第" and re.match(r"位?[居列]", after):  # 以第七位居全国
        return found
    return replace(found, reason="a place in a series")


def _place(found: Candidate, before: str, after: str) -> Candidate:
    """46位 behind 排名 is a rank, 2位 behind 前移 a change of rank, 64位 before a noun are people."""
    if found.unit in ("位", "名", "位次", "个位次", "名次", "个名次", "席") and found.form in ("plain", "chinese"):
        if found.unit not in ("名", "席") and (_CHANGED.search(before) or found.unit not in ("位",)):
            return replace(found, rank="change")
        if found.unit == "位" and _RISEN.search(before):
            return replace(found, rank="第")
        if found.unit != "席" and _RANKED.search(before) and _BOUNDARY.match(after):
            return replace(found, rank="第", unit="位")
    return found


def _chinese_reason(found: Candidate, before: str, after: str) -> str:
    """Why a Chinese numeral with a unit counts nothing: 四项机制 enumerates, 千家 without 近 or 超 is a round word."""
    value = found.value
    if value is None:
        return found.reason
    small = not found.multiple and value < 10
    cue = bool(_BARE_NEEDS.search(before)) or bool(found.vague)
    achieved = _ACHIEVED.search(before)
    if not units.is_classifier(found.unit) and re.match(r"的?(?:以上)?(?:\d|企业|项目|产业|集群|园区)", after):
        cue = False  # 过亿元的3家 names a class
    if found.form == "round" and not cue and (found.multiple or value >= 10):
        return "a round word"
    if not found.multiple and (value == 0 or (value == 1 and found.unit != "倍")):
        return "a word"
    if found.unit in ("元", "分", "度", "方", "平方", "道", "面") and small:
        return "a word"
    if _ABSTRACT.match(after) and units.is_classifier(found.unit):
        return "an enumeration"
    if small and found.unit in _ENUMERATED and not (achieved and found.unit in _BUILT):
        return "an enumeration"
    if found.form != "round" and value % 10 == 0 and found.unit in "条项个次类" and not cue and not achieved:
        return "an enumeration"
    return ""


def _without_unit(found: Candidate, before: str, after: str) -> Candidate:
    """1.3万亿 of 产值 are 元, 1000万 of 人口 are 人; other bare numbers count nothing that is told."""
    clause = re.split("[，,。；;]", before)[-1]
    if found.multiple and (unknown := re.match(r"[一-龥](?=[，,。；;、）)]|$)", after)):
        return replace(found, end=found.end + 1, unit=unknown[0])
    if not found.multiple:
        stated = _INDEX.search(clause) and re.match(r"\s?(?:[，,。；;、）)]|以上|左右|以内|以下|点|$)", after)
        return found if stated and not re.search(r"[年月号第]$", clause) else replace(found, reason="no unit")
    if _PEOPLE.search(clause) or _PERSONS.match(after):
        return replace(found, unit="人")
    return replace(found, unit="元") if _MONEY.search(clause) or _FIRMS_ABOVE.match(after) else found


def _shared(found: list[Candidate], text: str) -> list[Candidate]:
    """分别达到10、437和1213家: a number before the last of a list takes the unit of the one after it."""
    for number in range(len(found) - 2, -1, -1):
        this, after = found[number], found[number + 1]
        alone = this.reason == "no unit" and not after.reason and after.form == "plain" and not after.rank
        alone = alone or (this.unit == "个" and after.unit == "个百分点")  # 5.6个和11.8个百分点
        if (
            alone
            and re.fullmatch(r"\s?[、和及与]\s?", text[this.end : after.start])
            and "分别" in text[max(0, this.start - 60) : this.start]
        ):
            found[number] = replace(this, unit=after.unit, multiple=after.multiple, reason="")
    return found


def _joined(found: list[Candidate], text: str) -> Iterator[Candidate]:
    """The candidates, with 5%—8% and 3至5家 as one whose `high` is the second value; 从3200万元到5200万元 stays two."""
    waiting: Candidate | None = None
    for this in found:
        if waiting is None:
            waiting = this
            continue
        between = text[waiting.end : this.start]
        joins = (
            (_RANGE.fullmatch(between) or (between == "" and this.value is not None and this.value < 0))
            and this.reason == ""
            and waiting.reason in ("", "no unit")
            and waiting.unit in ("", this.unit)
            and not waiting.rank
            and not re.search(r"[从由自]\w{0,2}$", text[max(0, waiting.start - 4) : waiting.start])
        )
        if joins and waiting.value is not None and this.value is not None:
            low, high = waiting.value, abs(this.value)
            if waiting.multiple or waiting.unit:  # 5000万元至1亿元, both in 亿; in 3到5亿元 both are
                low = low * units.MULTIPLES[waiting.multiple] / units.MULTIPLES[this.multiple]
            reason = "" if low < high else "a range that does not rise"
            waiting = replace(this, start=waiting.start, value=low, high=high, reason=reason)
            continue
        yield waiting
        waiting = this
    if waiting is not None:
        yield waiting
