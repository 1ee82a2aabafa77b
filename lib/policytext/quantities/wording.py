"""What each number counts, in the words of its sentence, and how sure and how far along it is."""

from __future__ import annotations

import re

from policytext.quantities.find import Candidate
from policytext.quantities.units import DURATIONS, is_classifier

_LOWER = re.compile(
    r"(?:超|超过|突破|逾|超出|高于|不低于|不少于|至少|多于|大于|不小于|不止|冲破|破|已过|(?<!以)(?<!之)上|[≥>＞]|跨越|首破|(?<!通)(?<!经)(?<!不)过|跨上|迈上|站上|迈过|跃上|跨过|迈入|最低)(?:了)?$"
)
_UPPER = re.compile(
    r"(?:近|接近|将近|逼近|不到|不足|低于|少于|小于|不超过|不高于|不多于|不大于|至多|最多|最高[^，,。；]{0,4}|控制在|[≤<＜]|未到|未超过|以下|上限)(?:了)?$"
)
_APPROX = re.compile(r"(?:(?<![签合条公契])约|大约|约为|大概|大致|预计约|左右)$")
_APART = re.compile(
    r"(不足|不到|超过?|近|(?<![签合条公契])约)[^，,。；\d]{0,14}的$|((?<![签合条公契])约|近)占[^，,。；\d]{0,10}$"
)
_AFTER = {
    "lower": re.compile(r"\s?(?:多|余)?(?:及|或)?(?:以上|之上|\+)"),
    "upper": re.compile(r"\s?(?:及|或)?(?:以内|以下|之内|之下)"),
    "approx": re.compile(r"\s?(?:左右|上下|前后)"),
}
_TAIL = re.compile(
    r"(?:已经?|(?<!平)均|分别|累计|总计|共计|合计|大?约为?|超过?|突破|不?达到?|为|是|(?<!拥)有|至|到|仅|各(?!类)|只|将|可|完成|实现|了|就|力争|确保|"
    r"不?[高低少多]于|至少|最[多高低]|的|[:：\s“（(]|左右|接近|逼近|不足|控制在|(?:增加?|提高?|提升|稳定|保持|下?降|上?升|增长|扩大|减少?|缩短|压缩|翻番)[至到在]|近|逾|"
    r"同比|较上年|比上年|占|排名|位列|位居|居|列|排|跃居|共|[由从](?:\d{4}年[底末]?)?|要)+$"
)
_EDGE = " 、和及与（(“”\"'的"
_HEAD = re.compile(
    r"^(?:以上|以内|左右|其中|目前|全年|今年|去年|上半年|下半年|前三季度|年内|同时|此外|另有|另外|全市|全省|全县|全区|我市|我省|我县|我区|全州|本市|先后|累计|共(?![建享同性])|已|还|并|现(?!场)|新的一年|"
    r"力争|确保|努力|争取|预计|计划|将|要|使|使得|推动|到\d{4}年底?|截至\d{4}年?\d*月?底?|\d{4}年(?:度|底|末)?|[一二三四五六七八九十]是|实现了?|拥有(?!量)|共有|现有|建有(?!率)|达到|有(?!效|机|色|限|关|望)|"
    r"[\s、，,（(）)“”]|年均|到年底|截至目前|截至年底|年底)+"
)
_GROWTH = re.compile(
    r"增长|增产|减产|增幅|增速|增加|提高|提升|下降|降低|减少|回落|上升|上涨|下跌|涨幅|降幅|跌|翻|倍增|同比|环比|递增|缩减|压减|高出|高于全|快于|收窄|扩大|升|降|是\D{1,14}的$"
)
_RATE = re.compile(r"率|占比|比重|比例|占|覆盖|份额|完成|达标|满意度|贡献")
_WILL = (
    r"(?<=[一-龥])将(?!军|近|领|士|其|原|此|把|来)(?![^，,。；;]{1,24}(?:纳入|作为|列为|列入|从|转化为|分解|放在|摆在|增至|提高到))"
    r"|将(?=组织(?!架构|领导)|启动|打造|新增|全面|继续|进一步|持续|重点|全力|不断|着力|力争|大力|加快|更加|深入|努力|围绕|聚焦|投入|完成|达|开展|建成|举办|有|会)"
)
_PLAN = (
    rf"(?:今年|全年)计划|力争|确保|(?<!累计)(?<!已)争取(?!\w{{0,6}}(?:资金|经费|专项|项目|支持))|预期|(?:预计|有望)(?=[^，,；;。]*$)|年内|[一二两三\d]年内|{_WILL}|明年|下一步|今后|下阶段|未来[一二三两四五\d几]|到20\d\d年(?!\w{{0,12}}(?:已|了))|新的?一年|"
    r"(?<!人才)(?<!攻关)(?<!火炬)(?<!双创)计划(?=投资|总投资|完成|新|引|实施|用|安排|建设|到|于|开工|招|培育|建成|年|在)"
)
_FUTURE = re.compile(
    rf"{_PLAN}|目标(?:是|为|[:：]|任务[:：])|拟(?=新|引|建|投|用|于|实施)|努力(?=实现|使|让|完成|达|建|把)|规划(?=建|投|总|面|用|新)|"
    r"(?<![主重需首必纲概摘只想还紧])要(?=[^求素点闻道件务害领])|再(?=新增|引|培育|建|创|增)"
)
_LASTING_FUTURE = re.compile(_PLAN)
_PAST = re.compile(
    r"已经?(?!有基础)|了(?!解)|目前|累计|截至|去年|过去|近年来|先后|获评|荣获|获批|入选|年来|成功|现有|共有|拥有(?!量)|提前|以来|上年|成为|完成率|稳居|位居|跃居|历史新高|取得"
)
_LASTING_PAST = re.compile(r"已(?:经)?|目前|累计|截至|去年|过去|近年来|年来|历史新高|上年")
_STOCK = re.compile(
    r"拥有|共有|现有|建有|累计|目前|总数|总量|存量|集聚|有效期|已有|达到|总计|合计|保有|截至|建成投用|在孵|常住|期末|余额"
)
_GRANTED = re.compile(r"最高|上限|不超过|(?:按照?|给予|补贴|补助|资助|奖励)[^，,。；达]{0,12}$")
_INCREASED = re.compile(r"(?:较|比|同比)[^，,。；]{0,14}(?:净?增加?|减少|增长|多|少|下降|提高|缩短)(?:了)?$")
_AIMED = re.compile(
    r"(?:聚焦|围绕|紧盯|瞄准|盯准)(?:(?!组织|开展|实施|举办|引进|招引|征集|凝练|发布|建成|新增|签约|组建|攻克|突破)[^，,。；])*$"
)
_OF_A_CLASS = re.compile(r"的(?:\s?\d|[一-龥]{0,10}(?:企业|单位|机构))")
"""Things of a kind, of which there may be many: 投资超10亿元的3个."""
_HEAD_NOUN = re.compile(r"(?:的)?[一-龥A-Za-z“]")
_LEVEL = r"(?:国家级?|省级?|市级?|区级?|县级?|世界级|部级|厅级|国际级?|省部级|地市级)"
_MOVES = re.compile(r"[增减升降扩净]|的\w{0,4}目标|提高|提升|上升|下降|达|占")
_STOPS = re.compile(r"[，,。；;：:！!？?…\n]|(?<!\d)、")
_HARD_STOPS = re.compile(r"[，,。；;：:！!？?…\n]")
_NAMED = re.compile(r"[一-龥]{0,8}(?:项目|工程|生产线|装置|基地)")
_BOUND = re.compile(r"^(?:及|或)?(?:以上|以下|以内|左右)")
_NOUN_ENDS = re.compile(
    r"正式|实现|建立|在[^，]{2,8}(?:建立|设立|落户)|获评|入选(?=$)|等(?![级离])|进行|通过评价|的?意见建议|收到|均[为是]|作为|基础上|"
    r"综合评价|中(?=排|位列|位居|居)"
)
_UNTIL = re.compile(r"到(20\d\d)年")
REACH = 300
"""How many characters before a number its sentence is heeded: longer ones are tables that lost their lines."""


def comparator(text: str, found: Candidate) -> str:
    """exact, lower (超, 以上, 多), upper (近, 不到, 以内) or approx (约, 左右)."""
    before, after = text[max(0, found.start - 10) : found.start], text[found.end : found.end + 6]
    if found.form == "fraction" or found.unit == "%":
        before = _APART.sub(r"\1\2", text[max(0, found.start - 18) : found.start])
    if found.rank == "前":
        return "upper"
    if _UPPER.search(before) and not re.search(r"不(?:低|少)于$", before):
        return "upper"
    for name, pattern in _AFTER.items():
        if pattern.match(after):
            return name
    if found.vague in ("多", "余", "几") or _LOWER.search(before):
        return "lower"
    if _APPROX.search(before) or found.vague == "来" or found.form == "range":
        return "approx"
    return "exact"


def status(text: str, found: Candidate, *, clause: int, following: str, planned: bool, now: int | None) -> str:
    """achieved, cumulative, target, growth, rank, threshold or other.

    clause: where the clause of the number begins. following: the text up to the next number.
    planned: whether the sentences before speak of what is to come. now: the year of the report.
    """
    before = text[clause : found.start]
    told = text[max(0, found.start - REACH) : found.start]
    future = is_planned(told, planned=planned, now=now)
    if found.rank and found.rank != "change":
        return "target" if future and _FUTURE.search(told) else "rank"
    if _is_threshold(found, before, text[found.end : found.end + 12]):
        return "threshold"
    if _AIMED.search(told) and is_classifier(found.unit):
        return "other"
    if found.unit in DURATIONS or (found.unit == "倍" and re.search(r"[是为][^，,。；]{1,20}的$", before)):
        return "other"
    if re.match(r"[^，,。；;\d]{0,20}中(?:综合)?(?:排|位列|位居|名列|列|居)", following) or _is_size(found, following):
        return "other"
    if future and re.search(r"(?:^|[一-龥])(?<![针面应相反])对$", before) and is_classifier(found.unit):
        return "cumulative"  # 将对47家企业实现分包服务: the firms are there
    future = future or bool(re.match(r"的\w{0,4}目标", following))
    if future or (_is_hedged(found, told, before, following) and not _PAST.search(told)):
        return "target"
    if found.rank == "change" or _grows(found, text, before):
        return "growth"
    return "cumulative" if _STOCK.search(before) else "achieved"


def _is_hedged(found: Candidate, told: str, before: str, following: str) -> bool:
    """Whether a bound makes the number sound like an aim (建成4个以上), not like a share, a change or what is kept up."""
    if not (re.match(r"\s?(?:以上|左右)", following) or re.search(r"不[少低]于$", before)):
        return False
    if re.search(r"占|份额|[由从]|年均|增|(?:稳定|保持|维持)在$", before):
        return False
    if re.search(r"[由从][^由从]*\d", re.split("[，,。；;]", told)[-1]):  # 由54%提高到70%以上
        return False
    return not (found.unit == "%" and re.match(r"以上的?[一-龥]", following))  # 60%以上的合同由高校院所输出


def is_planned(text: str, *, planned: bool, now: int | None = None, lasting: bool = False) -> bool:
    """Whether the last word that tells plan from record tells a plan; `planned` where none stands in the text.

    now: the year of the report, from which on 到2025年 is to come. lasting: heed only the words that hold for the
    sentences after them too.
    """
    text = _UNTIL.sub(
        lambda match: match[0] if now and int(match[1]) >= now else "", re.sub("《[^《》]{0,120}》", "", text)
    )
    future, past = (_LASTING_FUTURE, _LASTING_PAST) if lasting else (_FUTURE, _PAST)
    last_future = max((match.start() for match in future.finditer(text)), default=-1)
    last_past = max((match.start() for match in past.finditer(text)), default=-1)
    return planned if last_future == last_past else last_future > last_past


def _is_size(found: Candidate, following: str) -> bool:
    """Whether the number is the size by which something is called: 推进5万吨碳纤维项目落地."""
    measured = not is_classifier(found.unit) and found.unit and not re.search(r"元|%|‰|倍|点", found.unit)
    return bool(measured and _NAMED.match(following))


def _is_threshold(found: Candidate, before: str, following: str) -> bool:
    if is_classifier(found.unit) or found.unit in ("百分点", "倍"):
        return False
    if _GRANTED.search(before) and not re.search(r"已|了|共|累计|发放|兑现|兑付|获", before):
        return True
    if found.unit == "%":
        return False
    if re.match(r"(?:及|或)?(?:以上|以下|以内)(?:的)?[一-龥\d]", following):
        return True
    if not found.unit.endswith("元"):
        return False
    bounded = re.search(r"(?:超过?|突破|高于|大于)$", before) and _OF_A_CLASS.match(following)
    return bool(bounded or re.match(r"(?:级)?(?:的)?(?:重大|产业|工业)?(?:项目|企业)", following))


def _grows(found: Candidate, text: str, before: str) -> bool:
    if found.form == "doubling" or found.unit in ("倍", "百分点", "个百分点", "个点"):
        return True
    if found.unit not in ("%", "‰"):
        return bool(_INCREASED.search(before))
    near = before[-12:]
    last_growth = max((match.start() for match in _GROWTH.finditer(near)), default=-1)
    last_to = max((match.end() for match in re.finditer(r"[增提下上降升]\w{0,2}[到至为]|达到?", near)), default=-1)
    rate = _RATE.search(near[last_growth + 1 :])
    stated = re.search(
        r"(?:增速|增幅|涨幅|降幅|增长率|增长|提高|提升|下降|降低)(?:了|分别|预计|平均|均|约|为|达到?|突破|超过?|近|至少|高达)*$",
        near,
    )
    return bool(stated) or (last_growth >= 0 and last_to <= last_growth and not rate)


def clause_start(text: str, found: Candidate, previous: int) -> int:
    """Where the clause of a number begins: after the last stop before it, or after the number before it.

    A 、 is no stop between levels (国家、省级项目10项) and in a list that is counted together (A、B与C40个).
    """
    begins = max((match.end() for match in _HARD_STOPS.finditer(text, previous, found.start)), default=previous)
    start = text.rfind("、", begins, found.start) + 1
    while start > begins + 1:
        before, item = text[begins : start - 1], text[start : found.start]
        levels = re.search(rf"{_LEVEL}$", before) and re.match(_LEVEL, item)
        if not levels and ("等" in item or not re.search("[与和及]", item)):
            break
        start = text.rfind("、", begins, start - 1) + 1
    return max(start, begins)


def clause_between(text: str, previous: int, begins: int) -> str:
    """The subject of the last whole clause between two numbers; empty where there is none."""
    clauses = [clause for clause in _STOPS.split(text[previous:begins]) if len(clause.strip()) > 5]
    return subject(clauses[-1]) if clauses else ""


def counted(text: str, found: Candidate, *, begins: int, until: int) -> str:
    """The words for what a number counts, of its own clause; empty where the clause has none.

    begins: where the clause or the previous number leaves off. until: where the next number begins.
    """
    before = subject(text[begins : found.start])
    if after := noun_after(text, found, until):
        verb = re.search(r"(?:新增|新建|新签|引进|认定|净增|入库|引育|招引|签约|获批)[^，,]{0,4}$", before)
        hollow = before.endswith("等") and len(before) < 30 and after in ("活动", "文件", "政策")
        return before + after if hollow else f"{verb[0] if verb else ''}{after}"
    following = _BOUND.sub("", text[found.end : until])
    if is_classifier(found.unit) or found.rank:
        return before
    if re.match(r"的|规模的?[一-龥]", following):
        phrase = _noun_phrase(re.sub(r"^(?:规模)?的?", "", following), alone=until == len(text))
        size = re.fullmatch(r"(?:设立|成立|组建|建成|建设)?(总?(?:规模|面积|投资|金额))", before)
        phrase = re.sub(r"[与和及][一-龥]{2,3}$", "", phrase) if until < len(text) else phrase
        return phrase + size[1] if size else before + phrase if len(before) < 8 else before
    share = found.unit == "%" and 1 < len(before) < 5 and not re.search(rf"{_GROWTH.pattern}|{_RATE.pattern}", before)
    if (share or re.search(r"(?:新增|给予|获得|投入)$", before)) and _HEAD_NOUN.match(following):
        return before + _noun_phrase(following)
    return before


def noun_after(text: str, found: Candidate, until: int) -> str:
    """The noun behind a number with a classifier: 企业 of 300多家企业与140多家高校; empty where there is none."""
    following = _BOUND.sub("", text[found.end : until])
    told = is_classifier(found.unit) and not found.rank
    noun = _noun_phrase(following) if told and _HEAD_NOUN.match(following) and not _MOVES.match(following) else ""
    return "" if re.fullmatch("的|全国|全省", noun) else noun


def subject(before: str) -> str:
    """The words before a number without what leads in (目前全市共有) and what leads over to it (达到, 超过)."""
    before = re.split(r"[，,。；;：:！!？?…]", before)[-1]
    before = _HEAD.sub("", _TAIL.sub("", before))
    before = re.sub(r"^(?:在(?![孵校建册岗营])|对(?![接外口标])|把|将|从(?![业事]))", "", before.strip(_EDGE))
    return whole(before[-40:])


def with_verb(words: str, verb: str) -> tuple[str, str]:
    """The words with the verb that a list shares (新增高企12家、科技型企业12家), and the verb for the number after it."""
    told = re.match(r"(?:新增|净增|获评|入选|立项|申报|引进)(?![数率额量])", words)
    if told or not verb or re.search(r"备案|入库|入选|认定|新|获|申报|引|等奖", words):
        return words, told[0] if told else verb
    return verb + words, verb


def whole(words: str) -> str:
    """Words with the quotation marks and brackets that they were cut in two of."""
    if words.count("“") != words.count("”"):
        words = f"{words}”" if words.count("“") > words.count("”") else f"“{words}"
    return words.rpartition("(")[0] if words.count("(") > words.count(")") else words


def _noun_phrase(following: str, *, alone: bool = False) -> str:
    """The noun that words begin with. alone: no other number follows, so that 、 may stand within it."""
    following = re.split(
        r"[，,。；;：:！!？?…\n)）]" if alone else r"[，,。；;：:！!？?…、\n)）]", following.lstrip("的 ")
    )[0]
    cut = _NOUN_ENDS.search(following, 2)
    phrase = following[: cut.start()] if cut else following
    return whole(re.sub(r"(?:[和及的近超约]|(?<!参)与|、)+$", "", phrase.strip("\"' "))[:24])


def distributed(text: str, found: list[Candidate]) -> dict[int, str]:
    """For numbers given to a list in turn (国家级、省级和市级企业研发机构分别达到10家、437家和1213家): whose each is.

    The result maps the position of a number in `found` to its item of the list.
    """
    whose: dict[int, str] = {}
    for first, last in _runs(text, found):
        count = last - first + 1
        before = text[found[first - 1].end if first else 0 : found[first].start]
        before = re.split(r"[，,。；;：:！!？?]", before)[-1]
        stem = re.sub("^各类", "", _HEAD.sub("", _TAIL.sub("", before)))
        items = [item for item in re.split(r"[、]|和|及|与", stem) if item]
        if len(items) < count or (count < 2):
            continue
        items = items[-count:]
        if "分别" not in before and not all(re.match(_LEVEL, item) for item in items):
            continue
        head = re.sub(rf"^.*?{_LEVEL}", "", items[-1])
        tails = [f"{item}{head}" if re.search(rf"{_LEVEL}$", item) else item for item in items]
        whose |= dict(zip(range(first, last + 1), tails, strict=True))
    return whose


def told_together(text: str, found: list[Candidate]) -> dict[int, str]:
    """The comparator of numbers that are told together: 分别超过1000家和4500家 is lower for both."""
    told: dict[int, str] = {}
    for first, last in _runs(text, found):
        before = text[max(0, found[first].start - 8) : found[first].start]
        if re.search(r"分别\w{1,4}$", before) and (first_told := comparator(text, found[first])) != "exact":
            told |= dict.fromkeys(range(first + 1, last + 1), first_told)
    return told


def told_as_one(text: str, found: list[Candidate]) -> dict[int, int]:
    """For numbers told together in the same unit (分别增长8.1%和8.8%): the first of them, by position in `found`."""
    return {
        number: first
        for first, last in _runs(text, found)
        for number in range(first + 1, last + 1)
        if found[number].unit == found[first].unit and found[number].multiple == found[first].multiple
    }


def _runs(text: str, found: list[Candidate]) -> list[tuple[int, int]]:
    """First and last positions of numbers that stand side by side, joined by 、 or 和."""
    runs, first = [], 0
    for number in range(1, len(found) + 1):
        if number < len(found) and re.fullmatch(
            r"(?:以上|左右)?\s?(?:、|和|及|与)\s?(?:超|超过|近|约)?", text[found[number - 1].end : found[number].start]
        ):
            continue
        if number - first > 1:
            runs.append((first, number - 1))
        first = number
    return runs
