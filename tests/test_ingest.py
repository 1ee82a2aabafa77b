"""What a user may rely on in `ingest`: a text is read as it was written, or refused with the reason; never misread."""

import codecs
import contextlib

import pytest

from policytext import ingest
from policytext.errors import PolicytextError

SIMPLIFIED = "我市坚持创新驱动,新能源企业快速发展。\n"
TRADITIONAL = "臺灣的科技發展迅速,許多創新企業在這個區域設立研究機構,並與大學合作培養專業人才。\n"
SHORT = ["如皋", "科技", "创新。", "unit_id,unit\nrugao,如皋\n"]
SHORT_TRADITIONAL = ["科技", "國家", "創新。", "unit_id,unit\ntaipei,臺北\n"]
RARE = "㐂𠮷镕喆,读作四字节的汉字也是汉字。\n"
WITH_MARK = {
    "utf-8": codecs.BOM_UTF8,
    "utf-16-le": codecs.BOM_UTF16_LE,
    "utf-16-be": codecs.BOM_UTF16_BE,
    "utf-32-le": codecs.BOM_UTF32_LE,
    "utf-32-be": codecs.BOM_UTF32_BE,
}


def refused(call, *arguments, **options):
    """The error that a call ends with."""
    with pytest.raises(PolicytextError) as raised:
        call(*arguments, **options)
    assert raised.value.exit_code == 3
    return raised.value


def read(path, content):
    path.write_bytes(content)
    return ingest.read_text(path, file="seeds/reports/x.txt")


# ---------------------------------------------------------------- what is read


@pytest.mark.parametrize("text", [*SHORT, SIMPLIFIED, SIMPLIFIED * 50, RARE])
def test_utf_8_is_read_short_and_long(tmp_path, text):
    assert read(tmp_path / "x.txt", text.encode()) == (text, "utf-8")


@pytest.mark.parametrize("text", [*SHORT, SIMPLIFIED, SIMPLIFIED * 50, RARE, RARE * 20])
def test_gb18030_is_read_short_and_long_and_with_rare_characters(tmp_path, text):
    assert read(tmp_path / "x.txt", text.encode("gb18030")) == (text, "gb18030")


@pytest.mark.parametrize("text", [*SHORT, SIMPLIFIED, SIMPLIFIED * 50, "臺灣創新發展。"])
def test_gbk_is_read_as_its_superset_gb18030(tmp_path, text):
    assert read(tmp_path / "x.txt", text.encode("gbk")) == (text, "gb18030")


@pytest.mark.parametrize("text", [*SHORT_TRADITIONAL, TRADITIONAL, TRADITIONAL * 50])
def test_big5_is_read_short_and_long(tmp_path, text):
    assert read(tmp_path / "x.txt", text.encode("big5")) == (text, "big5")


@pytest.mark.parametrize("encoding", WITH_MARK)
@pytest.mark.parametrize("text", [SHORT[0], SIMPLIFIED * 50, RARE])
def test_a_mark_decides_the_encoding_and_is_not_part_of_the_text(tmp_path, encoding, text):
    assert read(tmp_path / "x.txt", WITH_MARK[encoding] + text.encode(encoding)) == (text, encoding)


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_newlines_are_left_as_they_are(tmp_path, encoding):
    text = "甲。\r\n乙。\r丙。\n\n丁。"
    assert read(tmp_path / "x.txt", text.encode(encoding))[0] == text


def test_the_five_reports_are_utf_8_and_undamaged(study, raw):
    assert {name: study.read(name) for name in raw} == {name: (text, "utf-8") for name, text in raw.items()}


@pytest.mark.parametrize(
    "text",
    [
        "Ångström、Müller、Łódź等外国机构与我市合作。",
        "caf\u00e9 r\u00e9sum\u00e9 " * 3 + SIMPLIFIED * 3,
        "囧囍燚犇骉羴" * 5 + SIMPLIFIED * 4,
        TRADITIONAL * 5,
    ],
    ids=["foreign names", "accents", "rare characters", "traditional"],
)
def test_an_unusual_text_is_not_taken_for_a_damaged_one(tmp_path, text):
    assert read(tmp_path / "x.txt", text.encode())[0] == text


# ---------------------------------------------------------------- what is refused


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "it is empty"),
        (b" \r\n\t\n", "it is empty"),
        ("\u3000\n".encode(), "it is empty"),
        (codecs.BOM_UTF8, "it is empty"),
        (b"PK\x03\x04\0\0\0\0", "binary"),
        (SIMPLIFIED.encode() + b"\0", "binary"),
        (b"\x80\x81\xff\xfe\xfd", "neither UTF-8 nor GB18030 nor Big5"),
        (codecs.BOM_UTF16_LE + b"abc", "its mark says utf-16-le"),
        (codecs.BOM_UTF8 + SIMPLIFIED.encode("gb18030"), "its mark says utf-8"),
    ],
)
def test_what_is_no_text_is_refused_with_file_and_reason(tmp_path, content, said):
    error = refused(read, tmp_path / "x.txt", content)
    assert said in error.what
    assert error.file == "seeds/reports/x.txt"
    assert error.fix


def test_what_is_not_there_or_no_file_is_refused(tmp_path):
    assert "no such file" in refused(ingest.read_text, tmp_path / "x.txt", file="x.txt").what
    assert "cannot be read" in refused(ingest.read_text, tmp_path, file="x.txt").what


def test_a_file_above_the_limit_is_refused_and_one_at_the_limit_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr(ingest, "MAX_BYTES", 6)
    assert read(tmp_path / "x.txt", "如皋".encode())[0] == "如皋"
    assert "more than" in refused(read, tmp_path / "x.txt", "如皋。".encode()).what


@pytest.mark.parametrize("damage", ["\ufffd", "锟斤拷", "烫烫烫", "屯屯屯"])
def test_lost_characters_are_told_with_their_line(tmp_path, damage):
    error = refused(read, tmp_path / "x.txt", f"{SIMPLIFIED}第二行{damage}。\n".encode())
    assert error.line == 2
    assert damage in error.what


@pytest.mark.parametrize(
    ("written", "once_read"),
    [
        ("utf-8", "gb18030"),
        ("utf-8", "latin-1"),
        ("utf-8", "cp1252"),
        ("utf-8", "big5"),
        ("gb18030", "latin-1"),
        ("gb18030", "cp1252"),
        ("gb18030", "big5"),
    ],
)
def test_mojibake_of_each_report_is_refused(tmp_path, raw, written, once_read):
    for text in raw.values():
        damaged = text.encode(written).decode(once_read, "ignore")
        assert refused(read, tmp_path / "x.txt", damaged.encode()).fix.startswith("Get the text again")


@pytest.mark.parametrize("lost", [1, 2])
@pytest.mark.parametrize("text", [SIMPLIFIED.strip(), SIMPLIFIED.strip() * 10], ids=["short", "long"])
def test_utf_8_that_breaks_off_within_a_character_is_refused_and_never_read_as_something_else(tmp_path, lost, text):
    error = refused(read, tmp_path / "x.txt", text.encode()[:-lost])
    assert error.file == "seeds/reports/x.txt"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("這裏的創新企業很多,臺灣的科技發展迅速。", "cp950"),
        ("香港嘅科技創新好勁,啲企業發展得好快。", "big5hkscs"),
    ],
)
def test_big5_of_windows_and_hong_kong_is_read_or_refused_but_never_misread(tmp_path, text, encoding):
    with contextlib.suppress(PolicytextError):
        assert read(tmp_path / "x.txt", text.encode(encoding))[0] == text
