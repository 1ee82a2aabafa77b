"""What a narrative may name: rows of tables, sizes of the corpus, rates of terms, lists of words. No number is typed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from policytext import codebook, frequency, prepare, quantities, stats
from policytext.errors import PolicytextError
from policytext.quantities import SIGNS
from policytext.report import words
from policytext.report.evidence import Evidence
from policytext.report.ledger import Place, Source, Value
from policytext.report.rows import Row, Rows, rows_of
from policytext.study import COLUMNS, Study, current_run, empty

_SIZES = ("n_paragraphs", "n_sentences", "n_chars", "n_terms")


@dataclass(frozen=True)
class Group:
    """One text, or set of texts, as the report speaks of it. name: as the study labels it in one language."""

    group: str
    name: str
    facts: str
    units: Sequence[str]
    top: Sequence[str]
    n_units: Value
    n_paragraphs: Value
    n_sentences: Value
    n_chars: Value
    n_terms: Value


@dataclass(frozen=True)
class Values:
    """The values of one study in one language, from the published tables.

    tables: by name; `published` reads those that are there. An unknown table, group or row raises PolicytextError, so
    that a narrative never states a number about nothing.
    """

    study: Study
    language: str
    tables: Mapping[str, pd.DataFrame]
    top_n: int

    @cached_property
    def evidence(self) -> Evidence:
        """What leads from rows to sentences."""
        return Evidence(self.study, self.tables["sentences"], self.tables.get)

    @cached_property
    def _every(self) -> dict[str, Rows]:
        """The rows of the tables that have been asked for."""
        return {}

    # ------------------------------------------------------------ any table

    def has(self, *names: str) -> bool:
        """Whether all these tables are there and have rows: what a narrative asks before it speaks of them."""
        return all(name in self.tables and len(self.tables[name]) for name in names)

    def lacking(self, names: Mapping[str, str]) -> list[str]:
        """The words for those of some tables that are not there, or are empty: what a report has to say it lacks."""
        return [told for name, told in names.items() if not self.has(name)]

    def rows(self, name: str, **conditions: Any) -> Rows:
        """The rows of a published table; with conditions those for which they hold (see `Rows.where`)."""
        if name not in self.tables:
            known = ", ".join(sorted(self.tables))
            raise PolicytextError(
                f"there is no table {name} yet", fix=f"Ask `has({name!r})` before. There are: {known}."
            )
        if name not in self._every:
            self._every[name] = rows_of(name, self._named(name), self.evidence.of)
        return self._every[name].where(**conditions) if conditions else self._every[name]

    def row(self, name: str, **conditions: Any) -> Row:
        """The one row of a table for which the conditions hold."""
        return self.rows(name).one(**conditions)

    def crossed(self, name: str, down: str, across: str, column: str, **conditions: Any) -> Rows:
        """One row per value of `down`, with its `name`; a cell for each value of `across` has what stands in `column`."""
        lines: dict[str, dict[str, Any]] = {}
        for row in self.rows(name, **conditions):
            line = lines.setdefault(row[down], {down: row[down], "name": self.name(row[down])})
            line[str(row[across])] = row[column]
        return Rows(name, (Row(name, line, self.evidence.of, [down]) for line in lines.values()))

    def _named(self, name: str) -> pd.DataFrame:
        """The table with a column `name`: what to print for its group, unit, theme or title in the language of the report."""
        table = self.tables[name]
        keys = [column for column in ("group", "unit_id", "theme") if column in table and "name" not in table]
        table = table.assign(name=table[keys[0]].map(self.name)) if keys else table
        if name == "reports":
            table = table.assign(name=[self.study.label("title", title, self.language) for title in table["title"]])
        return table.assign(theme_name=table["theme"].map(self.name)) if "theme" in table else table

    def name(self, key: Any) -> str:
        """What to print for a group, a unit or any other value of the study."""
        return self._names.get(str(key), str(key))

    @cached_property
    def _names(self) -> dict[str, str]:
        groups = {key: label.partition("\n")[0] for key, label in self.study.group_labels()[self.language].items()}
        coded = {"theme_profile", "theme_codes", "facet_codes"} & set(self.tables)
        themes = codebook.load(self.study.home).names(self.language) if coded else {}
        return themes | self.study.unit_labels()[self.language] | groups

    def _value(self, number: Any, table: str, column: str, unit: str = "", row: str = "", places: Any = None) -> Value:
        return Value(number, Source(table, row, column, unit, places or (lambda: [])))

    def of_method(self, number: float, column: str, unit: str = "") -> Value:
        """A number that the library or a notebook fixes: a level, a threshold, a number of draws."""
        return self._value(number, "method", column, unit)

    # ------------------------------------------------------------ the corpus

    @cached_property
    def groups(self) -> list[Group]:
        """The groups in the order of the study."""
        of_unit = self.study.groups()
        labels = self.study.group_labels()[self.language]
        return [self._group(str(group), labels[str(group)], of_unit) for group in of_unit.unique()]

    def _group(self, group: str, label: str, of_unit: pd.Series) -> Group:
        ids = list(of_unit.index[of_unit == group])
        units = self.rows("units", unit_id=ids)
        ranked = self.tables["frequency"]
        ranked = ranked[(ranked["group"] == group) & (ranked["rank"] <= self.top_n)].sort_values("rank")
        name, _, facts = label.partition("\n")
        row = f"{self.study.settings.group_by}={group}"
        sums = {"n_units": units.n} | {size: units.sum(size) for size in _SIZES}
        named = {
            key: Value(v, Source("units", row, v.source.column, v.source.unit, v.source.places))
            for key, v in sums.items()
        }
        return Group(group, name, facts, ids, list(ranked["term"]), **named)

    @cached_property
    def sizes(self) -> Rows:
        """The groups as rows: name, facts, n_units, n_paragraphs, n_sentences, n_chars, n_terms."""
        return Rows("units", (Row("units", vars(group), self.evidence.of) for group in self.groups))

    @property
    def n_reports(self) -> Value:
        reports = list(dict.fromkeys(self.tables["units"]["report_id"]))
        return self._value(len(reports), "units", "report_id", places=lambda: [Place(name) for name in reports])

    @property
    def n_units(self) -> Value:
        return self.rows("units").n

    @property
    def n_groups(self) -> Value:
        """Texts, or sets of texts, that are compared."""
        return self._value(len(self.groups), "units", self.study.settings.group_by)

    @property
    def n_types(self) -> Value:
        return self._value(self.tables["frequency"]["term"].nunique(), "frequency", "term", "terms")

    @property
    def years(self) -> tuple[Value, Value] | None:
        """First and last year of the reports; none where no report has one."""
        years = self.study.reports["year"].dropna()
        if not len(years):
            return None
        first, last = (
            self._value(int(year), "reports", "year", "year", how)
            for year, how in ((years.min(), "first"), (years.max(), "last"))
        )
        return first, last

    @property
    def left_out(self) -> Value:
        """Characters that belong to no unit."""
        spans = self.tables["spans"]
        return self._value(int(spans.loc[spans["unit_id"] == "", "n_chars"].sum()), "spans", "n_chars", "characters")

    @property
    def n_joined(self) -> Value:
        """Sentences put together across a break in the raw text."""
        kept = self.tables["sentences"]
        kept = kept[kept["spans"].str.contains(";")]
        places = [Place(row.report_id, row.sentence_id) for row in kept.itertuples()]
        return self._value(len(kept), "sentences", "spans", "sentences", "several spans", lambda: places)

    def total(self, size: str) -> Value:
        """The sum of `n_chars`, `n_paragraphs`, `n_sentences` or `n_terms` over all units."""
        return self.rows("units").sum(size)

    def group(self, name: str) -> Group:
        """A group by its value in the study. Raises PolicytextError where there is none."""
        for group in self.groups:
            if group.group == name:
                return group
        raise PolicytextError(f"the narrative names the group {name!r}, which the study does not have")

    # ------------------------------------------------------------ words

    def use(self, group: str, term: str) -> Row:
        """The row of the table `frequency` for a term in a group: n, n_string, total, rate, low, high.

        A term that the group does not use has n 0 and rate 0; `high` is then the highest rate that finding nothing still
        allows (one-sided, 95 %).
        """
        table = self.tables["frequency"]
        rows = table[table["group"] == self.group(group).group]
        found = rows[rows["term"] == term]
        if len(found):
            return Row("frequency", found.iloc[0].to_dict(), self.evidence.of)
        total = int(rows["total"].iloc[0])
        bound = frequency.PER * float(stats.upper_bound_of_zero(total))
        texts = self.tables["sentences"]["text"][self.tables["sentences"]["unit_id"].isin(self.group(group).units)]
        n_string = sum(text.count(term) for text in texts)
        cells = {"n": 0, "n_string": n_string, "total": total, "rate": 0.0, "low": 0.0, "high": bound}
        return Row("frequency", {"group": group, "term": term} | cells, self.evidence.of)

    def unit_strings(self, term: str) -> dict[str, Value]:
        """How often each unit that has the string has it, by the unit's name in the language of the report."""
        found = {}
        for unit_id, texts in self.tables["sentences"].groupby("unit_id", sort=False)["text"]:
            row, n = f"unit_id={unit_id}, string={term}", sum(text.count(term) for text in texts)
            places = lambda unit_id=unit_id: self.evidence.strings(term, [unit_id])  # noqa: E731
            if n:
                found[self.name(unit_id)] = self._value(n, "sentences", "text", "occurrences", row, places)
        return found

    @cached_property
    def shared(self) -> list[str]:
        """Terms among the most frequent ones of every group."""
        return frequency.shared(self.tables["frequency"], top_n=self.top_n)

    @property
    def n_without_interval(self) -> Value:
        """Groups with fewer paragraphs than an interval needs."""
        n = sum(group.n_paragraphs < stats.FEWEST_CLUSTERS for group in self.groups)
        return self._value(n, "units", "n_paragraphs", row=f"n_paragraphs lt={stats.FEWEST_CLUSTERS}")

    # ------------------------------------------------------------ indicators

    @cached_property
    def indicators(self) -> Rows:
        """The rows of `indicators`, those of indicators that several places give (`several`) first, of these those that
        compare (`like`).

        With `name` (of the unit that says it) and `label` in the language of the report, the sign of the comparator, half-years
        in words, and money in 亿元 or millions.
        """
        table = quantities.like_for_like(self.tables["indicators"])
        by = table.groupby(["indicator", "unit"])
        table = table.assign(any=by["like"].transform("any"), several=by["group"].transform("nunique") > 1)
        order = {"several": False, "any": False, "indicator": True, "like": False}
        table = table.sort_values(list(order), ascending=list(order.values()), kind="stable")
        zh, money = self.language == "zh", table["unit"] == "元"
        table["value"] = table["value"].mask(money, table["value"] / (1e8 if zh else 1e6))
        sentences = self.tables["sentences"].set_index("sentence_id")["unit_id"]
        told = {
            "name": table["sentence_id"].map(sentences).fillna(table["group"]).map(self.name),
            "unit": table["unit"].mask(money, "亿元" if zh else "m yuan"),
        }
        return rows_of("indicators", self._in_words(table).assign(**told), self.evidence.of)

    @cached_property
    def numbers(self) -> Rows:
        """The rows of `quantities` as texts write them: with `name` and `label`, years that are inferred marked by *."""
        table = self._in_words(self.tables["quantities"])
        year = table["year"] + table["year_basis"].map({"inferred": "*"}).fillna("")
        return rows_of("quantities", table.assign(name=table["unit_id"].map(self.name), year=year), self.evidence.of)

    def _in_words(self, table: pd.DataFrame) -> pd.DataFrame:
        """The table with `label`, the year, the comparator and the status in the language of the report."""
        known, zh = quantities.load(self.study.home), self.language == "zh"
        return table.assign(
            year=table["year"].str.replace(r"^(\d{4})H1$", r"\1年上半年" if zh else r"first half of \1", regex=True),
            label=table["indicator"].map(lambda name: known.label(name, self.language)),
            comparator=table["comparator"].map(SIGNS),
            status=table["status"].map(lambda status: words.STATUSES[status][not zh]),
        )

    @property
    def comparable(self) -> Rows:
        """Numbers of indicators that several places give."""
        return self.indicators.where(several=True)

    # ------------------------------------------------------------ keywords

    @cached_property
    def keywords(self) -> Rows:
        """The keywords of all groups, those of one group together: the rows of `keyness`, with name, `times` as often as in
        the other texts and its interval (`times_low`, `times_high`), n_string, and the share of specifications in which it holds.
        """
        found = frequency.keywords(self.tables["keyness"], groups=self.study.groups())
        strings = self.tables["frequency"][["group", "term", "n_string"]]
        found = found.merge(strings, "left", on=["group", "term"])
        shares = self.tables.get("sensitivity", empty("sensitivity")).groupby("finding")["agrees"].mean()
        findings = found["group"] + ": " + found["term"]
        times = {
            name: 2.0 ** found[column]
            for name, column in (("times", "log_ratio"), ("times_low", "low"), ("times_high", "high"))
        }
        told = found.assign(name=found["group"].map(self.name), share=findings.map(shares), **times)
        return rows_of("keyness", told, self.evidence.of)

    def keyword(self, group: str, term: str) -> Row | None:
        """A keyword, or none where the term is not distinguished in this group."""
        return next(iter(self.keywords.where(group=group, term=term)), None)

    @property
    def family(self) -> Value:
        """Pairs of group and term tested for keyness, names apart."""
        return self._value(
            int((~self.tables["keyness"]["is_name"].astype(bool)).sum()), "keyness", "rows", row="is_name=False"
        )

    @cached_property
    def verdicts(self) -> tuple[Value, Value]:
        """Terms that the token-level test calls more frequent in a group, and how many of them hold over paragraphs."""
        called = frequency.verdicts(self.tables["keyness"], groups=self.study.groups())
        naive = rows_of("keyness", called, self.evidence.of).where(q__lt=frequency.ALPHA)
        return naive.n, naive.where(q_permutation__lt=frequency.ALPHA).n

    @cached_property
    def distinguished_within(self) -> Rows:
        """Rows of `keyness_within`, names apart, in which a unit differs from the others of its report; with its name."""
        return self.rows("keyness_within", q_permutation__lt=frequency.ALPHA, is_name=False)

    def false_positives(self, test: str) -> Rows:
        """The calibration of a test (permutation or g2): name, share, low, high."""
        return self.rows("calibration", test=test)


def published(study: Study) -> dict[str, pd.DataFrame]:
    """Every table of the study that is there, by name, and of those that are prepared `spans` and `terms`.

    In a run these are the tables that pipeline.yml declares for the notebook, so that it runs again when one changes.
    """
    found, run = {name: prepare.table(study, name) for name in ("spans", "terms")}, current_run(study.home)
    declared = {Path(path).stem for path in run.inputs if path.endswith(".parquet")}
    for name in COLUMNS:
        if run.name and name not in declared:
            continue
        try:
            found[name] = study.table(name)
        except PolicytextError:
            continue
    return found
