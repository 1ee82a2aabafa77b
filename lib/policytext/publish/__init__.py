"""The only writer of `figures/` and `build/tables/`.

A notebook publishes into the place that its run gives it, or below `build/tryout/`; `promote` moves what a finished
notebook has made to where people find it.
"""

# ruff: noqa: F401

from policytext.publish.code_sheet import code_sheet
from policytext.publish.figures import figure, gallery
from policytext.publish.notebooks import notebooks
from policytext.publish.place import promote, report
from policytext.publish.tables import table, workbook
from policytext.study import Home


def finish(home: Home) -> None:
    """What is made of all outputs once a run has ended: the workbook of tables, the gallery, the notebooks as pages."""
    workbook(home)
    gallery(home)
    notebooks(home)
