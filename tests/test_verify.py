"""What a user may rely on when results are verified: everything is made again, and every difference is shown."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
import tiny_homes
from PIL import Image
from tiny_homes import figure, table

from policytext.run.verify import verify
from policytext.study.home import Home

CHAIN = """
notebooks:
  - {notebook: 02-b, reads: [tables/a, data], writes: [tables/b, figures/f]}
  - {notebook: 01-a, reads: [data], writes: [tables/a]}
"""
DRAWN = """from PIL import Image
picture = Image.new("RGB", (30, 20), "white")
picture.paste("black", (0, 0, len(pathlib.Path(os.environ["POLICYTEXT_HOME"], "data", "words.txt").read_text()), 9))
picture.save(out / "figures" / "f" / "zh.png")"""


@pytest.fixture(scope="module")
def ready(tmp_path_factory):
    """A home of two notebooks after its run; the second draws a bar as long as what it reads."""
    cells = {"01_a": [table("a")], "02_b": [table("b"), figure("f"), DRAWN]}
    home = tiny_homes.make(tmp_path_factory.mktemp("ready") / "home", CHAIN, **cells)
    assert tiny_homes.execute(home)[0] == 0
    return home


@pytest.fixture
def chain(ready, tmp_path, monkeypatch):
    """A copy of it."""
    monkeypatch.setenv("MPLCONFIGDIR", os.environ.get("MPLCONFIGDIR", ""))  # a run sets it
    return Home(shutil.copytree(ready.root, tmp_path / "home"))


def test_verify_finds_nothing_in_what_was_just_made_and_every_byte_that_differs(chain, capsys):
    (chain.build / "verify").mkdir()
    (chain.build / "verify" / "old.png").touch()
    assert verify(chain) == 0
    (chain.figures / "f" / "data.csv").write_text("a\n2\n")
    (chain.figures / "g").mkdir()
    (chain.figures / "g" / "data.csv").touch()
    (chain.tables / "b.csv").unlink()
    capsys.readouterr()
    assert verify(chain) == 4
    told = capsys.readouterr().out.splitlines()
    assert told[told.index("build/tables/b.csv: is missing here") :] == [
        "build/tables/b.csv: is missing here",
        "figures/f/data.csv: differs",
        "    --- here",
        "    +++ made again",
        "    @@ -2 +2 @@",
        "    -2",
        "    +1",
        "figures/g/data.csv: is not made any more",
        "3 files differ.",
    ]
    assert not (chain.build / "verify").exists()


def test_a_figure_that_differs_is_shown_before_after_and_by_what_has_changed(chain, capsys):
    (chain.root / "data" / "words.txt").write_text("创新创新创新\n")
    assert verify(chain) == 4
    told = capsys.readouterr().out
    assert "figures/f/zh.png: differs, see f-zh.png" in told
    assert "Pictures of the differences (before, after, difference): build/verify/" in told
    with Image.open(chain.build / "verify" / "f-zh.png") as sheet:
        assert sheet.size == (3 * 30 + 40, 20)
        black, white, red, grey = (0, 0, 0), (255, 255, 255), (255, 0, 0), (128, 128, 128)
        before, after, changed = 0, 50, 100
        assert [sheet.getpixel((before + x, 5)) for x in (1, 4, 20)] == [black, white, white]
        assert [sheet.getpixel((after + x, 5)) for x in (1, 4, 20)] == [black, black, white]
        assert [sheet.getpixel((changed + x, 5)) for x in (4, 20)] == [red, white]
        assert sheet.getpixel((changed + 1, 5)) not in (black, red)
        assert sheet.getpixel((40, 5)) == grey


def test_a_changed_input_is_named_before_all_where_a_figure_says_what_it_read(chain, capsys):
    path = chain.figures / "f" / "figure.json"
    facts = json.loads(path.read_text("utf-8"))
    read = {"data/words.txt": "ab", "seeds/a.txt": "cd"}
    path.write_text(json.dumps(facts | {"font": "x", "inputs": read}), "utf-8")
    with (chain.notebooks / "02-b.ipynb").open(encoding="utf-8") as file:
        notebook = file.read().replace("'parameters': {}", "'parameters': {}, 'inputs': {'data/words.txt': 'ab'}")
    (chain.notebooks / "02-b.ipynb").write_text(notebook, "utf-8")
    assert verify(chain) == 4
    told = capsys.readouterr().out.splitlines()
    assert "figures/f/figure.json: differs in font, inputs" in told
    assert told.index("Changed since the figures were made: seeds/a.txt") < told.index(
        "figures/f/figure.json: differs in font, inputs"
    )


def test_documents_of_the_report_are_compared_where_they_are_there(chain, capsys):
    (chain.build / "report").mkdir()
    (chain.build / "report" / "report.en.html").write_text("by hand")
    assert verify(chain) == 4
    assert "build/report/report.en.html: is not made any more" in capsys.readouterr().out


def test_verify_leaves_nothing_behind(chain, tmp_path, monkeypatch):
    for folder in (chain.figures, chain.build):
        shutil.rmtree(folder)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    assert verify(chain) == 4  # nothing was made here yet
    assert not list((tmp_path / "temporary").iterdir())
    assert not (chain.build / "run.json").exists()
    assert Path(chain.pipeline).read_text() == CHAIN
    assert json.loads((chain.notebooks / "01-a.ipynb").read_text())["cells"][0]["outputs"] == []


def test_a_run_that_fails_verifies_nothing_and_ends_as_it_did(chain, capsys):
    tiny_homes.write_notebook(chain.notebooks / "01-a.ipynb", "1 / 0")
    assert verify(chain) == 1
    assert "Not verified: the run in a temporary home ended with 1." in capsys.readouterr().out


SMALL = """
notebooks:
  - {notebook: a, writes: [figures/dots]}
  - {notebook: b, writes: [figures/bars]}
"""
DRAWS = """import pandas as pd
from policytext import publish, style
from policytext.study import open_study
def chart(data, *, language):
    figure = style.figure(40)
    axes = figure.subplots()
    axes.barh(data["term"], data["n"])
    axes.set_title(language)
    return figure
words = {{key: {{"zh": "创新", "en": "Innovation"}} for key in ("title", "caption", "alt")}}
publish.figure(open_study(), {0!r}, chart, pd.DataFrame({{"term": ["创新", "浉河"], "n": [3, 1]}}), words=words, dpi=50)"""


def small(root):
    """A home whose two notebooks publish a figure each."""
    home = tiny_homes.make(root, SMALL, a=[DRAWS.format("dots")], b=[DRAWS.format("bars")])
    (home.seeds / "reports").mkdir()
    (home.seeds / "reports" / "a.txt").write_text("如皋科技创新。\n", "utf-8")
    return home


@pytest.mark.slow
def test_figures_have_the_same_bytes_one_by_one_and_in_parallel_in_another_folder_time_zone_and_locale(tmp_path):
    one, other = small(tmp_path / "one"), small(tmp_path / "另 {2}")
    settings = {"TZ": "Asia/Shanghai", "LC_ALL": "C", "PYTHONHASHSEED": "7"}
    assert tiny_homes.execute(one, "--jobs", "1")[0] == 0
    assert tiny_homes.execute(other, "--jobs", "2", **settings)[0] == 0
    names = sorted(path.relative_to(one.root) for path in one.figures.rglob("*") if path.is_file())
    assert len(names) == 17  # two bundles and the gallery
    assert [str(name) for name in names if (one.root / name).read_bytes() != (other.root / name).read_bytes()] == []


@pytest.mark.slow
def test_a_preset_given_to_a_run_prints_a_try_in_that_column_and_leaves_the_published_figure(tmp_path):
    home = small(tmp_path / "home")
    assert tiny_homes.execute(home)[0] == 0
    before = {path: path.read_bytes() for path in home.figures.rglob("*") if path.is_file()}
    code, _, err = tiny_homes.execute(home, "-p", "preset=nature")
    assert code == 2
    assert "nature-1" in err
    assert tiny_homes.execute(home, "-p", "preset=nature-1", "-p", "dpi=72")[0] == 0
    assert {path: path.read_bytes() for path in home.figures.rglob("*") if path.is_file()} == before
    tried = home.tryout / "figures" / "dots"
    told = json.loads((tried / "figure.json").read_text("utf-8"))
    assert (told["preset"], told["parameters"]) == ("nature-1", {"preset": "nature-1", "dpi": 72})
    found = subprocess.run(["pdfinfo", tried / "zh.pdf"], capture_output=True, text=True, check=True).stdout
    assert f"{89 / 25.4 * 72:.3f} x" in found
