"""How a caption says that a figure shows some of the groups only."""

from __future__ import annotations


def some(shown: int, of: int | None) -> dict[str, str]:
    """A sentence for each language, empty where all groups are shown. of: how many there are."""
    if not of or shown >= of:
        return {"zh": "", "en": ""}
    return {
        "zh": f"共{of}组，图中只列文本最长的{shown}组，其余见数据表。",
        "en": f" Of {of} groups those {shown} with the most text are shown; the table has all.",
    }
