"""Open and check a study: the home, what a researcher decided about its reports, and the tables made of them."""

from policytext.study.checks import problems_of
from policytext.study.home import PROJECT, Home, current_run, find_home
from policytext.study.rows import KINDS, Pictures, Settings
from policytext.study.study import Study, load, open_study
from policytext.study.tables import COLUMNS, GRAIN, check, empty

__all__ = [
    "COLUMNS",
    "GRAIN",
    "KINDS",
    "PROJECT",
    "Home",
    "Pictures",
    "Settings",
    "Study",
    "check",
    "current_run",
    "empty",
    "find_home",
    "load",
    "open_study",
    "problems_of",
]
