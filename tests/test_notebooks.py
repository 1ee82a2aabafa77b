"""What a reader of the notebooks may rely on: they read from top to bottom, hold no outputs, and publish what they say."""

import ast
import builtins
import json
import re
from functools import cache

import nbformat
import pytest
from nbformat.validator import validate

from policytext.run import pipeline
from policytext.study import PROJECT, Home

NOTEBOOKS = sorted((PROJECT / "notebooks").glob("*.ipynb"))
each = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
NUMBERED = [path for path in NOTEBOOKS if path.name[0].isdigit()]
each_numbered = pytest.mark.parametrize("path", NUMBERED, ids=lambda path: path.stem)

NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
LINES = 10
"""A code cell has no more."""


@cache
def read(path):
    return json.loads(path.read_text("utf-8"))


def cells(path, kind):
    return ["".join(cell["source"]) for cell in read(path)["cells"] if cell["cell_type"] == kind]


def code(path):
    return cells(path, "code")


def parse(source):
    """A cell as Python, without the magic that shows figures in it."""
    return ast.parse(source.replace("%matplotlib inline\n", ""))


def parameters(path):
    return ["".join(cell["source"]) for cell in read(path)["cells"] if "parameters" in cell["metadata"].get("tags", [])]


def set_up(path):
    """The number among the code cells of the one that imports."""
    (found,) = [i for i, source in enumerate(code(path)) if re.search(r"^(from|import) ", source, re.MULTILINE)]
    return found


def test_there_are_notebooks():
    assert [path.stem for path in NUMBERED][:3] == ["00-overview", "01-corpus", "02-word-frequency"]


# ---------------------------------------------------------------- the file


@each
def test_it_is_a_valid_notebook_whose_cells_have_names_of_their_own(path):
    notebook = nbformat.read(path, as_version=4)
    validate(notebook)
    ids = [cell["id"] for cell in read(path)["cells"]]
    assert len(set(ids)) == len(ids)
    assert (read(path)["nbformat"], read(path)["nbformat_minor"]) == (4, 5)


@each
def test_it_holds_no_outputs_and_no_trace_of_a_run(path):
    for cell in read(path)["cells"]:
        assert cell.get("outputs", []) == []
        assert cell.get("execution_count") is None
        assert set(cell["metadata"]) <= {"tags"}


@each
def test_its_metadata_name_a_plain_kernel_and_no_machine(path):
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    assert read(path)["metadata"] == {"kernelspec": kernel, "language_info": {"name": "python"}}


@each
def test_it_is_written_as_jupyterlab_writes_it_so_that_saving_changes_nothing(path):
    text = path.read_text("utf-8")
    assert text == json.dumps(read(path), ensure_ascii=False, indent=1, sort_keys=False) + "\n"
    assert "\r" not in text


# ---------------------------------------------------------------- prose


@each_numbered
def test_it_begins_with_question_answer_and_what_it_reads_and_writes(path):
    first = cells(path, "markdown")[0]
    assert read(path)["cells"][0]["cell_type"] == "markdown"
    assert first.startswith("# ")
    for part in ("**Question · 问题.** ", "**Answer · 回答.** ", "**Reads** ", "**Writes** "):
        assert first.count(part) == 1


@each
def test_its_headings_are_in_both_languages(path):
    headings = [line for text in cells(path, "markdown") for line in text.splitlines() if line.startswith("#")]
    assert headings
    assert [
        line for line in headings if not re.fullmatch(r"#{1,3} [^·]*[A-Za-z][^·]* · .*[\u4e00-\u9fff].*", line)
    ] == []
    assert sum(line.startswith("# ") for line in headings) == 1


@each
def test_it_has_about_as_much_prose_as_code(path):
    prose, calls = cells(path, "markdown"), code(path)
    assert len(prose) >= len(calls) * 2 / 3
    assert sum(map(len, prose)) >= 0.8 * sum(map(len, calls))


@each
def test_no_more_than_four_code_cells_follow_each_other_without_a_word(path):
    kinds = "".join(cell["cell_type"][0] for cell in read(path)["cells"])
    assert "c" * 5 not in kinds


@each_numbered
def test_it_ends_with_conclusions_and_what_comes_next(path):
    last = cells(path, "markdown")[-1]
    assert read(path)["cells"][-1]["cell_type"] == "markdown"
    assert re.match(r"## .*[Ll]imits · .*局限\n", last)
    assert re.search(r"^- ", last, re.MULTILINE)
    if path != NUMBERED[-1]:
        following = re.search(r"Next · 下一步: `([^`]+)`", last)
        assert following
        assert (path.parent / f"{following[1]}.ipynb").is_file()


@each
def test_every_notebook_that_it_names_is_there(path):
    named = {name for text in cells(path, "markdown") for name in re.findall(r"`(\d\d-[\w-]+)`", text)}
    assert {name for name in named if not (path.parent / f"{name}.ipynb").is_file()} == set()


# ---------------------------------------------------------------- code


@each
def test_it_defines_nothing(path):
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
    found = [(source, node) for source in code(path) for node in ast.walk(parse(source)) if isinstance(node, kinds[:3])]
    assert found == []


@each
def test_it_imports_in_one_cell_and_modules_not_names(path):
    source = code(path)[set_up(path)]
    imports = [node for node in ast.walk(parse(source)) if isinstance(node, ast.Import | ast.ImportFrom)]
    own = [alias.name for node in imports if getattr(node, "module", "") == "policytext" for alias in node.names]
    package = PROJECT / "lib" / "policytext"
    assert own
    assert [name for name in own if not (package / name).is_dir() and not (package / f"{name}.py").is_file()] == []
    assert not re.search(r"import \*", source)


@each
def test_no_code_cell_is_longer_than_ten_lines(path):
    assert [source for source in code(path) if len(source.splitlines()) > LINES] == []
    assert [source for source in code(path) if not source.strip()] == []


@each_numbered
def test_its_parameters_stand_in_one_cell_before_the_imports_typed_and_explained(path):
    (source,) = parameters(path)
    assert code(path).index(source) == 0
    assert set_up(path) == 1
    for line in source.splitlines():
        assert re.fullmatch(r"[a-z_]+: (str|int|float|bool) = .+?  # \S.*", line), line
    for node in parse(source).body:
        value = ast.literal_eval(node.value)
        assert type(value).__name__ == node.annotation.id, node.target.id


@each_numbered
def test_every_parameter_is_used(path):
    names = [node.target.id for node in parse(parameters(path)[0]).body]
    used = {node.id for source in code(path)[1:] for node in ast.walk(parse(source)) if isinstance(node, ast.Name)}
    assert [name for name in names if name not in used] == []


@each
def test_every_name_is_known_before_it_is_used(path):
    known = set(dir(builtins))
    for source in code(path):
        nodes = list(ast.walk(parse(source)))
        inner = {node.id for node in nodes if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)}
        inner |= {alias.asname or alias.name for node in nodes if hasattr(node, "names") for alias in node.names}
        inner |= {node.arg for node in nodes if isinstance(node, ast.arg)}
        used = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
        assert used - known - inner == set(), source
        known |= inner


@each
def test_every_import_is_used(path):
    nodes = [node for source in code(path) for node in ast.walk(parse(source))]
    names = {alias.asname or alias.name for node in nodes if hasattr(node, "names") for alias in node.names}
    assert names - {node.id for node in nodes if isinstance(node, ast.Name)} == set()


@each
def test_it_names_no_path_and_no_address(path):
    text = "\n".join(code(path))
    assert not re.search(r"https?://|/(home|work|root)/|[A-Z]:\\\\|\bPath\(|open\(\"", text)


# ---------------------------------------------------------------- what pipeline.yml says of it


def published(path):
    """What a notebook publishes, as its source says: tables, figures and reports."""
    found = set()
    for source in code(path):
        names = {
            node.target.elts[0].id: ast.dump(node.iter)
            for node in ast.walk(parse(source))
            if isinstance(node, ast.For) and isinstance(node.target, ast.Tuple)
        }
        for node in ast.walk(parse(source)):
            called = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
            if called == "publish.figure":
                found.add(f"figures/{ast.literal_eval(node.args[1])}")
            elif called == "publish.report":
                found |= {*pipeline.REPORTS, pipeline.PRINTED}
            elif called == "publish.table" and isinstance(node.args[2], ast.Constant):
                found.add(f"tables/{node.args[2].value}")
            elif called == "publish.table":
                assert node.args[2].id in names
                (listed,) = [n for n in ast.walk(parse(source)) if isinstance(n, ast.Dict)]
                found |= {f"tables/{ast.literal_eval(key)}" for key in listed.keys}
    return found


@each_numbered
def test_it_publishes_what_the_pipeline_says_and_nothing_else(path):
    entries = [entry for entry in pipeline.read(Home(PROJECT)).entries if entry.notebook == path.stem]
    assert entries
    assert published(path) == {name for entry in entries for name in entry.writes}


def ticked(text):
    return set(re.findall(r"`[^`]+`", text))


@each_numbered
def test_its_first_cell_tells_what_it_writes(path):
    first = cells(path, "markdown")[0]
    unnamed = [name for name in published(path) if not {f"`{name}`", f"`{name.rpartition('/')[2]}`"} & ticked(first)]
    figures = [name for name in published(path) if name.startswith("figures/")]
    many = f"{NUMBERS[len(figures)]} figures"
    assert [name for name in unnamed if name not in figures or many not in first] == []


@each_numbered
def test_it_reads_no_table_that_the_pipeline_does_not_give_it(path):
    source = "\n".join(code(path))
    asked = set(re.findall(r"study\.table\(\"(\w+)\"\)", source))
    if "study.table(name)" in source:
        asked |= set(ast.literal_eval(re.search(r"^names = (\(.*\))$", source, re.MULTILINE)[1]))
    (entry,) = [entry for entry in pipeline.read(Home(PROJECT)).entries if entry.notebook == path.stem]
    assert {f"tables/{name}" for name in asked} <= set(entry.reads)


@each_numbered
def test_parameters_that_the_pipeline_gives_are_parameters_of_the_notebook(path):
    names = {node.target.id for node in parse(parameters(path)[0]).body}
    for entry in pipeline.read(Home(PROJECT)).entries:
        if entry.notebook == path.stem:
            assert set(entry.given) <= names
