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
    doi: str = ""
    url: str = ""

    @property
    def names(self) -> list[str]:
        """Family name first, as reference lists have it; an institution as it stands."""
        people = ((a.get("family-names", ""), a.get("given-names", "")) for a in self.authors)
        return [
            a["name"] if "name" in a else ", ".join(filter(None, p)) for a, p in zip(self.authors, people, strict=True)
        ]

    @property
    def names_zh(self) -> str:
        """As GB/T 7714 has them: the first three, Chinese names without a comma, given names of others as initials."""
        short = [_name_zh(name) for name in self.names]
        return ", ".join([*short[:3], "等"] if len(short) > 3 else short)

    @property
    def link(self) -> str:
        """Where the whole is found, if that is said."""
        return f"https://doi.org/{self.doi}" if self.doi else self.url


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
    whole = f"{citation.names_zh}. {citation.title}" + (f". {version}版" if version else "")
    whole += f". ({citation.date_released})" if citation.date_released else ""
    kind = "DS/OL" if citation.link else "DS"
    work = f"{citation.title}, version {version}" if version else citation.title
    bibtex = [
        ("author", " and ".join(f"{{{name}}}" if "," not in name else name for name in names)),
        ("title", f"{{{title}}}"),
        ("howpublished", f"Figure in: {work}"),
        ("year", year),
        ("url", citation.link),
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
        ("UR", citation.link),
        ("ER", ""),
    ]
    return {
        "bibtex": f"@misc{{{identifier.replace(':', '-')}{entry}\n}}",
        "ris": "\n".join(f"{key}  - {value}" for key, value in ris if value or key == "ER"),
        "gbt7714": f"{citation.names_zh}. {title_zh}[{kind}]//{whole}. "
        + (f"{citation.link}. " if citation.link else "")
        + f"标识符: {identifier}.",
    }


def _name_zh(name: str) -> str:
    family, comma, given = name.partition(", ")
    if not comma or any(character > "\u2e7f" for character in name):
        return family + given
    initials = " ".join(part[0] for part in re.split(r"[\s-]+", given) if part)
    return f"{family} {initials}"


def _tex(value: str) -> str:
    return re.sub(r"([&%$#_])", r"\\\1", value)
