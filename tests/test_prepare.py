"""What a user may rely on in `prepare`: tables follow from the study alone, and the cache never shows."""

import hashlib
import json
import shutil
from concurrent.futures import ThreadPoolExecutor

import pandas as pd
import pytest

from policytext import frequency, ingest, prepare, segment
from policytext.errors import PolicytextError
from policytext.study import COLUMNS, PROJECT, Home, check, guess, open_study

TEXTS = {
    "a.txt": "一、总体\n我市坚持科技创新,推动成果转化。企业科技创新能力提升。\n责任编辑：甲\n",
    "b.txt": "人才是第一资源;创新是第一动力!\n加快建设创新平台。\n",
    "c.txt": "科技金融服务企业。\n",
}
TABLES = ("reports", "units", "sentences", "counts", "spans", "terms")
BOILERPLATE = "^责任编辑\n"


def tables(home):
    """All prepared tables of a home."""
    study = open_study(home)
    return {name: prepare.table(study, name) for name in TABLES}


def same(one, other, *, sort=False):
    """Whether two sets of tables have the same rows; with `sort` whatever their order."""
    for name in TABLES:
        pair = [tables[name] for tables in (one, other)]
        if sort:
            pair = [table.sort_values(list(table), ignore_index=True) for table in pair]
        pd.testing.assert_frame_equal(*pair)


def shards(home):
    """The files of each stage of the cache."""
    return {stage: {path.name for path in (home.cache / stage).iterdir()} for stage in ("spans", "sentences", "terms")}


def sums(folder):
    return {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.rglob("*") if path.is_file()}


# ---------------------------------------------------------------- tables


def test_a_tiny_study_gives_the_rows_counted_by_hand(make_study):
    found = tables(make_study({"a.txt": TEXTS["a.txt"]}, boilerplate=BOILERPLATE, dictionary="成果转化\n"))
    rows = found["sentences"]
    assert list(rows["text"]) == ["一、总体", "我市坚持科技创新,推动成果转化。", "企业科技创新能力提升。"]
    assert list(rows["spans"]) == ["0-4", "5-21", "21-32"]
    assert list(rows["kind"]) == ["heading", "sentence", "sentence"]
    assert set(rows["paragraph_id"]) == {"a:5"}
    counted = found["counts"].set_index("term")["n"]
    assert (counted["科技"], counted["成果转化"], "转化" in counted) == (2, 1, False)
    assert counted.sum() == len(found["terms"])
    for name in ("reports", "units"):
        row = found[name].iloc[0]
        assert (row["n_chars"], row["n_paragraphs"], row["n_sentences"]) == (31, 1, 2)
        assert row["n_terms"] == len(found["terms"])
    assert list(found["spans"]["left_out"]) == ["", "", "责任编辑：甲"]
    assert set(found["spans"]["encoding"]) == {"utf-8"}


def test_every_table_is_what_its_name_says(study):
    for name in ("reports", "units", "sentences", "counts"):
        assert list(check(prepare.table(study, name), name)) == COLUMNS[name]


def test_sizes_of_units_add_up_to_those_of_their_reports(study):
    units, reports = prepare.table(study, "units"), prepare.table(study, "reports")
    sizes = ["n_chars", "n_paragraphs", "n_sentences", "n_terms"]
    assert units.groupby("report_id")[sizes].sum().to_dict() == reports.set_index("report_id")[sizes].to_dict()
    assert units["n_sentences"].sum() == 337
    assert units["n_chars"].sum() == sum(keyed["n_chars"] for keyed in keyed_units())


def keyed_units():
    return json.loads((PROJECT / "tests" / "data" / "units.json").read_text("utf-8")).values()


def test_counts_are_the_terms_counted(study):
    counts, terms = prepare.table(study, "counts"), prepare.table(study, "terms")
    expected = terms.value_counts(["unit_id", "paragraph_id", "term"]).to_dict()
    assert counts.set_index(["unit_id", "paragraph_id", "term"])["n"].to_dict() == expected


def test_stop_words_change_neither_counts_nor_totals_nor_rates(make_study):
    plain = make_study(TEXTS, stopwords="未见\n")
    other = make_study(TEXTS, stopwords="科技\n创新\n企业\n")
    same(tables(plain), tables(other))
    ranked = []
    for home in (plain, other):
        study, found = open_study(home), tables(home)
        words = frequency.stopwords(study)
        options = {"groups": study.groups(), "sentences": found["sentences"], "stopwords": words}
        ranked.append(frequency.rates(found["counts"], **options))
    pd.testing.assert_frame_equal(*(table.drop(columns="rank") for table in ranked))
    left_out = ranked[1].loc[ranked[1]["rank"].isna(), "term"]
    assert {"科技", "企业"} <= set(left_out) - set(ranked[0].loc[ranked[0]["rank"].isna(), "term"])


def test_a_byte_order_mark_an_encoding_or_carriage_returns_move_no_sentence_but_by_the_returns(make_study):
    marked = {"utf-8": TEXTS["b.txt"].encode(), "bom": TEXTS["b.txt"].encode("utf-8-sig")}
    marked |= {"gb": TEXTS["b.txt"].encode("gb18030"), "wide": TEXTS["b.txt"].encode("utf-16")}
    spans = {name: list(tables(make_study({"b.txt": data}))["sentences"]["spans"]) for name, data in marked.items()}
    assert spans == {name: ["0-8", "8-16", "17-26"] for name in marked}
    returns = tables(make_study({"b.txt": TEXTS["b.txt"].replace("\n", "\r\n")}))["sentences"]
    assert list(returns["spans"]) == ["0-8", "8-16", "18-27"]


def test_terms_that_are_not_cut_whole_are_listed(make_study):
    home = make_study({"a.txt": "激活动能。\n活动很多。\n"}, dictionary="活动\n")
    assert prepare.uncut(open_study(home)).to_dict("records") == [
        {"term": "活动", "tokens": "激活/动能", "sentence_id": "a:0", "spans": "1-3"}
    ]


# ---------------------------------------------------------------- order, batches, processes


def test_the_order_of_reports_changes_no_row(home, study, tmp_path):
    other = Home(tmp_path / "other")
    shutil.copytree(home.seeds, other.seeds)
    path = other.seeds / "reports.csv"
    header, *lines = path.read_text("utf-8-sig").splitlines()
    path.write_text("\n".join([header, *reversed(lines)]) + "\n", "utf-8")
    one, two = tables(home), tables(other)
    assert list(two["reports"]["report_id"]) == list(reversed(one["reports"]["report_id"]))
    same(one, two, sort=True)


def test_a_study_of_several_batches_gives_the_same_as_one_of_a_single_batch(make_study, monkeypatch):
    one = tables(make_study(TEXTS, boilerplate=BOILERPLATE))
    monkeypatch.setattr(prepare, "BATCH", 1)
    home = make_study(TEXTS, boilerplate=BOILERPLATE)
    same(one, tables(home))
    assert {stage: len(names) for stage, names in shards(home).items()} == {"spans": 3, "sentences": 3, "terms": 3}


def test_work_in_other_processes_gives_the_same_as_work_in_this_one(make_study, monkeypatch):
    monkeypatch.setattr(prepare, "BATCH", 2)
    inline, pooled = make_study(TEXTS), make_study(TEXTS)
    prepare.refresh(inline, jobs=1)
    prepare.refresh(pooled, jobs=2)
    assert shards(inline) == shards(pooled)
    same(tables(inline), tables(pooled))


def test_an_executor_of_ones_own_is_used_and_left_open(make_study, monkeypatch):
    monkeypatch.setattr(prepare, "BATCH", 1)
    home, plain = make_study(TEXTS), make_study(TEXTS)
    with ThreadPoolExecutor(2) as executor:
        prepare.refresh(home, executor=executor)
        assert executor.submit(int).result() == 0
    same(tables(home), tables(plain))


def test_problems_of_every_batch_are_told(make_study, monkeypatch):
    monkeypatch.setattr(prepare, "BATCH", 1)
    home = make_study(TEXTS, reports="report_id,file\nr-a,reports/a.txt\nr-b,reports/x.txt\nr-c,reports/y.txt\n")
    with pytest.raises(PolicytextError) as raised:
        prepare.refresh(home, jobs=1)
    assert raised.value.exit_code == 3
    assert all(name in str(raised.value) for name in ("2 problems", "reports/x.txt", "reports/y.txt"))


# ---------------------------------------------------------------- the cache


def test_what_is_unchanged_is_not_made_again(make_study):
    home = make_study(TEXTS)
    prepare.refresh(home)
    before = {path: path.stat().st_mtime_ns for path in home.cache.rglob("*.parquet")}
    prepare.refresh(home)
    assert {path: path.stat().st_mtime_ns for path in home.cache.rglob("*.parquet")} == before


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("reports/b.txt", "换了一句。\n"),
        ("dictionary.txt", "第一资源\n"),
        ("boilerplate.txt", "^加快\n"),
        ("spans.csv", "report_id,unit_id,part,kind,start,end\nb,b,1,body,0,16\nb,,2,byline,17,26\n"),
        ("units.csv", "unit_id,report_id,unit\nua,a,甲\nub,b,乙\nuc,c,丙\n"),
    ],
)
def test_whatever_changes_makes_new_shards_and_the_old_ones_go(make_study, name, content):
    plain = {"dictionary": "第一动力\n", "boilerplate": BOILERPLATE}
    plain |= {"reports": "report_id,file\n" + "".join(f"{x},reports/{x}.txt\n" for x in "abc")}
    home = make_study(TEXTS, **plain)
    one = tables(home)
    before = shards(home)
    (home.seeds / name).write_text(content, "utf-8")
    two = tables(home)
    after = shards(home)
    for stage in before:
        assert len(before[stage]) == len(after[stage]) == 1
        assert not before[stage] & after[stage]
    with pytest.raises(AssertionError):
        same(one, two)
    fresh = make_study(TEXTS, **plain)
    (fresh.seeds / name).write_text(content, "utf-8")
    same(two, tables(fresh))


def test_a_changed_report_leaves_the_shards_of_other_batches(make_study, monkeypatch):
    monkeypatch.setattr(prepare, "BATCH", 1)
    home = make_study(TEXTS)
    prepare.refresh(home)
    before = shards(home)
    (home.seeds / "reports" / "b.txt").write_text("换了一句。\n", "utf-8")
    prepare.refresh(home)
    assert {stage: len(before[stage] & after) for stage, after in shards(home).items()} == dict.fromkeys(before, 2)


@pytest.mark.parametrize("module", [prepare.stages, segment, ingest, guess], ids=lambda module: module.__name__)
def test_a_change_of_the_code_that_reads_reports_makes_new_shards(make_study, tmp_path, monkeypatch, module):
    home = make_study(TEXTS)
    prepare.refresh(home)
    before = shards(home)
    changed = tmp_path / "changed.py"
    shutil.copy(module.__file__, changed)
    monkeypatch.setattr(module, "__file__", str(changed))
    prepare.refresh(home)
    assert shards(home) == before, "the same code elsewhere is the same code"
    changed.write_text(changed.read_text("utf-8") + "# changed\n", "utf-8")
    prepare.refresh(home)
    assert not before["sentences"] & shards(home)["sentences"]


def emptied(path):
    path.write_bytes(b"")


def half_written(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def no_parquet(path):
    path.write_text("not what it was")


def blotted(path):
    """Another disk's zeros in the data, the end of the file as it was."""
    data = path.read_bytes()
    path.write_bytes(data[:4] + bytes(200) + data[204:])


def gone(path):
    path.unlink()


@pytest.mark.parametrize(
    ("stage", "damage"),
    [("spans", half_written), ("sentences", half_written), ("terms", half_written)]
    + [("sentences", damage) for damage in (emptied, no_parquet, blotted, gone)],
)
def test_a_damaged_shard_counts_as_absent_and_is_made_again(make_study, capsys, stage, damage):
    home = make_study(TEXTS)
    before = tables(home)
    (shard,) = (home.cache / stage).iterdir()
    damage(shard)
    was_there = shard.exists()
    capsys.readouterr()
    same(before, tables(home))
    assert (shard.name in capsys.readouterr().err) == was_there, "a warning, where there is something to warn of"


def test_a_damaged_dictionary_of_jieba_is_compiled_again(make_study):
    home = make_study(TEXTS)
    (home.cache / "jieba.cache").write_bytes(b"half of it")
    same(tables(home), tables(make_study(TEXTS)))


def test_a_failed_preparation_leaves_the_earlier_shards(make_study):
    home = make_study(TEXTS)
    prepare.refresh(home)
    before = shards(home)
    (home.seeds / "reports" / "b.txt").write_bytes(b"")
    with pytest.raises(PolicytextError):
        prepare.refresh(home)
    assert shards(home) == before


def test_preparing_writes_into_the_cache_and_nowhere_else(make_study):
    home = make_study(TEXTS)
    before = sums(home.root)
    tables(home)
    after = sums(home.root)
    assert {path: after[path] for path in before} == before
    assert {path.relative_to(home.root).parts[:2] for path in after.keys() - before.keys()} == {("build", "cache")}
