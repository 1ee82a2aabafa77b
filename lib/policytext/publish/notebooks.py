"""Executed notebooks as HTML: what they printed and drew, to be read without Jupyter, without network and without scripts."""

from __future__ import annotations

import base64
import hashlib
import html
import re
from pathlib import Path

from policytext.study import Home

_STYLE = """
:root { color-scheme: light dark; font: 1rem/1.6 "Noto Sans SC", "PingFang SC", "Microsoft YaHei", system-ui, sans-serif; }
body { max-width: 60rem; margin: 0 auto; padding: 1rem; overflow-wrap: anywhere; }
img, svg { max-width: 100%; height: auto; background: #fff; }
pre { overflow-x: auto; background: rgb(128 128 128 / .12); padding: .6rem .8rem; border-radius: 4px; font-size: .85rem; line-height: 1.45; }
.jp-OutputArea, .output_area { overflow-x: auto; }
.jp-OutputPrompt, .jp-InputPrompt, .prompt { display: none; }
.anchor-link { display: none; }
table { border-collapse: collapse; font-size: .85rem; margin: .6rem 0; }
th, td { padding: .2rem .5rem; text-align: left; border-bottom: 1px solid rgb(128 128 128 / .35); }
"""

_TAGS = frozenset(
    re.findall(
        r"\w+",
        "a abbr b blockquote br code dd div dl dt em h1 h2 h3 h4 hr i li ol p pre s small span strong sub sup "
        "table tbody td tfoot th thead tr u ul",
    )
)
"""What outputs and prose may hold; everything else is taken out."""

_PANDAS = re.compile(r'"<style scoped>\\n",.*?"</style>\\n",', re.DOTALL)
"""The style that pandas writes above each table."""

_PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'sha256-{sum}'; base-uri 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title><style>{style}</style></head>
<body>{body}</body></html>
"""


def notebooks(home: Home) -> list[Path]:
    """`build/notebooks/<name>.html` for each executed notebook that is newer than its page; returns what was written.

    Outputs are sanitized, and no script runs whatever they hold.
    """
    pages = {path: path.with_suffix(".html") for path in sorted(home.executed.glob("*.ipynb")) if _finished(path)}
    for page in set(home.executed.glob("*.html")) - set(pages.values()):
        page.unlink()
    stale = [path for path, page in pages.items() if not page.is_file() or page.stat().st_mtime < path.stat().st_mtime]
    if not stale:
        return []
    import nbformat  # these take a second
    from nbconvert import HTMLExporter

    exporter = HTMLExporter(template_name="basic", sanitize_html=True, embed_images=True, filters={"clean_html": clean})
    for path in stale:
        told = _PANDAS.sub("", path.read_text("utf-8"))
        body, _ = exporter.from_notebook_node(nbformat.reads(told, as_version=4))
        beside = path.with_name(f".{path.stem}.html.new")
        beside.write_text(_page(path.stem, body), "utf-8", newline="\n")
        beside.replace(pages[path])
    return [pages[path] for path in stale]


def clean(element: str | bytes) -> str:
    """HTML of outputs and prose without anything but words, tables and links to the web."""
    import bleach  # comes with nbconvert

    text = element.decode() if isinstance(element, bytes) else str(element)
    attributes = {"*": ["class", "id"], "a": ["href"]}
    return bleach.clean(text, tags=_TAGS, attributes=attributes, protocols=["https"], strip=True)


def _finished(path: Path) -> bool:
    return not path.name.endswith(".failed.ipynb") and not path.name.startswith(".")


def _page(title: str, body: str) -> str:
    checksum = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
    return _PAGE.format(title=html.escape(title), style=_STYLE, sum=checksum, body=body)
