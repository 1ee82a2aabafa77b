"""What a user may rely on in JupyterLab: `policytext lab`, open a notebook, Run All, change a parameter, Run All."""

import re
import shutil
from urllib.parse import urlsplit

import nbformat
import pandas as pd
import pytest
from nbclient import NotebookClient
from playwright.sync_api import expect

from policytext.run import freshness

pytestmark = pytest.mark.browser

ANSWERS = {
    "00-overview": r"(?P<reports>\d+) reports in \d+ groups and (?P<units>\d+) units are described",
    "01-corpus": r"(?P<reports>\d+) reports with (?P<units>\d+) units and [\d,]+ paragraphs",
    "02-word-frequency": r"First come .+ in .+\. Of [\d,]+ pairs of text and term, \d+ are keywords",
    "03-theme-coding": r"The most frequent themes of \d+ sentences are T\d",
    "04-indicators": r"of (?P<quantities>\d+) that a coder listed (?P<found>\d+) were found",
    "05-city-comparison": r"Of \d+ differences tested between texts \d+ are distinguished",
    "06-report": r"(?P<files>\d+) files, [\d,]+ kB; [\d,]+ values and claims in the English report",
}
"""The answer of each notebook, computed when it has run."""


def known(lab):
    """What the answers state, counted otherwise: from the seeds, the keys of coders, and the files that were written."""
    found = {name: len(pd.read_csv(lab.home.seeds / f"{name}.csv")) for name in ("reports", "units")}
    read = pd.read_csv(lab.home.seeds / "coding" / "quantities.csv")
    found["quantities"] = found["found"] = int(read["kind"].isin(["quantity", "rank"]).sum())
    found["files"] = len([*lab.home.tryout.glob("REPORT*.md"), *lab.home.tryout.glob("report/*")])
    return found


def run_what_it_reads(lab, page, name):
    """Run the notebooks whose tables and figures a notebook reads, as far as they have not run here."""
    needed = lab.missing(read for read in lab.entry(name).reads if read.startswith(("tables/", "figures/")))
    for earlier in [other for other in ANSWERS if set(lab.entry(other).writes) & set(needed)]:
        lab.open(page, earlier).run_all()


@pytest.mark.parametrize("name", ANSWERS)
def test_run_all_shows_answer_and_figures_and_changes_nothing_published(lab, page, name):
    run_what_it_reads(lab, page, name)
    before = lab.sums()
    writes = lab.entry(name).writes
    notebook = lab.open(page, name)
    notebook.run_all()

    assert notebook.problems() == []
    pictures = notebook.pictures()
    assert len(pictures) == sum(written.startswith("figures/") for written in writes)
    assert all(width > 300 and height > 100 for width, height in pictures)
    expect(notebook.outputs("Computed below")).to_have_count(0)
    answer = notebook.outputs("Answer · 回答.")
    expect(answer).to_have_count(1)
    stated = re.search(ANSWERS[name], answer.text_content())
    assert stated, answer.text_content()
    for what, number in stated.groupdict().items():
        assert int(number.replace(",", "")) == known(lab)[what]

    assert lab.missing(writes) == []
    assert lab.sums() == before


def test_a_changed_parameter_shows_in_the_tryout_and_leaves_the_published_figures(lab, page):
    before = lab.sums()
    notebook = lab.open(page, "02-word-frequency")
    notebook.set("top_n", 5)
    notebook.run_all()
    assert notebook.problems() == []
    tried = pd.read_csv(lab.home.tryout / "figures" / "top-terms" / "data.csv")
    assert tried["rank"].max() == 5
    assert lab.sums() == before


def test_saving_a_notebook_that_has_run_changes_nothing_that_a_run_depends_on(lab, page):
    copy = lab.home.notebooks / "copy.ipynb"
    shutil.copy(lab.home.notebooks / "00-overview.ipynb", copy)
    before = freshness.cells(copy)
    notebook = lab.open(page, "copy")
    notebook.run_all()
    notebook.save()
    assert any(cell.get("outputs") for cell in nbformat.read(copy, as_version=4).cells)
    assert freshness.cells(copy) == before


def test_lab_asks_nothing_and_fetches_nothing_from_elsewhere(lab, page):
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    lab.open(page, "00-overview")
    hosts = {urlsplit(url).hostname for url in asked if url.startswith(("http", "ws"))}
    assert hosts == {"127.0.0.1"}
    assert page.locator(".jp-Dialog, .Toastify__toast").all_inner_texts() == []


def test_kernels_start_beside_their_notebooks(lab, page):
    lab.open(page, "00-overview")
    assert lab.kernel_folders() == [str(lab.home.notebooks)]


def test_a_kernel_started_beside_a_notebook_finds_the_home_by_itself(lab):
    """Plain Jupyter and other editors start it there too, and do not name the home as `policytext lab` does."""
    before = lab.sums()
    notebook = nbformat.read(lab.home.notebooks / "01-corpus.ipynb", as_version=4)
    notebook.cells.append(nbformat.v4.new_code_cell("import os\nprint(os.getcwd(), study.home.root, sep='\\n')"))
    client = NotebookClient(notebook, timeout=600, resources={"metadata": {"path": str(lab.home.notebooks)}})
    client.execute()
    told = notebook.cells[-1].outputs[0].text.splitlines()
    assert told == [str(lab.home.notebooks), str(lab.home.root)]
    assert lab.sums() == before
