"""Wording that several units share: strings, set phrases of national policy, and templates with slots."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

from policytext import style
from policytext.style import Captions, Labels

_ROW, _LETTERS = 3.9, 58
_WORDS = {
    "string": ("共同字串", "Shared strings"),
    "slogan": ("全国性套语与政策类别", "Set phrases and categories of national policy"),
    "template": ("带空位的句式", "Templates with slots"),
    "n_groups": ("共有的单元数", "Number of units"),
}


@style.styled
def wording(shown: pd.DataFrame, *, labels: Labels, language: str = "en") -> Figure:
    """Dot matrix, one panel per kind: rows are wordings, columns the units; bars where these have no room for names.

    shown: what `comparison.spread` returns: text, kind, group (one row per unit that has it), n_groups.
    """
    words, second = labels[language], language != "zh"
    panels = list(shown.groupby("kind", sort=False))
    groups = [group for group in shown["group"].cat.categories if group in set(shown["group"])]
    heads = [words.get(group, group).splitlines()[0] for group in groups]
    names = {text: style.cut(text, _LETTERS) for text in shown["text"].unique()}
    dots = style.heads_wide(heads) <= style.width() - 4 - max(map(style.span, names.values()))
    rows = {str(kind): own["text"].nunique() for kind, own in panels}
    figure = style.figure((style.head(heads) if dots else 2) + sum(3 + _ROW * (n + 1.6) for n in rows.values()) + 8)
    drawn = style.panels(figure, len(panels), 1, height_ratios=[n + 1.6 for n in rows.values()], sharex=True)
    for number, (axes, (kind, own)) in enumerate(zip(drawn, panels, strict=True)):
        texts = list(dict.fromkeys(own["text"]))
        at = {text: row for row, text in enumerate(texts)}
        if dots:
            places = [groups.index(group) for group in own["group"]]
            axes.plot(places, own["text"].map(at), "o", color=style.COLORS[0], markersize=3.6)
            axes.set_xlim(-0.6, len(groups) - 0.4)
        else:
            first = own.drop_duplicates("text")
            axes.barh(first["text"].map(at), first["n_groups"], height=0.6, color=style.COLORS[0])
        axes.set_yticks(range(len(texts)), [names[text] for text in texts])
        axes.set_ylim(len(texts) - 0.4, -1.6)
        title = {"va": "center", "fontsize": 7, "color": style.MUTED}
        axes.text(0, -1, _WORDS[kind][second], transform=axes.get_yaxis_transform(), **title)
        axes.grid(axis="both" if dots else "x", color=style.FAINT, linewidth=0.4)
        axes.set_axisbelow(True)
        axes.spines[:].set_visible(False)
        axes.tick_params(length=0)
        if dots:
            style.heads(axes, range(len(groups)), heads)
            axes.tick_params(labeltop=number == 0)
    if not dots:
        figure.supxlabel(_WORDS["n_groups"][second], fontsize=7)
    return figure


def wording_words(shown: pd.DataFrame, reuse: pd.DataFrame) -> Captions:
    """Title, caption and alt text of `wording`. reuse: the whole table, of which the most widely shared are shown."""
    n = {kind: int((reuse["kind"] == kind).sum()) for kind in ("string", "slogan", "template")}
    longest = int(reuse.loc[reuse["kind"] != "template", "n_chars"].max()) if n["string"] + n["slogan"] else 0
    rows = shown["text"].nunique() if len(shown) else 0
    return {
        "title": {"zh": "多个单元共有的表述", "en": "Wording that several units share"},
        "caption": {
            "zh": f"6字以上、多个单元共有的字串（不被同样多的单元所共有的更长字串包含）{n['string'] + n['slogan']}条（最长{longest}字），"
            f"其中{n['slogan']}条主要由全国性套语或政策类别构成，另列；带空位的句式{n['template']}条（…处各单元填入不同内容，N为数字）。"
            f"图中每类各列出共有单元最多的几条，共{rows}条。共有多为通用政策语汇，并不说明抄袭；主要比较在剔除这些表述后重做。",
            "en": f"{style.many(n['string'] + n['slogan'], 'string')} of 6 characters and more that several units have, none within a longer one that as many share "
            f"(the longest has {longest}); {n['slogan']} of them consist mostly of set phrases or categories of national policy and stand "
            f"apart. {style.many(n['template'], 'template')} with slots: … is filled differently, N is a number. Shown are the most widely shared of each "
            f"kind, {rows} in all. This is common vocabulary of policy and no sign of copying; key comparisons are repeated without it.",
        },
        "alt": {
            "zh": f"每行一条共有表述，共{rows}行；圆点表示各列的单元使用它，单元过多时改为条形，表示单元数。",
            "en": f"{style.many(rows, 'row')}, one per shared wording, with a dot in the column of each unit that has it, or, "
            "where there are too many units for columns, a bar for their number.",
        },
        "empty": {
            "zh": "没有两个单元共有6字以上的表述。",
            "en": "No two units share a wording of 6 characters or more.",
        },
    }
