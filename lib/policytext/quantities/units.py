"""One unit per wording: how reports write it, how the table names it, and what it is without 万 and 亿."""

from __future__ import annotations

import re
from decimal import Decimal

_SAME = {
    "㎡": "平方米",
    "平米": "平方米",
    "平方": "平方米",
    "m²": "平方米",
    "m2": "平方米",
    "km": "公里",
    "场次": "场",
    "个百分点": "百分点",
    "个点": "百分点",
    "美金": "美元",
    "元人民币": "元",
    "人民币": "元",
    "个位次": "位",
    "个名次": "位",
    "位次": "位",
    "名次": "位",
    "多元": "元",
    "个工作日": "工作日",
    "%": "%",
}
_MEASURES = (
    "% ‰ 个百分点 百分点 个点 倍 元 元人民币 人民币 美元 美金 欧元 港元 日元 英镑 "
    "平方公里 平方千米 平方米 平米 平方 ㎡ m² m2 公顷 亩 立方米 立方 方 公里 千米 海里 米 厘米 毫米 微米 纳米 km "
    "吨标准煤 吨标煤 吨 公斤 千克 克 斤 升 毫升 千瓦时 兆瓦时 吉瓦时 千瓦 兆瓦 吉瓦 瓦 千伏安 千伏 千伏 伏 度 "
    "微克/立方米 毫克/立方米 毫克/升 微克 毫克 标准箱 标箱 TEU MW GW kW MWh GWh kWh kV PFLOPS EFLOPS P "
    "摄氏度 ℃ 分贝 公顷次 亩次 元/亩 元/平方米 元/人 吨/年 吨/日 吨/天 立方米/日 立方米/秒 公里/小时 "
    "立方米/天 万元/亩 亿元/平方公里 克/千瓦时 张床位"
)
_CLASSIFIERS = (
    "人年 家 个 项 名 件 所 场次 场 人次 人 位次 个位次 个名次 名次 位 条 次 座 处 台套 台 套 辆次 辆 架次 架 艘次 艘 "
    "列 班列 趟 户次 户 间 张 篇 部 本 册 份 幅 张 种 类 款 支 只 头 羽 株 棵 枚 块 面 盏 口 眼 片 例次 例 起 宗 笔 单 "
    "批次 批 栋 幢 层 对 双 组 队 门 节 堂 届 期 班次 班 车次 台次 件次 项次 箱 袋 瓶 盒 公里长 家次 户数 "
    "颗 剂 粒 尾 根 段 道 席 步 员 分 则 卷 套次 村 乡镇 万人 个次"
)
_TIMES = "年 个月 天 日 个工作日 工作日 小时 个小时 分钟 秒 毫秒 周 周岁 岁"
DURATIONS = frozenset(_TIMES.split())
MULTIPLES = {"": 1, "万": 10**4, "亿": 10**8, "万亿": 10**12, "百万": 10**6, "千万": 10**7}
_GUARDS = {
    "家": "(?!庭|具|电|园|居(?!家)|长(?!三角)|属|政|风|乡)",
    "人": "(?!均|工|才(?!.{0,3}[,，、。])|口|民|大|行|形|脸|机|气|力|生|社|文|居)",
    "部": "(?!门|委|署|队|级|长|分)",
    "台": "(?!阶|湾|账|风|州)",
    "片": "(?!区)",
    "名": "(?!列|单|录|牌|优|额|校|师|企|城|义|录)",
    "分": "(?!钟|之|类|别|公司|校|局|院|中心|支|层|级|工|享|布|析|解|期|批|区|行|段|步|管|设|配|流|置|厂|店|红|成|局)",
    "方": "(?!面|式|案|向|针|米|位|法|阵|便|略)",
    "场": "(?!地|景|所|馆|面|站|合|均)",
    "所": "(?!有|在|需|谓|属|长|得|致|示|述|列)",
    "件": "(?!套)",
    "班": "(?!子|组|级)",
    "面": "(?!向|积|临|对|貌|上)",
    "口": "(?!岸|径|碑|号|腔)",
    "对": "(?!接|外|口|标|照|比|于|应|象|策)",
    "条": "(?!件|例|块|线)",
    "项": "(?!目)",
    "位": "(?!于|居|列|置|一体)",
    "级": "",
    "度": "(?!假|量|过|夜)",
    "日": "(?!均|前|常|元)",
    "年": "",
    "双": "(?!创|招|向|一流|百|千|碳|减|高)",
    "组": "(?!织|建|合|成|团)",
    "队": "(?!伍)",
    "期": "(?!间|末|限|望|货|刊|初)",
    "层": "(?!次|面|级)",
    "节": "(?!能|约|点|水|日)",
    "段": "(?!时)",
    "步": "(?!骤|走|入|伐)",
    "类": "(?!别|型)",
    "支": "(?!撑|持|柱|出|部)",
    "单": "(?!位|元|独|项|一|体)",
    "门": "(?!类|户|店|诊|槛|前)",
    "批": "(?!准|复|发|量)",
    "道": "(?!路|德|班)",
    "节点": "",
    "起": "(?!来|步|到|点|草|降|于|家)",
    "头": "(?!部|号|条|羊)",
    "只": "(?!有|要|是)",
    "块": "(?!链|状)",
    "架": "(?!构)",
    "列": "(?!入|为|车|支|全|第|居)",
    "员": "(?!工)",
    "幅": "(?!度)",
    "则": "(?!是)",
    "根": "(?!据|本)",
    "村": "(?!民|级|庄|镇)",
    "元": "(?!化|素|结构|宇宙|旦|件|月|年|器)",
    "米": "(?!粉|线)",
    "P": "(?![A-Za-z\\d])",
    "km": "(?![A-Za-z\\d])",
}


def _alternatives() -> str:
    words = dict.fromkeys([*_MEASURES.split(), *_CLASSIFIERS.split(), *DURATIONS])
    return "|".join(re.escape(word) + _GUARDS.get(word, "") for word in sorted(words, key=len, reverse=True))


UNIT = _alternatives()
"""What may stand behind a numeral, longest first, each guarded against being the beginning of another word."""


def is_classifier(unit: str) -> bool:
    """Whether what is counted is told by a noun (家, 项, 名), not by the unit itself (元, 吨, %)."""
    return _SAME.get(unit, unit) in _COUNTED


_COUNTED = frozenset(_SAME.get(word, word) for word in _CLASSIFIERS.split())


def name(multiple: str, unit: str) -> str:
    """The unit as the tables write it: 万 and 万平米 as 万平方米, 场次 as 场, 个百分点 as 百分点."""
    return multiple + _SAME.get(unit, unit)


def base(value: Decimal | None, multiple: str, unit: str) -> tuple[float | None, str]:
    """The value in the unit without 万 and 亿, and that unit: 1.3 万亿元 as 1300000000000 元."""
    return (None if value is None else float(value * MULTIPLES[multiple])), _SAME.get(unit, unit)
