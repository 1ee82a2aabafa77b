"""One stretch per numeral that counts nothing: dates, titles, lists, programmes, names, each with the reason."""

from __future__ import annotations

import re
from collections.abc import Iterator

from policytext.quantities.units import UNIT

_YEAR = r"(?:19|20)\d\d"
_TO = r"\s?(?:[-—–~～至到]+|──)\s?"
_SMALL = "一二三四五六七八九十"
_POLICY = (
    "科技|科创|人才|创新|创业|产业|工业|制造业?|金融|惠企|助企|稳企|纾困|企业|营商环境|营商|民营经济|民营|民企|经济|消费|稳增长|外贸|外资|文旅|旅游|楼市|"
    "房地产|服务业|开放|改革|用地|土地|农业|乡村振兴|高企|招商|物流|教育|医改|就业|环保|数字经济|新材料|人工智能|上市|质量|转化|新|八项规定|负面清单"
)

_NO_QUANTITY = {
    "title": r"《[^》]{0,80}》|〈[^〉]{0,60}〉",
    "masked digits": rf"{_YEAR[:-4]}\d?[*＊xX×]{{1,2}}\d?年?|\d+[*＊]+\d*",
    "ratio": r"\d+(?:\.\d+)?(?:[:]\d+(?:\.\d+)?)+",
    "version": r"\d+(?:\.\d+){2,}",
    "date": (
        rf"(?<!\d){_YEAR}(?:{_TO}(?:{_YEAR}|\d\d(?=年)))?\s?(?:年度?|学年)(?:\s?\d{{1,2}}(?:{_TO}\d{{1,2}})?\s?月(?:份)?(?:\s?\d{{1,2}}(?:{_TO}\d{{1,2}})?\s?[日号])?)?"
        rf"|(?<!\d){_YEAR}[-/.]\d{{1,2}}(?:[-/.]\d{{1,2}})?(?!\d|\s?(?:{UNIT}))"
        rf"|(?<!\d){_YEAR}{_TO}{_YEAR}(?!\d|[万亿]?(?:{UNIT}))"
        rf"|(?<![\d.])\d{{1,2}}(?:(?:{_TO}|[、和])\d{{1,2}})?\s?月(?:份)?(?:\s?\d{{1,2}}(?:{_TO}\d{{1,2}})?\s?[日号])?"
        rf"|(?<![\d.])\d{{1,2}}(?:{_TO}\d{{1,2}})?[日号](?!均|产|处理|供|线|楼)"
        rf"|[一二三四五六七八九零〇○0]{{4}}年|[{_SMALL}]{{1,3}}月(?:份)?(?:[{_SMALL}]{{1,3}}日)?"
        r"|\d{1,2}[时点]\d{1,2}分|\d0后|\d0年代|\d{1,2}世纪|[前第]?[一二三四1-4]季度|[前后][一二三四五六七八九十\d]+个月"
    ),
    "plan": r"十[一二三四五六]五|[七八九]五(?=期间|计划)",
    "meeting": rf"[{_SMALL}\d]+届(?:[{_SMALL}\d]+(?:次|中)(?:全体|全会|会议|人代会|政协)?)?|[{_SMALL}]{{1,3}}大精神|十[八九]大|二十大",
    "scheme": r"(?<![\dA-Za-z一二三四五六七八九十百千万])[\dA-Za-z一二三四五六七八九十百千万]+(?:\s?[+＋]\s?[\dA-Za-z一二三四五六七八九十百千万][\dA-Za-z]*)+(?![一-龥]*\d*%)",
    "list": r"(?:\d+|[一二三四五六七八九十百千两]+)\s?强(?!化|大|调|度|力|势|制|劲|产|省|市|国)|[A-Za-z\d一二三四五六七八九]+星级?(?=级|酒店|饭店|宾馆|农|旅|民宿)",
    "code": (
        r"(?<![A-Za-z])[A-Za-z]+[-—.]?\d+(?:\.\d+)?[A-Za-z]*|\d{5}(?=热线|平台)"
        r"|(?<![\d.])\d+(?:\.\d+)?(?!(?:km|kW|kV|MW|GW|GWh|MWh|kWh|TEU|P|PFLOPS|EFLOPS|m²|m2)(?![A-Za-z]))[A-Za-z]+\d*"
    ),
    "institute": r"(?<=[(（])\d{2,4}所(?=[)）])|(?<=中电科|国电科|国航天|国船舶|国兵器|核工业|中国电)(?:第)?\d+所(?:[、和]\d+所)*|(?<=中电)\d+所",
    "class": (
        r"[\dⅠⅡⅢ一二三]类(?=[^，,。；、]{0,8}(?:药|器械|疫苗|水质|水体|标准))"
        r"|(?:\d+(?:\.\d+)?|[一二三四五六七八九十])?[十百千万亿]+(?:元|吨|千瓦|人|米|斤|亩|次)?级|\d+(?:\.\d+)?[万亿]*(?:吨|[千微纳]?米|千?伏|[千兆吉]?瓦|升|公里|公斤)级"
    ),
    "denominator": (
        rf"(?:平均|单位)?每(?:个)?(?:\d+|[一二两三四五六七八九十百千万亿]+)(?:{UNIT})?(?:{UNIT})?"
        rf"|每(?!年|月|季|周|天|日)[一-龥]{{1,4}}[1一](?:{UNIT})"
        rf"|(?<![\d百千十多余几数近超达破过])[万亿]元(?=GDP|国内|地区|生产总值|规模|规上|工业|产值|增加值|单位)"
    ),
    "numbering": rf"^\s*(?:\d{{1,2}}[.、．](?!\d)|[(（]\d{{1,2}}[)）])|(?<=[。；;!！?？:：])\s?(?:\d{{1,2}}[.、．](?!\d)|[(（]\d{{1,2}}[)）])|^\s*[{_SMALL}]{{1,3}}、",
    "policy": (
        rf"(?<=[“‘\"])[{_SMALL}百\d]+条(?=[”’\"])|(?:(?<=科技)|(?<=科创)|(?<=人才)|(?<=惠企)|(?<=[企金消增营新]))(?:新)?[{_SMALL}\d]+条(?!措施|意见|建议|举措|升级)|[{_SMALL}百\d]+条新政"
        rf"|(?<![新余线路道河街链航共了“‘])(?:{_POLICY})\d+条(?![^，,。；;、]{{0,4}}(?:措施|意见|建议|举措))"
    ),
    "idiom": (
        r"成百上千|成千上万|千家万户|家家户户|百家争鸣|万家灯火|[百千万](?:人|名|企|家)(?:计划|工程|行动)|千军万马|万人空巷|万众|[一两三四五六七八九十]站式|"
        r"百花齐放|千方百计|[一二三四五六七八九十两双]位一体|[一二三四五六七八九十百千万两]+人制|百年|千年|三年行动|一次办|一件事|一[张盘]"
    ),
}
_MASK = re.compile("|".join(f"(?P<g{number}>{pattern})" for number, pattern in enumerate(_NO_QUANTITY.values())))
_REASONS = list(_NO_QUANTITY)
_QUOTED = re.compile(r"[“‘\"「]([^“”‘’\"「」]{1,14})[”’\"」]")
_COUNTED = re.compile(
    r"\d[\d.,]*[十百千万亿]*(?:元|美元|%|吨|亩|个百分点|平方米|万)|(?:增长|达到?|超过?|突破|新增|完成)|双倍增|翻番|倍$"
)
_COUNTING = re.compile(r"\d|[一二三四五六七八九十百千万亿两双]")


def find(text: str) -> Iterator[tuple[int, int, str]]:
    """One (start, end, reason) per stretch of a plain text whose numerals count nothing."""
    for match in _QUOTED.finditer(text):
        if _COUNTING.search(match[1]) and not _COUNTED.search(match[1]):
            yield match.start(1), match.end(1), "name in quotation marks"
    for match in _MASK.finditer(text):
        yield match.start(), match.end(), _REASONS[int(str(match.lastgroup)[1:])]
