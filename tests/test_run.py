"""What a user may rely on when a pipeline is read, when it is run again, and when it is verified."""

import os
import shutil
import subprocess
import sys

import nbformat
import pytest
import tiny_homes
from tiny_homes import entry, figure, table

from policytext.errors import PolicytextError
from policytext.run import freshness, parameters, pipeline, preflight, record, run, status
from policytext.study.home import PROJECT, Home

CHAIN = """
notebooks:
  - {notebook: 02-b, reads: [tables/a], writes: [tables/b, figures/f]}
  - {notebook: 01-a, reads: [data], writes: [tables/a]}
"""


@pytest.fixture
def chain(tmp_path, monkeypatch):
    """A home of two notebooks, the second of which reads what the first writes."""
    monkeypatch.setenv("MPLCONFIGDIR", os.environ.get("MPLCONFIGDIR", ""))  # a run sets it
    cells = {"01_a": [table("a")], "02_b": [table("b"), figure("f")]}
    return tiny_homes.make(tmp_path / "home", CHAIN, **cells)


def refused(call, *arguments, **options):
    with pytest.raises(PolicytextError) as caught:
        call(*arguments, **options)
    return caught.value


# pipeline.yml


def home_of(tmp_path, text, *notebooks, units=""):
    home = tiny_homes.make(tmp_path / "home", text, **{name: ["1"] for name in notebooks})
    if units:
        (home.seeds / "units.csv").write_text(units, encoding="utf-8-sig")
    return home


def test_entries_come_after_what_they_read(chain):
    entries = pipeline.read(chain).entries
    assert [(one.name, set(one.after)) for one in entries] == [("01-a", set()), ("02-b", {"01-a"})]


def test_for_each_makes_one_entry_per_value_in_file_order_and_fills_it_in(tmp_path):
    text = """
notebooks:
  - notebook: words
    name: words-{city}
    for_each: city
    writes: ["tables/words-{city}"]
    parameters: {city: "{city}", note: "{other}", top_n: 3}
"""
    units = "unit_id,report_id,unit,city\nu1,r1,一,无锡\nu2,r2,二,高{邮}\nu3,r3,三,无锡\nu4,r4,四,\n"
    entries = pipeline.read(home_of(tmp_path, text, "words", units=units)).entries
    assert [one.name for one in entries] == ["words-无锡", "words-高{邮}"]
    assert entries[1].writes == ("tables/words-高{邮}",)
    assert entries[1].given == {"city": "高{邮}", "note": "{other}", "top_n": 3}


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("notebooks:\n  - {notebook: a}\n  - {notebook: nn}", 3, "no notebook nn"),
        (
            "notebooks:\n  - {notebook: a, writes: [tables/x]}\n  - {notebook: b, writes: [tables/x]}",
            3,
            "both write tables/x",
        ),
        ("notebooks:\n  - {notebook: a}\n  - {notebook: a}", 3, "two entries are called 'a'"),
        ("notebooks:\n  - {notebook: a, reads: [tables/x]}", 2, "tables/x, which no notebook writes"),
        ("notebooks:\n  - {notebook: a, reads: [nowhere]}", 2, "nowhere"),
        ("notebooks:\n  - {notebook: a, reads: [../b]}", 2, "file or folder of the home"),
        ("notebooks:\n  - {notebook: a, writes: [/etc/passwd]}", 2, "a notebook writes tables/"),
        ("notebooks:\n  - {notebook: a, writes: [tables/../../x]}", 2, "a name begins with"),
        ("notebooks:\n  - {notebook: ../a}", 2, "a name begins with"),
        ("notebooks:\n  - {notebook: a, for_each: city}", 2, "seeds/units.csv"),
        ("notebooks:\n  - {notebook: a, wirtes: []}", 2, "wirtes"),
        ("limits: {memory_gb: 1}\nnotebooks:\n  - {notebook: a}", 1, "greater than or equal to 2"),
        ("notebooks: []", 1, "notebooks"),
        ("notebooks:\n  - {notebook: a, parameters: {x: 2024-01-01}}", 2, "JSON"),
        ("notebooks:\n  - {notebook: a, parameters: {top_n: 3}}", 2, "no parameter is called 'top_n'"),
        ("notebooks:\n  - &a {notebook: a}\n  - *a", 2, "anchors"),
        ("notebooks:\n  - !!python/object:os.system {notebook: a}", 2, "tags"),
        ("notebooks:\n  - {notebook: a, notebook: b}", 2, "repeated"),
        ('notebooks:\n  - {notebook: a, parameters: {"x\\nimport os": 1}}', 2, "not a plain word"),
        ("notebooks:\n  - {notebook: a", 2, ""),
    ],
)
def test_a_broken_pipeline_is_refused_with_file_and_line(tmp_path, text, line, said):
    home = home_of(tmp_path, text, "a", "b")
    error = refused(run, home)
    assert (error.exit_code, error.file) == (2, "pipeline.yml"), error
    assert said in str(error)
    assert error.line in (line, line + 1)  # YAML finds an unclosed bracket on the line after
    assert not home.build.exists()


def test_notebooks_that_wait_for_each_other_are_named(tmp_path):
    text = """
notebooks:
  - {notebook: a, reads: [tables/b], writes: [tables/a]}
  - {notebook: b, reads: [tables/a], writes: [tables/b]}
"""
    error = refused(pipeline.read, home_of(tmp_path, text, "a", "b"))
    assert error.exit_code == 2
    assert "a → b → a" in str(error) or "b → a → b" in str(error)


def test_an_unknown_name_is_answered_with_the_nearest(chain):
    error = refused(run, chain, only=["02-c"])
    assert error.exit_code == 2
    assert "Did you mean 02-b?" in str(error)


def test_a_notebook_whose_input_is_not_there_yet_is_refused_with_the_one_to_run_first(chain):
    error = refused(run, chain, only=["02-b"])
    assert error.exit_code == 2
    assert str(error) == "02-b reads tables/a, which is not there yet. Run 01-a first, or everything."


# parameters

DECLARED = """top_n: int = 20  # terms shown
share: float = 0.5
city: str | None = None
mark: str = "a=b"
towns: list[str] = ["无锡",
    "高邮"]
plain = 3
"""


@pytest.fixture
def declared(tmp_path):
    home = home_of(tmp_path, "notebooks: [{notebook: a, parameters: {plain: 4}}, {notebook: b}]", "b")
    tiny_homes.write_notebook(home.notebooks / "a.ipynb", "1", parameters=DECLARED)
    return home


def applied(home, *options):
    plan = pipeline.read(home)
    return parameters.effective(parameters.apply(plan, plan.entries, options)[0])


def test_parameters_are_the_notebooks_then_those_of_the_pipeline_then_those_given(declared):
    own = {"top_n": 20, "share": 0.5, "city": None, "mark": "a=b", "towns": ["无锡", "高邮"], "plain": 4}
    assert applied(declared) == own
    given = applied(declared, "top_n=3", "top_n=5", "share=1", "city=如皋", "mark=c=d", "towns=[a, b]", "plain=6")
    assert given == {"top_n": 5, "share": 1, "city": "如皋", "mark": "c=d", "towns": ["a", "b"], "plain": 6}


@pytest.mark.parametrize(
    "option",
    [
        "top_n=many",
        "top_n=1.5",
        "top_n=true",
        "share=half",
        "city=3",
        "towns=a",
        "towns=[1]",
        "plain=x",
        "city=2024-01-01",
    ],
)
def test_a_value_of_the_wrong_type_is_refused(declared, option):
    error = refused(applied, declared, option)
    assert error.exit_code == 2
    assert option.split("=")[0] in str(error)


def test_an_unknown_parameter_is_answered_with_the_nearest_and_all_there_are(declared):
    error = refused(applied, declared, "topn=3")
    assert error.exit_code == 2
    assert "Did you mean top_n?" in str(error)
    assert "towns (list[str], ['无锡', '高邮'])" in str(error)


@pytest.mark.parametrize(
    "option", ["top_n", "=3", "a b=3", "top_n=[", "top_n=!!python/name:os.system x", "top_n={a: &x 1, b: *x}"]
)
def test_an_option_that_is_no_plain_setting_is_refused(declared, option):
    assert refused(applied, declared, option).exit_code == 2


# freshness


def keys(home):
    return {
        one.name: freshness.key(one, home, freshness.hashes(one.reads, home)) for one in pipeline.read(home).entries
    }


def edit(path, change):
    notebook = nbformat.read(path, as_version=4)
    change(notebook)
    nbformat.write(notebook, path)


def test_a_key_does_not_depend_on_where_the_home_is(chain, tmp_path):
    before = keys(chain)
    shutil.copytree(chain.root, tmp_path / "elsewhere")
    assert keys(Home(tmp_path / "elsewhere")) == before


def test_a_notebook_saved_with_outputs_is_unchanged_and_one_with_other_words_is_not(chain):
    path, before = chain.notebooks / "01-a.ipynb", keys(chain)

    def save(notebook):
        notebook.cells[0].outputs = [nbformat.v4.new_output("stream", text="x")]
        notebook.cells[0].execution_count = 7
        notebook.cells[0].metadata["execution"] = {"shell.execute_reply": "2024"}
        notebook.metadata["language_info"] = {"name": "python"}

    edit(path, save)
    assert keys(chain) == before
    edit(path, lambda notebook: notebook.cells.insert(0, nbformat.v4.new_markdown_cell("A word.")))
    assert keys(chain)["01-a"] != before["01-a"]
    assert keys(chain)["02-b"] == before["02-b"]


@pytest.mark.parametrize("change", ["tag", "input", "new input", "citation", "parameter"])
def test_whatever_an_entry_depends_on_changes_its_key(chain, change):
    before = keys(chain)
    if change == "tag":
        edit(
            chain.notebooks / "01-a.ipynb", lambda notebook: notebook.cells[1].metadata.update(tags=["skip-execution"])
        )
    elif change == "input":
        (chain.root / "data" / "words.txt").write_text("人才\n")
    elif change == "new input":
        (chain.root / "data" / "more.txt").touch()
    elif change == "citation":
        (chain.root / "CITATION.cff").write_text("version: 2")
    else:
        tiny_homes.write_notebook(chain.notebooks / "01-a.ipynb", table("a"), parameters="n: int = 1")
        before = keys(chain)
        given = CHAIN.replace("notebook: 01-a,", "notebook: 01-a, parameters: {n: 2},")
        chain.pipeline.write_text(given)
    assert keys(chain)["01-a"] != before["01-a"]


def test_lock_files_of_office_programs_are_no_input(chain):
    before = keys(chain)
    for name in (".~lock.words.txt#", "~$words.txt", ".DS_Store"):
        (chain.root / "data" / name).touch()
    assert keys(chain) == before


def names(*sources):
    return {path.relative_to(freshness.LIBRARY).as_posix() for path in freshness.modules(sources)}


def test_what_code_imports_and_what_that_imports_counts():
    found = names("%matplotlib inline\nimport json\nfrom policytext.run import freshness as f")
    assert {"__init__.py", "errors.py", "run/__init__.py", "run/freshness.py", "run/pipeline.py"} <= found
    assert names("from policytext import errors") == {"__init__.py", "errors.py"}
    assert names("import json", "def broken(:") == set()


def test_a_package_taken_whole_counts_with_all_its_modules(tmp_path, monkeypatch):
    files = {
        "__init__.py": "",
        "other.py": "",
        "low.py": "",
        "part/__init__.py": "",
        "part/one.py": "from ..low import x",
    }
    for name, source in (files | {"part/two.py": "def f():\n    from . import one", "part/page.html": ""}).items():
        (tmp_path / "lib" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "lib" / name).write_text(source)
    monkeypatch.setattr(freshness, "LIBRARY", tmp_path / "lib")
    whole = {"__init__.py", "low.py", "part/__init__.py", "part/one.py", "part/page.html", "part/two.py"}
    assert names("from policytext import part") == whole
    assert names("import policytext.part as p") == whole
    assert names("from policytext.part import one") == whole - {"part/two.py"}
    assert names("from policytext.part import two") >= {"part/two.py", "part/one.py", "low.py"}
    assert names("from policytext import other") == {"__init__.py", "other.py"}


def test_a_changed_module_changes_the_key_of_what_depends_on_it_and_of_nothing_else(chain, tmp_path, monkeypatch):
    for name, source in {"__init__": "", "words": "from policytext import low", "low": "x = 1"}.items():
        (tmp_path / "lib").mkdir(exist_ok=True)
        (tmp_path / "lib" / f"{name}.py").write_text(source)
    monkeypatch.setattr(freshness, "LIBRARY", tmp_path / "lib")
    tiny_homes.write_notebook(chain.notebooks / "01-a.ipynb", "from policytext import words", table("a"))
    before = keys(chain)
    (tmp_path / "lib" / "low.py").write_text("x = 22")
    assert keys(chain)["01-a"] != before["01-a"]
    assert keys(chain)["02-b"] == before["02-b"]


# running


def states(home):
    return [entry(home, name)["state"] for name in ("01-a", "02-b")]


def test_only_what_changed_runs_again(chain, capsys):
    assert run(chain) == 0
    assert states(chain) == ["done", "done"]
    made = (chain.tables / "b.csv").stat().st_mtime_ns
    assert run(chain) == 0
    assert capsys.readouterr().out.splitlines()[-3:] == [
        "Everything is up to date.",
        "  figures  figures/ (1)",
        "  tables   build/tables/",
    ]
    edit(chain.notebooks / "01-a.ipynb", lambda notebook: notebook.cells.append(nbformat.v4.new_markdown_cell("More.")))
    assert run(chain) == 0
    assert states(chain) == ["done", "fresh"]  # its input came out the same, so nothing more has to run
    assert (chain.tables / "b.csv").stat().st_mtime_ns == made
    (chain.tables / "b.csv").write_text("typed by hand")
    assert run(chain) == 0
    assert states(chain) == ["fresh", "done"]
    assert (chain.tables / "b.csv").read_text() == "a,b\n1,2\n"
    (chain.root / "data" / "words.txt").write_text("人才\n")
    assert run(chain, only=["02-b"]) == 0  # what it reads itself is as it was
    assert states(chain) == ["fresh", "done"]


def test_a_run_with_nothing_to_do_is_quick_and_imports_no_heavy_library_of_its_own(chain):
    assert run(chain) == 0
    code = f"""
import sys, time
import policytext.study
before = set(sys.modules)
began = time.perf_counter()
from policytext.run import run
run(policytext.study.Home(__import__("pathlib").Path({str(chain.root)!r})))
assert time.perf_counter() - began < 0.5
heavy = {{"matplotlib", "papermill", "nbformat", "rich", "psutil", "nbclient"}}
assert not heavy & (set(sys.modules) - before), heavy & set(sys.modules)
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_try_leaves_figures_tables_and_record_as_they_are(chain, capsys):
    write = "(out / 'tables').mkdir(); (out / 'tables' / 'a.csv').write_text(str(n))"
    tiny_homes.write_notebook(chain.notebooks / "01-a.ipynb", write, parameters="n: int = 1")
    read = "told = json.load(open(os.environ['POLICYTEXT_RUN']))\n"
    read += "text = (pathlib.Path(told['tables'][0]) / 'a.csv').read_text()"
    more = "(out / 'tables').mkdir(); (out / 'tables' / 'b.csv').write_text(text)"
    tiny_homes.write_notebook(chain.notebooks / "02-b.ipynb", read, more, figure("f"))
    assert run(chain) == 0
    before = chain.record.read_bytes()
    assert run(chain, parameters=["n=7"]) == 0
    assert "in build/tryout only" in capsys.readouterr().out
    assert (chain.tables / "b.csv").read_text() == "1"
    assert (chain.tryout / "tables" / "b.csv").read_text() == "7"
    assert chain.record.read_bytes() == before
    executed = nbformat.read(chain.tryout / "notebooks" / "01-a.ipynb", as_version=4)
    assert "n = 7" in executed.cells[1].source


def test_what_nothing_makes_any_more_goes_with_a_full_run_and_only_that(chain, capsys):
    assert run(chain) == 0
    shutil.copytree(chain.figures / "f", chain.figures / "old")
    (chain.figures / "mine").mkdir()
    for path in (chain.figures / "mine" / "drawing.svg", chain.tables / "old.csv", chain.executed / "old.ipynb"):
        path.touch()
    assert run(chain, only=["01-a"]) == 0
    assert (chain.figures / "old").is_dir()
    assert run(chain) == 0
    assert sorted(path.name for path in chain.figures.glob("*/")) == ["f", "mine"]
    assert sorted(path.name for path in chain.tables.glob("*.csv")) == ["a.csv", "b.csv"]
    assert sorted(path.name for path in chain.executed.iterdir()) == [
        "01-a.html",
        "01-a.ipynb",
        "02-b.html",
        "02-b.ipynb",
    ]
    assert "removed figures/old, which nothing makes any more" in capsys.readouterr().err
    assert states(chain) == ["fresh", "fresh"]


def test_a_package_of_another_version_is_named(tmp_path):
    locked = (PROJECT / "requirements.lock").read_text()
    (tmp_path / "lock").write_text(locked)
    preflight.check_packages(tmp_path / "lock")
    (tmp_path / "lock").write_text(locked.replace("\npapermill==", "\npapermill==99"))
    error = refused(preflight.check_packages, tmp_path / "lock")
    assert error.exit_code == 1
    assert "papermill" in error.what
    assert "requirements.lock has 99" in error.what


# the record


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"entries": {"a": 3}}', '{"entries": 3}', "\x00"])
def test_a_damaged_record_is_as_good_as_none_but_for_a_warning(tmp_path, damage):
    (tmp_path / "run.json").write_text(damage)
    assert record.load(tmp_path / "run.json")[0] == {"entries": {}}
    assert "damaged" in record.load(tmp_path / "run.json")[1]
    assert record.load(tmp_path / "none.json") == ({"entries": {}}, "")


def test_status_tells_what_became_of_each_entry(chain):
    assert status(chain) == "Nothing has run here yet. `policytext run` does it."
    record.save(
        chain.record,
        {
            **{"started": "2024-01-01", "finished": "2024-01-02", "exit_code": 1},
            "entries": {
                "a": {"state": "done", "seconds": 1.5},
                "b": {"state": "failed", "error": {"what": "ValueError: no such town"}},
            },
        },
    )
    lines = status(chain).splitlines()
    assert lines[0] == "The run of 2024-01-01 ended 2024-01-02, exit code 1."
    assert [line.split() for line in lines[1:]] == [
        ["a", "done", "1.5", "s"],
        ["b", "failed"],
        ["ValueError:", "no", "such", "town"],
    ]
