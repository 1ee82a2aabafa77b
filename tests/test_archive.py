"""What a user may rely on in an archive: whole, checkable, the same again, and never of what is not committed."""

import hashlib
import json
import shutil
import subprocess
import zipfile

import pytest
import tiny_homes
from tiny_homes import figure, table

from policytext.errors import PolicytextError
from policytext.run import archive as archives
from policytext.run.archive import archive
from policytext.study.home import Home

PIPELINE = "notebooks: [{notebook: a, reads: [data], writes: [tables/a, figures/f]}]\n"


def git(folder, *arguments):
    who = ["-c", "user.name=x", "-c", "user.email=x@example.org"]
    done = subprocess.run(["git", "-C", folder, *who, *arguments], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def commit(folder):
    git(folder, "add", "-A")
    git(folder, "commit", "--quiet", "-m", "x")
    return git(folder, "rev-parse", "HEAD")


@pytest.fixture(scope="module")
def ready(tmp_path_factory):
    """A home under git, run and committed, and a clean clone that stands for the project's own."""
    root = tmp_path_factory.mktemp("ready")
    home = tiny_homes.make(root / "家 home", PIPELINE, a=[table("a"), figure("f")])
    (home.root / ".gitignore").write_text("build/\n")
    (home.root / "CITATION.cff").write_text("title: T\nauthors: [{name: N}]\n")
    (home.seeds / "reports").mkdir()
    (home.seeds / "reports" / "~$a.txt").touch()
    (home.seeds / "reports" / "报告.txt").write_text("如皋\n", "utf-8")
    code = root / "code"
    code.mkdir()
    (code / "LICENSE").write_text("MIT\n")
    for folder in (home.root, code):
        git(folder, "init", "--quiet")
    assert tiny_homes.execute(home)[0] == 0
    commit(home.root)
    commit(code)
    return root


@pytest.fixture
def home(ready, tmp_path, monkeypatch):
    """A copy of both."""
    shutil.copytree(ready, tmp_path / "copy")
    monkeypatch.setattr(archives, "PROJECT", tmp_path / "copy" / "code")
    return Home(tmp_path / "copy" / "家 home")


def refused(home):
    with pytest.raises(PolicytextError, match="not archived") as caught:
        archive(home)
    assert not list(home.build.glob("archive/*"))
    return str(caught.value)


def test_an_archive_holds_inputs_results_lock_checksums_and_commit(home):
    place = archive(home)
    head = git(home.root, "rev-parse", "HEAD")
    assert place == home.build / "archive" / f"policytext-{head[:12]}.zip"
    with zipfile.ZipFile(place) as made:
        names = made.namelist()
        assert set(names) == {
            "CITATION.cff",
            "LICENSE",
            "README.txt",
            "SHA256SUMS",
            "commit.json",
            "executed/a.html",
            "executed/a.ipynb",
            "figures/README.md",
            "figures/f/data.csv",
            "figures/f/figure.json",
            "notebooks/a.ipynb",
            "pipeline.yml",
            "requirements.lock",
            "run.json",
            "seeds/reports/报告.txt",
            "tables/a.csv",
        }
        assert names == sorted(names)
        code = git(archives.PROJECT, "rev-parse", "HEAD")
        assert json.loads(made.read("commit.json"))["commit"] == {"code": code, "home": head}
        sums = dict(reversed(line.split("  ", 1)) for line in made.read("SHA256SUMS").decode().splitlines())
        assert set(sums) == set(names) - {"README.txt", "SHA256SUMS", "commit.json"}
        assert {name: hashlib.sha256(made.read(name)).hexdigest() for name in sums} == sums
        assert made.read("figures/f/data.csv") == (home.figures / "f" / "data.csv").read_bytes()


def test_an_archive_made_again_has_the_same_bytes(home):
    first = archive(home).read_bytes()
    (home.figures / "f" / "data.csv").touch()
    assert archive(home).read_bytes() == first
    assert [path.name for path in (home.build / "archive").iterdir()] == [archive(home).name]


def test_what_is_not_committed_is_named(home):
    (home.seeds / "新 报告.txt").touch()
    assert "not everything is committed (" in refused(home)
    assert "新 报告.txt" in refused(home)


def test_code_that_is_not_committed_is_named(home):
    (archives.PROJECT / "LICENSE").write_text("changed\n")
    assert "LICENSE" in refused(home)


def test_a_figure_that_is_not_what_the_code_makes_is_refused_though_committed(home):
    (home.figures / "f" / "data.csv").write_text("a\n2\n")
    commit(home.root)
    assert "not those of the code (a would run again)" in refused(home)
    assert "policytext run" in refused(home)


def test_an_input_that_has_changed_since_the_run_is_refused_though_committed(home):
    (home.root / "data" / "words.txt").write_text("别的\n", "utf-8")
    commit(home.root)
    assert "a would run again" in refused(home)


def test_a_figure_that_nothing_makes_any_more_is_refused(home):
    shutil.copytree(home.figures / "f", home.figures / "g")
    commit(home.root)
    assert "nothing makes figures/g any more" in refused(home)


def test_a_gallery_changed_by_hand_is_refused(home):
    (home.figures / "README.md").write_text("# Mine\n")
    commit(home.root)
    assert "figures/README.md" in refused(home)


def test_a_home_under_no_version_control_names_the_commit_of_the_code(home):
    shutil.rmtree(home.root / ".git")
    code = git(archives.PROJECT, "rev-parse", "HEAD")
    assert archive(home).name == f"policytext-{code[:12]}.zip"


def test_code_under_no_version_control_has_no_commit_to_name(home):
    shutil.rmtree(archives.PROJECT / ".git")
    assert "no commit to name" in refused(home)


def test_the_command_says_where_the_archive_is(home, command):
    code, out, _ = command("archive", "--home", home.root)
    assert (code, out.split()[-1]) == (0, f"build/archive/{archive(home).name}")
