"""Bytes to text: which encoding a report is in, and whether its characters can be trusted."""

from __future__ import annotations

import codecs
import re
from collections import Counter
from pathlib import Path

from policytext.errors import INVALID_STUDY, PolicytextError

MAX_BYTES = 32 * 2**20
"""A report is read whole; 32 MiB is some ten million characters, more than any one report."""

_MARKS = [
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
]
_HAN = re.compile(r"[\u4e00-\u9fff]")
_PRIVATE = re.compile(r"[\ue000-\uf8ff]")
_DAMAGE = re.compile("\ufffd|锟斤拷|烫烫烫|屯屯屯")


def read_text(path: Path, *, file: str) -> tuple[str, str]:
    """The text of one file and the name of its encoding; newlines untouched, a byte order mark left out.

    file: the path as messages name it.
    Raises PolicytextError (exit 3) where the file is missing, empty, too big, binary or damaged.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise _refuse(file, f"it has more than {MAX_BYTES >> 20} MiB", "Split it into several reports.")
        data = path.read_bytes()
    except FileNotFoundError:
        raise _refuse(file, "there is no such file", "Put the file there, or mend the path.") from None
    except OSError as error:
        raise _refuse(file, f"it cannot be read ({error.strerror})", "Make it a readable file.") from None
    text, encoding = decode(data, file=file)
    if not text.strip():
        raise _refuse(file, "it is empty", "Fill it, or take it out.")
    if damage := find_damage(text):
        line, why = damage
        raise _refuse(file, why, "Get the text again from its source and save it as UTF-8.", line=line)
    return text, encoding


def decode(data: bytes, *, file: str) -> tuple[str, str]:
    """Bytes to text by byte order mark, then strict UTF-8, then GB18030 against Big5.

    The last two are told apart by the share of characters that each standard counts as common
    (GB 2312 level 1, Big5 level 1), since short texts often decode in both without an error.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _strict(data[len(mark) :], encoding, file), encoding
    if b"\0" in data:
        raise _refuse(file, "it is a binary file, not text", "Save it as plain text (UTF-8).")
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        if len(_HAN.findall(data[: error.start].decode("utf-8"))) > 1:  # no other encoding begins like that
            what = "it is UTF-8, but some of its bytes are missing or changed"
            raise _refuse(file, what, "Get the file again from its source.", line=line) from None
    read = {
        name: text
        for name in ("gb18030", "big5", "big5hkscs")
        if (text := _try(data, name)) and not _PRIVATE.search(text)
    }
    if not read:
        raise _refuse(file, "it is neither UTF-8 nor GB18030 nor Big5", "Save it as UTF-8.", line=line)
    encoding = max(read, key=lambda name: share_of_common(Counter(read[name]), name))
    return read[encoding], encoding


def share_of_common(characters: Counter[str], standard: str) -> float:
    """Share of the Chinese characters of a text that `gb18030` or `big5` ranks among the common ones.

    characters: how often each character occurs.
    """
    codec, low, high = ("gb2312", 0xB0, 0xD7) if standard == "gb18030" else ("big5", 0xA4, 0xC6)
    common = total = 0
    for character, n in characters.items():
        if "\u4e00" <= character <= "\u9fff":
            code = character.encode(codec, "replace")
            total += n
            common += n * (len(code) == 2 and low <= code[0] <= high)
    return common / max(total, 1)


def find_damage(text: str) -> tuple[int, str] | None:
    """Line and reason where a text was damaged before it came here (a wrong encoding once applied), else None."""
    if match := _DAMAGE.search(text):
        return text.count("\n", 0, match.start()) + 1, f"it holds {match.group()!r}, left where characters were lost"
    characters = Counter(text)
    letters = sum(n for character, n in characters.items() if "\u00c0" <= character <= "\u00ff")
    han = sum(n for character, n in characters.items() if "\u4e00" <= character <= "\u9fff")
    if letters > 20 and letters > han:
        return 1, "its Chinese was once read as Western text (mojibake)"
    common = max(share_of_common(characters, "gb18030"), share_of_common(characters, "big5"))
    if han > 50 and common < 0.6:
        return 1, f"only {common:.0%} of its Chinese characters are common ones: it was once read in a wrong encoding"
    return None


def _try(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def _strict(data: bytes, encoding: str, file: str) -> str:
    text = _try(data, encoding)
    if text is None:
        raise _refuse(file, f"its mark says {encoding}, but its bytes are not", "Save it as UTF-8.")
    return text


def _refuse(file: str, what: str, fix: str, *, line: int | None = None) -> PolicytextError:
    return PolicytextError(what, fix=fix, file=file, line=line, exit_code=INVALID_STUDY)
