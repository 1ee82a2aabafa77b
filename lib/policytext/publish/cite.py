"""Citations of a figure, from the home's CITATION.cff: BibTeX, RIS and GB/T 7714—2015."""

from __future__ import annotations

import re
from typing import Any

from pydantic import BaseModel, ConfigDict

from policytext.study import PROJECT, Home
from policytext.study.files import read_settings


class Citation(BaseModel):
    """The fields of CITATION.cff that a citation needs."""

    model_config = ConfigDict(extra="allow")
    title: str
    authors: list[dict[str, Any]]
    version: Any = ""
    date_released: Any = ""

    @property
    def names(self) -> list[str]:
        """Family name first, as reference lists have it; an institution as it stands."""
        people = ((a.get("family-names", ""), a.get("given-names", "")) for a in self.authors)
        return [
            a["name"] if "name" in a else ", ".join(filter(None, p)) for a, p in zip(self.authors, people, strict=True)
        ]


def read_citation(home: Home) -> Citation:
    """The CITATION.cff of the home, in its root or in `seeds/`, else the project's."""
    places = [home.root / "CITATION.cff", home.seeds / "CITATION.cff", PROJECT / "CITATION.cff"]
    path = next(place for place in places if place.is_file())
    fields = read_settings(path, Citation, file=path.name)
    return fields.model_copy(update={"date_released": str((fields.model_extra or {}).get("date-released", ""))})


def cite(citation: Citation, *, title: str, title_zh: str, identifier: str) -> dict[str, str]:
    """`bibtex`, `ris` and `gbt7714` of one figure."""
    year, version = citation.date_released[:4], str(citation.version)
    names = citation.names
    released = f" ({citation.date_released})." if citation.date_released else ""
    work = f"{citation.title}, version {version}" if version else citation.title
    bibtex = [
        ("author", " and ".join(f"{{{name}}}" if "," not in name else name for name in names)),
        ("title", f"{{{title}}}"),
        ("howpublished", f"Figure in: {work}"),
        ("year", year),
        ("note", f"Identifier {identifier}. CC BY 4.0"),
    ]
    entry = "".join(f",\n  {key} = {{{_tex(value)}}}" for key, value in bibtex if value)
    ris = [
        ("TY", "FIGURE"),
        *(("AU", name) for name in names),
        ("TI", title),
        ("T2", work),
        ("PY", year),
        ("DA", citation.date_released.replace("-", "/")),
        ("ID", identifier),
        ("ER", ""),
    ]
    return {
        "bibtex": f"@misc{{{identifier.replace(':', '-')}{entry}\n}}",
        "ris": "\n".join(f"{key}  - {value}" for key, value in ris if value or key == "ER"),
        "gbt7714": f"{', '.join(names)}. {title_zh}[DS]//{work}.{released} 标识符: {identifier}.",
    }


def _tex(value: str) -> str:
    return re.sub(r"([&%$#_])", r"\\\1", value)
