"""All reports to sentences and terms, kept in `build/cache`: batches of reports on an executor, one Parquet file each.

A batch is made again only when its reports, its spans, the dictionary or the code that reads them have changed.
"""

from __future__ import annotations

import hashlib
import os
import re
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, as_completed
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from rich.console import Console
from rich.progress import track

from policytext import codebook, quantities, segment
from policytext.errors import PolicytextError, exit_with
from policytext.prepare import stages
from policytext.prepare.stages import STAGES, Rows, dictionary, text_key, tokenizer
from policytext.study import Home, Study, checks, open_study

BATCH = 64
"""Reports in a batch: what one worker holds in memory at a time."""

Keys = dict[str, str]
"""For each stage the name of its files for one batch."""


def refresh(home: Home, *, jobs: int | None = None, executor: Executor | None = None) -> dict[str, list[Path]]:
    """Bring `build/cache` up to date: for each stage its Parquet files, in the order of the reports.

    jobs: processes, by default one per core. executor: where the work is done instead (a Dask cluster's, say).
    Raises PolicytextError (exit 3) that lists all that is wrong with the study.
    """
    study = open_study(home)
    exit_with(checks.check_ids(study))
    codebook.load(home)  # told before anything is made
    quantities.load(home)
    wanted = [(_keys(study, batch), batch) for batch in _batches(study)]
    missing = [(keys, batch, stale) for keys, batch in wanted if (stale := _stale(home, keys))]
    if missing:
        if any("texts" in stale for _, _, stale in missing):
            tokenizer(home)  # compiles jieba's own dictionary once, before the workers need it
        exit_with([problem for wrong in _map(missing, jobs, executor) for problem in wrong])
    files = {
        table: [home.cache / table / f"{keys[stage]}.parquet" for keys, _ in wanted]
        for stage, tables in _tables().items()
        for table in tables
    }
    for name, paths in files.items():
        for old in set((home.cache / name).glob("*")) - set(paths):
            old.unlink(missing_ok=True)
    return files


def _tables() -> dict[str, list[str]]:
    return {name: list(stage.tables) for name, stage in STAGES.items()}


def table(study: Study, name: str) -> pd.DataFrame:
    """A table made of the texts alone: reports, units, sentences, counts, spans, terms, or what is read in the sentences:
    theme_hits, facet_hits, quantities, outline, number_formulas.

    spans: one row per span, also for reports without rows in `spans.csv`: report_id, unit_id, kind, start, n_chars, the
    encoding of the file, and in `left_out` the text where it belongs to no unit.
    terms: one row per term of a sentence, with its spans. The others: see `COLUMNS`.
    """
    files = refresh(study.home)
    if name in ("reports", "units"):
        return _sizes(study, f"{name[:-1]}_id", getattr(study, name), files)
    if name == "counts":
        query = "SELECT unit_id, paragraph_id, term, count(*) AS n FROM read_parquet($1) GROUP BY ALL ORDER BY ALL"
        return _query(query, files["terms"])
    return pd.concat([pd.read_parquet(path) for path in files[name]], ignore_index=True)


def uncut(study: Study) -> pd.DataFrame:
    """One row per occurrence of a dictionary term that jieba still does not cut whole: term, tokens, sentence_id, spans."""
    words = [term for term, _, _ in dictionary(study.home)]
    cutter = tokenizer(study.home)
    sentences = table(study, "sentences").to_dict("records")
    rows = [row for sentence in sentences for row in segment.find_uncut(sentence, words, cutter)]
    return pd.DataFrame(rows, columns=["term", "tokens", "sentence_id", "spans"])


def recut(study: Study, *, dictionary: bool = True, hmm: bool = True) -> pd.DataFrame:
    """The table `terms` as it would be without the study's dictionary, or without jieba's model for unknown words."""
    entries = stages.dictionary(study.home) if dictionary else []
    cutter = segment.make_tokenizer(entries, cache=study.home.cache)
    sentences = table(study, "sentences").to_dict("records")
    rows = [term for sentence in sentences for term in segment.terms(sentence, cutter, hmm=hmm)]
    return pd.DataFrame(rows, columns=STAGES["texts"].tables["terms"].names)


def names(study: Study) -> frozenset[str]:
    """Terms that name places, people, institutions and programmes.

    Those that the dictionary tags so (ns, nt, nz), and what the study's tables name: units, places, cities, prefectures,
    regions, speakers and authors, places also with their rank (如皋市). jieba's own tags are not used: they call 城市 and
    深度 places.
    """
    tagged = {term for term, _, tag in dictionary(study.home) if tag in ("ns", "nt", "nz")}
    columns = study.units[["unit", "place", "city", "prefecture", "region", "speaker"]]
    told = {value for column in columns for value in columns[column] if value}
    told |= {author for authors in study.reports["author"] for author in re.split("[；;、,，]", authors) if author}
    return frozenset(tagged | told | {f"{name}{rank}" for name in told for rank in "省市县区镇"})


def _batches(study: Study) -> Iterator[Study]:
    """The study cut into studies of a batch of reports each."""
    for start in range(0, len(study.reports), BATCH):
        reports = study.reports.iloc[start : start + BATCH]
        ids = reports["report_id"]
        units = study.units[study.units["report_id"].isin(ids)]
        yield replace(study, reports=reports, units=units, spans=study.spans[study.spans["report_id"].isin(ids)])


def _keys(study: Study, batch: Study) -> Keys:
    """The names of a batch's files: a later stage depends on the texts too."""
    texts = text_key(study, batch)
    keys = {"texts": texts} | {
        name: hashlib.sha256((texts + stage.key(study, batch)).encode()).hexdigest()
        for name, stage in STAGES.items()
        if name != "texts"
    }
    return {name: key[:24] for name, key in keys.items()}


def _stale(home: Home, keys: Keys) -> list[str]:
    """The stages of a batch that have to be made, in their order."""
    return [
        stage
        for stage, tables in _tables().items()
        if not all(_usable(home.cache / table / f"{keys[stage]}.parquet") for table in tables)
    ]


def _map(
    missing: list[tuple[Keys, Study, list[str]]], jobs: int | None, executor: Executor | None
) -> Iterable[list[PolicytextError]]:
    """The problems found in each batch; a single one is made here, without starting a process."""
    jobs = min(jobs or os.cpu_count() or 1, len(missing))
    if executor is None and jobs == 1:
        return [_prepare(*item) for item in missing]
    own = executor or ProcessPoolExecutor(jobs, mp_context=get_context("spawn"))
    try:
        futures: list[Future[list[PolicytextError]]] = [own.submit(_prepare, *item) for item in missing]
        done = track(
            as_completed(futures), "Preparing reports", total=len(futures), transient=True, console=Console(stderr=True)
        )
        return [future.result() for future in done]
    finally:
        if executor is None:
            own.shutdown(cancel_futures=True)


def _prepare(keys: Keys, batch: Study, stale: list[str]) -> list[PolicytextError]:
    """Write the files of the stale stages of one batch, or return what is wrong with its reports."""
    cache = batch.home.cache
    texts: Rows = {}
    for name in stale:
        stage = STAGES[name]
        if name != "texts" and not texts:
            texts = {"sentences": pq.read_table(cache / "sentences" / f"{keys['texts']}.parquet").to_pylist()}
        try:
            rows, problems = stage.make(batch, texts)
        except PolicytextError as error:
            return [error]
        if problems:
            return problems
        for table, schema in stage.tables.items():
            _write(cache / table / f"{keys[name]}.parquet", pa.Table.from_pylist(rows[table], schema=schema))
        texts = rows if name == "texts" else texts
    return []


def _usable(path: Path) -> bool:
    """Whether a file of the cache is there and whole; a broken one is taken away, with a warning."""
    try:
        pq.read_table(path)
        return True
    except FileNotFoundError:
        return False
    except (OSError, pa.ArrowException):
        print(f"{path.name} in build/cache is broken and is made again", file=sys.stderr)
        path.unlink(missing_ok=True)
        return False


def _write(path: Path, content: pa.Table) -> None:
    """A whole file or none: written beside its place, then moved."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(f".{os.getpid()}")
    pq.write_table(content, beside)
    beside.replace(path)


def _sizes(study: Study, key: str, rows: pd.DataFrame, files: dict[str, list[Path]]) -> pd.DataFrame:
    """The rows of reports or units with their sizes; n_chars counts the characters of their body and headings."""
    counts = {
        "n_chars": _query(
            f"SELECT {key}, sum(n_chars)::BIGINT AS n FROM read_parquet($1) WHERE unit_id <> '' GROUP BY 1",
            files["spans"],
        ),
        "n_paragraphs": _query(
            f"SELECT {key}, count(DISTINCT paragraph_id) AS n FROM read_parquet($1) GROUP BY 1", files["sentences"]
        ),
        "n_sentences": _query(
            f"SELECT {key}, count(*) AS n FROM read_parquet($1) WHERE kind = 'sentence' GROUP BY 1", files["sentences"]
        ),
        "n_terms": _query("SELECT unit_id, count(*) AS n FROM read_parquet($1) GROUP BY 1", files["terms"]),
    }
    if key == "report_id":
        reports = study.units.set_index("unit_id")["report_id"]
        terms = counts["n_terms"]
        counts["n_terms"] = terms.groupby(terms["unit_id"].map(reports).rename(key), as_index=False)["n"].sum()
    sized = rows.drop(columns=["file", "original"], errors="ignore").reset_index(drop=True)
    for name, count in counts.items():
        sized[name] = sized[key].map(count.set_index(key)["n"]).fillna(0).astype("int64")
    return sized


def _query(query: str, files: list[Path]) -> pd.DataFrame:
    with duckdb.connect() as connection:
        return connection.execute(query, [[str(path) for path in files]]).df()
