"""JupyterLab as `policytext lab` starts it, and Chromium to use it as a person does. Nothing leaves 127.0.0.1."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
from contextlib import suppress

import psutil
import pytest
from playwright.sync_api import expect, sync_playwright

from policytext.run import pipeline
from policytext.study import PROJECT, Home

INPUTS = ("seeds", "notebooks", "pipeline.yml", "CITATION.cff")
PUBLISHED = ("figures/README.md", "figures/top-terms/data.csv", *pipeline.REPORTS)

SERVER = {"ServerApp": {"allow_root": True, "open_browser": False, "port": 0}}
"""All that a test needs otherwise than a person: it may be root, wants no window, and takes any free port."""
SETTINGS = {"@jupyterlab/docmanager-extension:plugin": {"autosave": False}}

CHROMIUM = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)

LONG = 600
"""Seconds that a notebook may take on a machine that is busy with other things."""

PROMPT = ".jp-CodeCell .jp-InputArea-prompt"
OUTPUT = ".jp-CodeCell .jp-OutputArea-output"
PICTURE = f"{OUTPUT} img"
PROBLEM = '[data-mime-type="application/vnd.jupyter.stderr"]'
"""Errors, and warnings: Lab shows both alike."""
ENDED = f"""() => {{
    const prompts = [...document.querySelectorAll("{PROMPT}")].map(prompt => prompt.textContent);
    const running = prompts.some(prompt => prompt.includes("*"));
    return document.querySelector(".jp-Dialog") || (/\\d/.test(prompts[0]) && !running);
}}"""
"""Cells that wait or run have a star; the first has a number where all have run or an error has stopped the others."""


def wait_for(condition, what, seconds):
    """Wait until something is so, and return it."""
    until = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < until, f"{what}: not within {seconds} seconds"
        time.sleep(0.1)
    return found


class Lab:
    """`policytext lab` on a copy of the default home in which figures and reports were published earlier."""

    def __init__(self, folder):
        self.home = Home(folder / "我的 研究 study")
        for name in INPUTS:
            copy = shutil.copytree if (PROJECT / name).is_dir() else shutil.copy
            self.home.root.mkdir(exist_ok=True)
            copy(PROJECT / name, self.home.root / name)
        for name in PUBLISHED:
            _write(self.home.root / name, "published earlier\n")
        self._own = folder / "jupyter"
        _write(self._own / "jupyter_server_config.json", json.dumps(SERVER))
        _write(self._own / "labconfig" / "default_setting_overrides.json", json.dumps(SETTINGS))

    def start(self):
        """Start the command and wait for its server."""
        others = {name: value for name, value in os.environ.items() if not name.startswith(("POLICYTEXT", "JUPYTER"))}
        own = {name: str(self._own) for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR")}
        own["IPYTHONDIR"] = str(self._own / "ipython")
        command = [sys.executable, "-m", "policytext", "lab", "--home", self.home.root]
        with (self._own / "lab.log").open("wb") as log:
            self._process = subprocess.Popen(command, env=others | own, cwd=self._own, stdout=log, stderr=log)
        told = wait_for(self._told, "JupyterLab has started", 120)
        self.url, self._token = f"http://127.0.0.1:{told['port']}", told["token"]

    def _told(self):
        """What the server says of itself, once it runs."""
        assert self._process.poll() is None, (self._own / "lab.log").read_text("utf-8")
        try:
            return json.loads((self._own / f"jpserver-{self._process.pid}.json").read_text("utf-8"))
        except (FileNotFoundError, ValueError):  # not there yet, or not whole
            return None

    def _children(self):
        return psutil.Process(self._process.pid).children(recursive=True) if self._process.poll() is None else []

    def stop(self):
        """End the server, which ends its kernels; what does not end by itself is killed."""
        children = self._children()
        self._process.terminate()
        try:
            self._process.wait(60)
        finally:
            for process in (*children, self._process):
                with suppress(psutil.NoSuchProcess):
                    process.kill()

    def kernel_folders(self):
        """The working directory of each kernel."""
        return [child.cwd() for child in self._children() if "ipykernel_launcher" in child.cmdline()]

    def sessions(self, page):
        """The open notebooks and their kernels."""
        return page.request.get(f"{self.url}/api/sessions", headers=self._headers).json()

    def end_kernels(self, page):
        """End all kernels, so that they take no memory from the next one."""
        for session in self.sessions(page):
            page.request.delete(f"{self.url}/api/sessions/{session['id']}", headers=self._headers)

    @property
    def _headers(self):
        return {"Authorization": f"token {self._token}"}

    def open(self, page, name):
        """Open a notebook of the home and wait for its kernel."""
        page.goto(f"{self.url}/lab?token={self._token}&reset")
        return Notebook(self, page, name)

    def sums(self):
        """The hash of each file that git would track."""
        paths = (path.relative_to(self.home.root) for path in self.home.root.rglob("*") if path.is_file())
        tracked = [path for path in paths if not {"build", ".ipynb_checkpoints"} & set(path.parts)]
        return {str(path): hashlib.sha256((self.home.root / path).read_bytes()).hexdigest() for path in tracked}

    def entry(self, name):
        """What pipeline.yml says of a notebook."""
        return next(entry for entry in pipeline.read(self.home).entries if entry.notebook == name)

    def missing(self, written):
        """Which of these tables, figures and reports nobody has tried out yet."""
        ends = {"tables": ".parquet", "figures": "/figure.json"}
        places = {name: f"{name}{ends.get(name.partition('/')[0], '')}" for name in written}
        places |= {name: "report/values.json" for name in written if name == pipeline.PRINTED}
        return [name for name, place in places.items() if not (self.home.tryout / place).is_file()]


class Notebook:
    """A notebook open in the browser."""

    def __init__(self, lab, page, name):
        self._lab, self._page, self._path = lab, page, f"notebooks/{name}.ipynb"
        for entry in self._path.split("/"):
            page.locator(".jp-DirListing-item").filter(has_text=entry).dblclick()
        expect(page.locator(".jp-NotebookPanel-toolbar .jp-KernelName")).to_have_text(re.compile("^Python 3"))
        self._wait_for_kernel()

    def _wait_for_kernel(self):
        """Wait until the kernel is idle and listens to the page: Lab says idle before there is one."""

        def waits():
            kernels = [one["kernel"] for one in self._lab.sessions(self._page) if one["path"] == self._path]
            return any(kernel["execution_state"] == "idle" and kernel["connections"] > 0 for kernel in kernels)

        wait_for(waits, f"the kernel of {self._path} waits", LONG)

    def choose(self, menu, item):
        """Choose an item of a menu."""
        self._page.get_by_role("menuitem", name=menu, exact=True).click()
        self._page.get_by_role("menuitem", name=item, exact=True).click()

    def run_all(self):
        """Run all cells, and wait until they have run, one has failed, or Lab asks something."""
        self.choose("Run", "Run All Cells")
        self._page.wait_for_function(ENDED, timeout=LONG * 1000)
        assert self._page.locator(".jp-Dialog").all_inner_texts() == []
        self._wait_for_kernel()

    def save(self):
        """Save the notebook, and wait until it is saved."""
        path = self._lab.home.root / self._path
        before = path.read_bytes()
        self._page.keyboard.press("Control+s")
        wait_for(lambda: path.read_bytes() != before, f"{self._path} is saved", 60)

    def set(self, parameter, value):
        """Type another value of a parameter into its cell."""
        line = self._page.locator(".jp-CodeCell .cm-line").filter(has_text=re.compile(f"^{parameter}: "))
        kind = line.inner_text().partition(": ")[2].partition(" = ")[0]
        line.click()
        self._page.keyboard.press("Home")
        self._page.keyboard.press("Shift+End")
        self._page.keyboard.type(f"{parameter}: {kind} = {value}")
        expect(line).to_have_text(f"{parameter}: {kind} = {value}")

    def problems(self):
        """The errors and warnings among the outputs, and the prompts of cells that did not run."""
        prompts = self._page.locator(PROMPT).all_text_contents()
        not_run = [prompt for prompt in prompts if not re.fullmatch(r"\[\d+\]:", prompt)]
        return self._page.locator(PROBLEM).all_text_contents() + not_run

    def pictures(self):
        """Width and height of each picture among the outputs; 0 where it does not show."""
        self._page.wait_for_function(f"[...document.querySelectorAll('{PICTURE}')].every(image => image.complete)")
        sizes = "images => images.map(image => [image.naturalWidth, image.naturalHeight])"
        return self._page.locator(PICTURE).evaluate_all(sizes)

    def outputs(self, text):
        """The outputs with this text."""
        return self._page.locator(OUTPUT).filter(has_text=text)


def _write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if report.when == "call":
        item.failed_in_browser = report.failed
    return report


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """One Lab for all tests of a module: each opens its notebook anew, with a kernel of its own."""
    lab = Lab(tmp_path_factory.mktemp("lab"))
    try:
        lab.start()
        yield lab
    finally:
        lab.stop()


@pytest.fixture(scope="module")
def chromium():
    """The system's Chromium; ended with the module, since playwright keeps an event loop running."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.fail("there is no chromium: apt-get install chromium, or leave browser tests out by -m 'not browser'")
    expect.set_options(timeout=60_000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM)
        yield browser
        browser.close()


@pytest.fixture
def page(chromium, lab, request, tmp_path):
    """An empty page, and a picture of it in tmp_path where the test fails."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(60_000)
    page = context.new_page()
    yield page
    if getattr(request.node, "failed_in_browser", False):
        failures = page.locator(PROBLEM)
        if failures.count():
            failures.first.scroll_into_view_if_needed()
        page.screenshot(path=tmp_path / "failed.png")
    lab.end_kernels(page)
    context.close()
