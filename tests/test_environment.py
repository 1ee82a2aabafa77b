"""What a user may rely on in the environment: one lock for every Python, whole and checked by hashes, the same for conda."""

import re
import subprocess
import tomllib

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from policytext.study import PROJECT

PYPROJECT = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))
LOCK = (PROJECT / "requirements.lock").read_text("utf-8")
CONDA = yaml.safe_load((PROJECT / "environment.yml").read_text("utf-8"))
PYTHONS = ("3.11", "3.12", "3.13")
PLATFORMS = {
    "Linux": {"sys_platform": "linux", "platform_system": "Linux", "os_name": "posix", "platform_machine": "x86_64"},
    "macOS": {"sys_platform": "darwin", "platform_system": "Darwin", "os_name": "posix", "platform_machine": "arm64"},
}
DIRECT = [
    Requirement(line)
    for lines in (PYPROJECT["project"]["dependencies"], *PYPROJECT["project"]["optional-dependencies"].values())
    for line in lines
]


def locked():
    """(requirement, number of hashes) of each entry of the lock."""
    text = LOCK.replace("\\\n", " ")
    entries = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    found = []
    for entry in entries:
        specification, *hashes = entry.split("--hash=")
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}\s*", one) for one in hashes), entry[:80]
        found.append((Requirement(specification.strip()), len(hashes)))
    return found


def environment(python, platform):
    """What markers see on a Python and a platform."""
    plain = {"implementation_name": "cpython", "platform_python_implementation": "CPython", "extra": ""}
    return plain | PLATFORMS[platform] | {"python_version": python, "python_full_version": f"{python}.5"}


def holds(requirement, python, platform="Linux"):
    return requirement.marker is None or requirement.marker.evaluate(environment(python, platform))


# ---------------------------------------------------------------- the lock


def test_every_package_of_the_lock_is_pinned_and_has_a_hash():
    assert len(locked()) > len(DIRECT)
    for requirement, hashes in locked():
        assert re.fullmatch(r"==[^*,]+", str(requirement.specifier)), requirement
        assert hashes, requirement


def test_every_package_has_exactly_one_version_for_all_pythons():
    names = [canonicalize_name(requirement.name) for requirement, _ in locked()]
    assert sorted(names) == sorted(set(names))


def test_the_lock_names_no_index_and_no_address():
    assert not re.search(
        r"https?:|file:|git\+|--(extra-)?index|--find-links|--trusted-host|^-[if] | @ ", LOCK, re.MULTILINE
    )
    assert [requirement for requirement, _ in locked() if requirement.url] == []


@pytest.mark.parametrize("requirement", DIRECT, ids=lambda requirement: requirement.name)
def test_every_direct_dependency_is_locked_within_what_pyproject_allows(requirement):
    (found,) = [
        (entry, Version(str(entry.specifier).removeprefix("==")))
        for entry, _ in locked()
        if canonicalize_name(entry.name) == canonicalize_name(requirement.name)
    ]
    entry, version = found
    assert requirement.specifier.contains(version, prereleases=True)
    for python in PYTHONS:
        for platform in PLATFORMS:
            assert holds(entry, python, platform) == holds(requirement, python, platform)


@pytest.mark.parametrize("python", PYTHONS)
def test_the_lock_serves_every_supported_python(python):
    assert SpecifierSet(PYPROJECT["project"]["requires-python"]).contains(f"{python}.5")
    names = {canonicalize_name(entry.name) for entry, _ in locked() if holds(entry, python)}
    assert {canonicalize_name(one.name) for one in DIRECT if holds(one, python)} <= names


def test_no_marker_of_the_lock_is_for_a_python_that_is_not_supported_alone():
    never = [
        str(entry)
        for entry, _ in locked()
        if not any(
            entry.marker is None or entry.marker.evaluate(environment(python, platform) | other)
            for python in PYTHONS
            for platform in PLATFORMS
            for other in (
                {},
                {"sys_platform": "win32", "platform_system": "Windows", "os_name": "nt"},
                {"platform_python_implementation": "PyPy", "implementation_name": "pypy"},
                {"platform_machine": "aarch64"},
                {"sys_platform": "emscripten"},
            )
        )
    ]
    assert never == []


def test_supported_pythons_are_those_that_are_tested_and_no_others():
    supported = SpecifierSet(PYPROJECT["project"]["requires-python"])
    assert [minor for minor in range(8, 20) if supported.contains(f"3.{minor}.0")] == [11, 12, 13]


@pytest.mark.parametrize("name", ["krippendorff", "pymupdf", "cffconvert"])
def test_no_package_with_a_licence_or_a_need_that_does_not_fit_is_locked(name):
    assert name not in {canonicalize_name(requirement.name) for requirement, _ in locked()}


# ---------------------------------------------------------------- conda


def test_the_conda_environment_has_the_same_pythons_and_the_same_lock():
    assert CONDA["name"] == "policytext"
    assert CONDA["channels"] == ["conda-forge"]
    plain = [one for one in CONDA["dependencies"] if isinstance(one, str)]
    (pip,) = [one["pip"] for one in CONDA["dependencies"] if isinstance(one, dict)]
    assert sorted(plain) == sorted([f"python{PYPROJECT['project']['requires-python']}", "pip"])
    assert pip == ["-r requirements.lock"]


def test_make_refuses_the_pythons_that_pyproject_refuses():
    makefile = (PROJECT / "Makefile").read_text("utf-8")
    low, high = re.search(r"\((\d, \d+)\) <= sys\.version_info < \((\d, \d+)\)", makefile).groups()
    assert f">={low.replace(', ', '.')},<{high.replace(', ', '.')}" == PYPROJECT["project"]["requires-python"]
    assert "--require-hashes -r requirements.lock" in makefile
    assert "--no-deps -e ." in makefile


# ---------------------------------------------------------------- what is tracked


def git(*arguments, check=True):
    done = subprocess.run(["git", *arguments], cwd=PROJECT, capture_output=True, text=True)
    assert done.returncode == 0 or not check, done.stderr
    return done


@pytest.fixture(scope="module")
def tracked():
    """Every file that is tracked, or would be with the next commit."""
    if not (PROJECT / ".git").exists():
        pytest.skip("this is no checkout")
    names = git("ls-files", "-z", "--cached", "--others", "--exclude-standard").stdout.split("\0")
    return [PROJECT / name for name in names if name and (PROJECT / name).is_file()]


# Put together here, so that this file names none itself.
HOSTS = [
    ".".join(parts)
    for parts in (("pypi", "org"), ("python", "org/simple"), ("pythonhosted", "org"), ("anaconda", "org"))
]
HOSTS += ["/".join(("pypi", "simple")), "-".join(("index", "url = ")), "tuna." + "tsinghua"]
MACHINE = [f"/{folder}/" for folder in ("home", "root", "Users", "work", "var/folders")] + ["/tmp/" + "tools"]


@pytest.mark.parametrize(("what", "strings"), [("package index", HOSTS), ("path of a machine", MACHINE)])
def test_no_tracked_file_names_a_package_index_or_a_path_of_a_machine(tracked, what, strings):
    wanted = [string.encode() for string in strings]
    found = [
        (path.relative_to(PROJECT).as_posix(), string)
        for path in tracked
        if path.suffix not in (".png", ".pdf", ".parquet", ".xlsx")
        for string in wanted
        if string in path.read_bytes()
    ]
    assert found == [], what


def test_the_library_is_not_ignored(tracked):
    files = [path for path in tracked if path.is_relative_to(PROJECT / "lib" / "policytext")]
    assert PROJECT / "lib" / "policytext" / "frequency" / "__init__.py" in files
    for path in ("lib/policytext/__init__.py", "lib/policytext/new_module.py", "lib/policytext/report/generic.en.md"):
        assert git("check-ignore", "-q", path, check=False).returncode == 1, path


def test_every_module_of_the_library_is_tracked(tracked):
    sources = {*(PROJECT / "lib" / "policytext").rglob("*.py"), *(PROJECT / "lib" / "policytext").rglob("*.md")}
    assert sources <= set(tracked)


@pytest.mark.parametrize(
    "name", [".venv/x", "build/run.json", "lib/policytext.egg-info/PKG-INFO", "notebooks/.ipynb_checkpoints/x"]
)
def test_what_is_made_is_ignored(name):
    assert git("check-ignore", "-q", name, check=False).returncode == 0


def test_outputs_that_are_cited_and_inputs_are_not_ignored():
    for name in (
        "figures/top-terms/zh.pdf",
        "REPORT.md",
        "requirements.lock",
        "seeds/reports/x.txt",
        "seeds/codebook.yml",
    ):
        assert git("check-ignore", "-q", name, check=False).returncode == 1, name


def test_reports_and_outputs_keep_their_bytes_in_git():
    for name in ("seeds/reports/000_909424cab528dd3a.txt", "figures/top-terms/zh.png", "figures/top-terms/zh.pdf"):
        assert "text: unset" in git("check-attr", "text", name).stdout


def test_the_package_takes_its_templates_along():
    data = PYPROJECT["tool"]["setuptools"]["package-data"]
    assert data == {"policytext.report": ["*.md", "*.html", "*.css", "*.typ"]}
    assert PYPROJECT["tool"]["setuptools"]["packages"]["find"]["where"] == ["lib"]


# ---------------------------------------------------------------- how to cite it


def test_the_citation_file_is_whole_and_of_this_version():
    cited = yaml.safe_load((PROJECT / "CITATION.cff").read_text("utf-8"))
    assert {"cff-version", "message", "title", "authors", "version", "date-released", "license"} <= set(cited)
    assert cited["cff-version"] == "1.2.0"
    assert cited["type"] in ("software", "dataset")
    assert cited["version"] == PYPROJECT["project"]["version"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", str(cited["date-released"]))
    assert all("name" in author or "family-names" in author for author in cited["authors"])


def test_the_version_is_told_by_the_package_that_is_installed():
    from importlib.metadata import version

    assert version("policytext") == PYPROJECT["project"]["version"]
