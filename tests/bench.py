"""Measured claims, each as a ratio against the alternative in the same run: `make bench`.

Prints a line a claim and writes `build/bench/bench.json`. Nothing here is a test: machines differ, ratios less so.
"""

from __future__ import annotations

import json
import resource
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.spatial.distance import jensenshannon

from policytext import codebook, comparison, prepare, quantities, report, segment, stats, themes
from policytext.report import docx, github, html, pdf
from policytext.study import PROJECT, Home, open_study

PARAGRAPHS, TERMS, DRAWS = 98, 300, 100_000


def seconds(work: Callable[[], object]) -> float:
    """Wall-clock seconds of one call."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def permutation() -> dict[str, object]:
    """100,000 relabellings of 98 paragraphs for 300 terms, against a plain loop over draws and terms."""
    generator = np.random.default_rng(0)
    sizes = generator.integers(20, 120, PARAGRAPHS)
    counts = generator.poisson(np.outer(sizes, np.full(TERMS, 0.004)))
    target = np.arange(PARAGRAPHS) < 30
    few = 50

    def loop() -> None:
        for _ in range(few):
            members = generator.permutation(target)
            for term in range(TERMS):
                abs(
                    counts[members, term].sum() / sizes[members].sum()
                    - counts[~members, term].sum() / sizes[~members].sum()
                )

    vectorised = seconds(lambda: stats.permutation_p(counts, sizes, target, draws=DRAWS))
    plain = seconds(loop) / few * DRAWS
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    return {
        "what": "permutation test against a plain loop",
        "seconds": vectorised,
        "ratio": plain / vectorised,
        "peak_gb": peak,
    }


def preparing() -> dict[str, object]:
    """Cutting 1,000 reports into sentences and terms with two processes, against one."""
    times = {}
    for jobs in (1, 2):
        with tempfile.TemporaryDirectory() as folder:
            home = many_reports(Path(folder), 1_000)
            times[jobs] = seconds(lambda home=home, jobs=jobs: prepare.refresh(home, jobs=jobs))
    return {
        "what": "preparing 1,000 reports, two processes against one",
        "seconds": times[2],
        "ratio": times[1] / times[2],
    }


def preparing_again() -> dict[str, object]:
    """One report of 1,000 changed: preparing it again, against preparing all."""
    with tempfile.TemporaryDirectory() as folder:
        home = many_reports(Path(folder), 1_000)
        every = seconds(lambda: prepare.refresh(home, jobs=1))
        with (home.seeds / "reports" / "r0000.txt").open("a", encoding="utf-8") as file:
            file.write("\n又加一句。\n")
        again = seconds(lambda: prepare.refresh(home, jobs=1))
    return {"what": "one report of 1,000 changed, against all anew", "seconds": again, "ratio": every / again}


def comparing() -> dict[str, object]:
    """All distances of 300 groups over 20,000 terms with 200 resamples and splits, against one pair at a time."""
    generator = np.random.default_rng(0)
    groups, paragraphs, terms, draws, few = 300, 20, 20_000, 200, 200
    share = 1 / np.arange(1, terms + 1)
    cuts = np.searchsorted(np.cumsum(share / share.sum()), generator.random((groups * paragraphs, 60)))
    rows = np.repeat(np.arange(groups * paragraphs), 60)
    counts = sparse.csr_array(
        (np.ones(cuts.size), (rows, np.minimum(cuts.ravel(), terms - 1))), shape=(len(cuts), terms)
    )
    names = [f"g{number:03}" for number in range(groups)]
    listed = [f"p{number:05}" for number in range(len(cuts))]
    of_group = np.repeat(np.arange(groups), paragraphs)
    own = comparison.Profiles(
        counts, np.full(len(cuts), 60.0), of_group, names, [f"t{n}" for n in range(terms)], listed
    )
    table = own.table()

    def one_by_one() -> None:
        for one, other in generator.integers(0, groups, (few, 2)):
            jensenshannon(table[one], table[other], base=2)

    together = seconds(lambda: comparison.distances({"terms": own}, groups=pd.Series(names, index=names), draws=draws))
    pairs = groups * (groups - 1) / 2
    apart = seconds(one_by_one) / few * pairs * draws * 3  # a resample, halves across, and halves of one group
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    return {
        "what": "distances of 300 groups over 20,000 terms, 200 draws, against one pair at a time",
        "seconds": together,
        "ratio": apart / together,
        "peak_gb": peak,
    }


def ten_megabytes() -> tuple[list[dict], Callable[[], object]]:
    """10 MB of sentences of the default study, and what cuts them into terms with jieba."""
    study = open_study(PROJECT)
    once = []
    for report_id in study.reports["report_id"]:
        text, _ = study.read(report_id)
        once += list(segment.sentences(report_id, text, study.spans_of(report_id, text)))
    sentences = once * (10_000_000 // sum(len(sentence["text"].encode()) for sentence in once) + 1)
    with tempfile.TemporaryDirectory() as folder:
        tokenizer = segment.make_tokenizer([], cache=Path(folder))
    return sentences, lambda: [list(segment.terms(sentence, tokenizer)) for sentence in sentences]


def reading_numbers() -> dict[str, object]:
    """The numbers of 10 MB of sentences, against cutting the same sentences into terms with jieba."""
    sentences, cut = ten_megabytes()
    indicators = quantities.load(Home(PROJECT))
    read = seconds(lambda: quantities.read(sentences, published="2023", indicators=indicators))
    return {"what": "numbers of 10 MB, against cutting them with jieba", "seconds": read, "ratio": seconds(cut) / read}


def coding_themes() -> dict[str, object]:
    """The twelve themes of 10 MB of sentences, against cutting the same sentences into terms with jieba."""
    sentences, cut = ten_megabytes()
    book = codebook.load(Home(PROJECT))
    coder = themes.Coder(book.model_copy(update={"facets": []}))
    coded = seconds(lambda: coder.code(sentences))
    return {"what": "themes of 10 MB, against cutting them with jieba", "seconds": coded, "ratio": seconds(cut) / coded}


def writing_report() -> dict[str, object]:
    """All files of the report in both languages, against one after the other; its results must be there (`make`)."""
    study = open_study(PROJECT)
    tables = report.published(study)
    documents = {language: report.compose(report.Values(study, language, tables, 20)) for language in ("zh", "en")}

    def one_by_one() -> None:
        for document in documents.values():
            for written in (github.markdown, html.page, pdf.pdf, docx.docx_of):
                written(document)

    written = seconds(lambda: report.files(documents))
    what = "all files of the report, against one after the other"
    return {"what": what, "seconds": written, "ratio": seconds(one_by_one) / written}


def many_reports(root: Path, number: int) -> Home:
    """A home with copies of the text of the default study, each with a line of its own."""
    study = open_study(PROJECT)
    texts = [study.read(report_id)[0] for report_id in study.reports["report_id"]]
    (root / "seeds" / "reports").mkdir(parents=True)
    for name in ("dictionary.txt", "stopwords.txt"):
        shutil.copy(PROJECT / "seeds" / name, root / "seeds" / name)
    for i in range(number):
        (root / "seeds" / "reports" / f"r{i:04}.txt").write_text(f"第{i}份。\n{texts[i % len(texts)]}", "utf-8")
    return Home(root)


def main() -> None:
    """Run all and tell."""
    results = []
    for measure in (permutation, comparing, preparing, preparing_again, coding_themes, reading_numbers, writing_report):
        found = measure()
        results.append(found)
        peak = f", peak {found['peak_gb']:.2f} GB" if "peak_gb" in found else ""
        print(f"{found['what']}: {found['ratio']:.1f} times as fast ({found['seconds']:.1f} s{peak})", flush=True)
    place = PROJECT / "build" / "bench" / "bench.json"
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(json.dumps(results, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
