"""Pandoc, called as a program, and its syntax tree: the nodes that the outputs put in, and walking through it."""

from __future__ import annotations

import gc
import json
import re
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pypandoc

from policytext.errors import PolicytextError
from policytext.report.ledger import visible

Node = dict[str, Any]

READ = (
    "markdown"
    + "".join(
        f"-{name}"
        for name in (
            *(
                "raw_html",
                "raw_tex",
                "raw_attribute",
                "tex_math_dollars",
                "latex_macros",
                "native_divs",
                "native_spans",
            ),
            *("citations", "example_lists", "smart", "yaml_metadata_block", "pandoc_title_block", "implicit_figures"),
            *(
                "superscript",
                "subscript",
                "blank_before_header",
                "markdown_in_html_blocks",
                "inline_notes",
                "footnotes",
            ),
        )
    )
    + "+lists_without_preceding_blankline+east_asian_line_breaks"
)
"""Markdown without anything that could reach an output unread: no HTML, no TeX, no raw parts, no metadata."""

_EPOCH = "946684800"
"""The date in the files of an archive: the first day of 2000, so that bytes repeat."""


def run(*arguments: str, given: str | bytes, folder: Path | None = None) -> bytes:
    """What pandoc makes of its input. Raises PolicytextError with what pandoc says where it fails."""
    command = [pypandoc.get_pandoc_path(), *arguments]
    data = given.encode() if isinstance(given, str) else given
    env = {"SOURCE_DATE_EPOCH": _EPOCH, "LANG": "C.UTF-8", "HOME": str(folder or "/")}
    done = subprocess.run(command, input=data, capture_output=True, cwd=folder, env=env, check=False)
    if done.returncode:
        raise PolicytextError(f"pandoc cannot make the report: {done.stderr.decode(errors='replace').strip()[-300:]}")
    return done.stdout


def parse(markdown: str) -> list[Node]:
    """The blocks of a text in Markdown."""
    return list(json.loads(run("-f", READ, "-t", "json", given=markdown))["blocks"])


def write(blocks: Sequence[Node], to: str, *options: str, folder: Path | None = None) -> bytes:
    """Blocks in a format that pandoc writes."""
    tree = {"pandoc-api-version": [1, 23, 1], "meta": {}, "blocks": blocks}
    return run("-f", "json", "-t", to, "--wrap=none", *options, given=json.dumps(tree), folder=folder)


@contextmanager
def uncollected() -> Iterator[None]:
    """No search for cycles meanwhile: trees have none, and going through their nodes again and again takes half of the time."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


# ---------------------------------------------------------------- nodes


def text(words: str) -> list[Node]:
    """Words as inline nodes: whatever they hold is shown as it is."""
    found: list[Node] = []
    for i, word in enumerate(re.split(r"[ \t\r\n]+", visible(words))):
        found += [*([{"t": "Space"}] if i else []), *([{"t": "Str", "c": word}] if word else [])]
    return found


def para(inlines: Sequence[Node]) -> Node:
    """A paragraph."""
    return {"t": "Para", "c": list(inlines)}


def strong(inlines: Sequence[Node]) -> Node:
    """Words in strong letters."""
    return {"t": "Strong", "c": list(inlines)}


def span(inlines: Sequence[Node], *classes: str, name: str = "", **attributes: str) -> Node:
    """Words with classes and attributes; `name` is their anchor."""
    return {"t": "Span", "c": [[name, list(classes), list(map(list, attributes.items()))], list(inlines)]}


def div(blocks: Sequence[Node], *classes: str, name: str = "", **attributes: str) -> Node:
    """Blocks with classes and attributes; `name` is their anchor."""
    return {"t": "Div", "c": [[name, list(classes), list(map(list, attributes.items()))], list(blocks)]}


def link(inlines: Sequence[Node], target: str) -> Node:
    """A link; `#name` leads within the document."""
    return {"t": "Link", "c": [["", [], []], list(inlines), [target, ""]]}


def image(path: str, alt: str, **attributes: str) -> Node:
    """A picture with the words that stand for it."""
    return {"t": "Image", "c": [["", [], list(map(list, attributes.items()))], text(alt), [path, ""]]}


def raw(form: str, content: str, *, block: bool = False) -> Node:
    """Markup of one output format. Only this library writes it, never a text."""
    return {"t": "RawBlock" if block else "RawInline", "c": [form, content]}


def figure(name: str, caption: Sequence[Node], inside: Sequence[Node]) -> Node:
    """A figure with its caption; `name` is its anchor."""
    return {"t": "Figure", "c": [[name, [], []], [None, [{"t": "Plain", "c": list(caption)}]], list(inside)]}


# ---------------------------------------------------------------- reading and changing


def attributes(node: Node) -> tuple[list[str], dict[str, str]]:
    """Classes and attributes of a span, a division or a heading; nothing for other nodes."""
    if node["t"] not in ("Span", "Div", "Header"):
        return [], {}
    found = node["c"][1] if node["t"] == "Header" else node["c"][0]
    return found[1], dict(found[2])


def change(tree: list[Any], one: Callable[[Node], list[Node] | None]) -> list[Any]:
    """The tree with each node for which `one` gives nodes replaced by them; children are changed before their parents."""
    found: list[Any] = []
    for item in tree:
        if isinstance(item, dict) and "t" in item:
            changed = {**item, "c": change(item["c"], one)} if isinstance(item.get("c"), list) else item
            new = one(changed)
            found += [changed] if new is None else new
        else:
            found.append(change(item, one) if isinstance(item, list) else item)
    return found


def walk(tree: Any, skip: Callable[[Node], bool] = lambda _: False) -> Iterator[Node]:
    """Every node from the top down; what lies within a node that is to be skipped is not visited."""
    pending = [tree]
    while pending:
        item = pending.pop()
        if isinstance(item, list):
            pending += reversed(item)
        elif isinstance(item, dict) and "t" in item and not skip(item):
            yield item
            pending.append(item.get("c"))


def said(tree: Any) -> str:
    """The words of a tree without their markup."""
    parts = {"Space": " ", "SoftBreak": " ", "LineBreak": "\n"}
    return "".join(
        node["c"]
        if node["t"] == "Str"
        else node["c"][1]
        if node["t"] in ("Code", "CodeBlock")
        else parts.get(node["t"], "")
        for node in walk(tree)
    )
