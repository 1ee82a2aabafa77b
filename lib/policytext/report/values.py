"""What a narrative may name: sizes of the corpus, rates of terms, lists of words. No number is typed into prose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from policytext import frequency, stats
from policytext.errors import PolicytextError
from policytext.study import Study


@dataclass(frozen=True)
class Group:
    """One text, or set of texts, as the report speaks of it. name: as the study labels it in one language."""

    group: str
    name: str
    facts: str
    n_units: int
    n_paragraphs: int
    n_sentences: int
    n_chars: int
    n_terms: int
    top: Sequence[str]


@dataclass(frozen=True)
class Keyword:
    """A keyword as the report speaks of it: `times` as often as in the other texts, with the interval of that ratio.

    q: of the permutation over paragraphs. share: of the specifications in which it holds.
    """

    group: str
    name: str
    term: str
    n: int
    n_reference: int
    range: int
    times: float
    low: float
    high: float
    q: float
    share: float


@dataclass(frozen=True)
class Values:
    """The values of one study in one language, from the published tables of these names.

    spans: the prepared table. An unknown group raises PolicytextError, so that a narrative never states a number about
    nothing.
    """

    study: Study
    language: str
    units: pd.DataFrame
    sentences: pd.DataFrame
    counts: pd.DataFrame
    frequency: pd.DataFrame
    keyness: pd.DataFrame
    keyness_within: pd.DataFrame
    calibration: pd.DataFrame
    sensitivity: pd.DataFrame
    spans: pd.DataFrame
    top_n: int

    @cached_property
    def groups(self) -> list[Group]:
        """The groups in the order of the study."""
        of_unit = self.study.groups()
        labels = self.study.group_labels()[self.language]
        return [self._group(str(group), labels[str(group)], of_unit) for group in of_unit.unique()]

    def _group(self, group: str, label: str, of_unit: pd.Series) -> Group:
        units = self.units[self.units["unit_id"].isin(of_unit.index[of_unit == group])]
        ranked = self.frequency[(self.frequency["group"] == group) & (self.frequency["rank"] <= self.top_n)]
        sizes = {name: int(units[name].sum()) for name in ("n_paragraphs", "n_sentences", "n_chars", "n_terms")}
        name, _, facts = label.partition("\n")
        return Group(group, name, facts, len(units), top=list(ranked.sort_values("rank")["term"]), **sizes)

    @property
    def n_reports(self) -> int:
        return int(self.units["report_id"].nunique())

    @property
    def n_units(self) -> int:
        return len(self.units)

    @property
    def n_types(self) -> int:
        return int(self.frequency["term"].nunique())

    @property
    def years(self) -> tuple[int, int] | None:
        """First and last year of the reports; none where no report has one."""
        years = self.study.reports["year"].dropna()
        return (int(years.min()), int(years.max())) if len(years) else None

    @property
    def left_out(self) -> int:
        """Characters that belong to no unit."""
        return int(self.spans.loc[self.spans["unit_id"] == "", "n_chars"].sum())

    @property
    def n_joined(self) -> int:
        """Sentences put together across a break in the raw text."""
        return int(self.sentences["spans"].str.contains(";").sum())

    def total(self, size: str) -> int:
        """The sum of `n_chars`, `n_paragraphs`, `n_sentences` or `n_terms` over all units."""
        return int(self.units[size].sum())

    def group(self, name: str) -> Group:
        for group in self.groups:
            if group.group == name:
                return group
        raise PolicytextError(f"the narrative names the group {name!r}, which the study does not have")

    def use(self, group: str, term: str) -> pd.Series:
        """The row of the table `frequency` for a term in a group: n, n_string, total, rate, low, high.

        A term that the group does not use has n 0 and rate 0; `high` is then the highest rate that finding nothing still
        allows (one-sided, 95 %).
        """
        rows = self.frequency[self.frequency["group"] == self.group(group).group]
        found = rows[rows["term"] == term]
        if len(found):
            return found.iloc[0]
        total = int(rows["total"].iloc[0])
        bound = frequency.PER * float(stats.upper_bound_of_zero(total))
        return pd.Series(
            {"term": term, "n": 0, "n_string": self.strings(group, term), "total": total, "rate": 0.0, "high": bound}
        )

    def strings(self, group: str, term: str) -> int:
        """How often a group has the string, whether it was cut as a term or not."""
        of_unit = self.study.groups()
        texts = self.sentences.loc[self.sentences["unit_id"].map(of_unit) == self.group(group).group, "text"]
        return sum(text.count(term) for text in texts)

    def unit_strings(self, term: str) -> dict[str, int]:
        """How often each unit that has the string has it, by the unit's name in the language of the report."""
        counts = self.sentences.groupby("unit_id", sort=False)["text"].apply(
            lambda texts: sum(text.count(term) for text in texts)
        )
        names = self.units.set_index("unit_id")["unit"].map(lambda unit: self.study.label("unit", unit, self.language))
        return {names[unit_id]: int(n) for unit_id, n in counts.items() if n}

    def rates(self, term: str) -> tuple[float, float]:
        """The lowest and the highest rate of a term among the groups."""
        found = [float(self.use(group.group, term)["rate"]) for group in self.groups]
        return min(found), max(found)

    def unit_rates(self, group: str, term: str) -> tuple[float, float]:
        """The lowest and the highest rate of a term among the units of a group, per 10,000 of their terms."""
        of_unit = self.study.groups()
        members = self.units[self.units["unit_id"].isin(of_unit.index[of_unit == self.group(group).group])]
        n = self.counts[self.counts["term"] == term].groupby("unit_id")["n"].sum()
        rates = frequency.PER * members["unit_id"].map(n).fillna(0) / members["n_terms"]
        return float(rates.min()), float(rates.max())

    @cached_property
    def shared(self) -> list[str]:
        """Terms among the most frequent ones of every group."""
        return frequency.shared(self.frequency, top_n=self.top_n)

    @cached_property
    def only_here(self) -> dict[str, list[str]]:
        """For each group those of its most frequent terms that no other group uses at all, as a string."""
        found = {}
        for group in self.groups:
            others = [other.group for other in self.groups if other is not group]
            found[group.group] = [term for term in group.top if not any(self.strings(other, term) for other in others)]
        return found

    @property
    def n_without_interval(self) -> int:
        """Groups with fewer paragraphs than an interval needs."""
        return sum(group.n_paragraphs < stats.FEWEST_CLUSTERS for group in self.groups)

    @cached_property
    def keywords(self) -> list[Keyword]:
        """The keywords of all groups, those of one group together."""
        found = frequency.keywords(self.keyness, groups=self.study.groups())
        shares = self.sensitivity.groupby("finding")["agrees"].mean()
        return [
            Keyword(
                row.group,
                self.group(row.group).name,
                row.term,
                int(row.n),
                int(row.n_reference),
                int(row.range),
                *(2**value for value in (row.log_ratio, row.low, row.high)),
                row.q_permutation,
                float(shares[f"{row.group}: {row.term}"]),
            )
            for row in found.itertuples()
        ]

    def keyword(self, group: str, term: str) -> Keyword | None:
        """A keyword, or none where the term is not distinguished in this group."""
        return next((word for word in self.keywords if (word.group, word.term) == (group, term)), None)

    @property
    def family(self) -> int:
        """Pairs of group and term tested for keyness, names apart."""
        return int((~self.keyness["is_name"]).sum())

    @cached_property
    def verdicts(self) -> tuple[int, int]:
        """Terms that the token-level test calls more frequent in a group, and how many of them hold over paragraphs."""
        called = frequency.verdicts(self.keyness, groups=self.study.groups())
        naive = called["q"] < frequency.ALPHA
        return int(naive.sum()), int((naive & (called["q_permutation"] < frequency.ALPHA)).sum())

    @cached_property
    def distinguished_within(self) -> pd.DataFrame:
        """Rows of `keyness_within`, names apart, in which a unit differs from the others of its report; with its name."""
        kept = self.keyness_within
        kept = kept[(kept["q_permutation"] < frequency.ALPHA) & ~kept["is_name"].astype(bool)]
        return kept.assign(name=kept["group"].map(self.study.unit_labels()[self.language]))

    def false_positives(self, test: str) -> list[tuple[str, float, float, float]]:
        """(group name, share, low, high) of the calibration of a test: permutation or g2."""
        rows = self.calibration[self.calibration["test"] == test]
        return [(self.group(row.group).name, row.share, row.low, row.high) for row in rows.itertuples()]
