"""Homes for tests: a copy of the default study, and tiny ones made to measure. Nothing is written into the repository."""

import csv
import marshal
import shutil
import sys
from pathlib import Path

import pytest

from policytext import cli, prepare, segment
from policytext.study import PROJECT, Home, open_study

DATA = Path(__file__).parent / "data"
FILES = {"study": "study.yml"} | {name: f"{name}.txt" for name in ("dictionary", "stopwords", "boilerplate")}


@pytest.fixture(autouse=True)
def _no_home_of_the_caller(monkeypatch):
    """Tests find homes by what they say, not by what the shell says that started them."""
    for name in ("POLICYTEXT_HOME", "POLICYTEXT_RUN"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session")
def home(tmp_path_factory):
    """The repository's home, copied: to be read only, so that its cache serves all tests."""
    root = tmp_path_factory.mktemp("default") / "home"
    for name in ("seeds", "notebooks"):
        shutil.copytree(PROJECT / name, root / name)
    for name in ("CITATION.cff", "pipeline.yml"):
        shutil.copy(PROJECT / name, root / name)
    return Home(root)


@pytest.fixture(scope="session")
def study(home):
    """The default study."""
    return open_study(home)


@pytest.fixture(scope="session")
def sentences(study):
    """The table `sentences` of the default study."""
    return prepare.table(study, "sentences")


@pytest.fixture(scope="session")
def raw(study):
    """The text of each of the five reports, decoded by the test itself."""
    paths = dict(zip(study.reports["report_id"], study.reports["file"], strict=True))
    return {name: (PROJECT / "seeds" / path).read_bytes().decode("utf-8") for name, path in paths.items()}


@pytest.fixture(scope="session")
def keyed_sentences():
    """The 350 sentences and headings as they were read by hand."""
    with (DATA / "sentences.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="session")
def compiled(tmp_path_factory):
    """A folder with jieba's compiled dictionary, so that not every tokenizer has to compile it."""
    folder = tmp_path_factory.mktemp("jieba")
    segment.make_tokenizer([], cache=folder)
    return folder


@pytest.fixture(scope="session")
def small_dictionary(compiled):
    """The same without the words that hold a character no test uses: it cuts their texts alike, and loads at once."""
    used = {character for path in DATA.parent.rglob("*.py") for character in path.read_text("utf-8")}
    words, total = marshal.loads((compiled / "jieba.cache").read_bytes())
    return marshal.dumps(({word: n for word, n in words.items() if used.issuperset(word)}, total))


@pytest.fixture
def make_study(tmp_path, small_dictionary):
    """Make a home of reports (name → text or bytes) and of tables given by name (`reports`, `spans`, `study` …)."""
    made = []

    def make(texts, **tables):
        made.append(Home(tmp_path / f"home-{len(made)}"))
        seeds = made[-1].seeds
        (seeds / "reports").mkdir(parents=True)
        contents = {f"reports/{name}": text for name, text in texts.items()}
        contents |= {FILES.get(name, f"{name}.csv"): text for name, text in tables.items()}
        for name, content in contents.items():
            (seeds / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        made[-1].cache.mkdir(parents=True)
        (made[-1].cache / "jieba.cache").write_bytes(small_dictionary)
        return made[-1]

    return make


@pytest.fixture
def command(monkeypatch, capsys):
    """A command as the shell calls it: exit code, and what went to stdout and to stderr."""

    def call(*arguments):
        monkeypatch.setattr(sys, "argv", ["policytext", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            cli.main()
        out, err = capsys.readouterr()
        return ended.value.code, out, err

    return call
