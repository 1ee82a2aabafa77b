"""Open and check a study: the home, what a researcher decided about its reports, and the tables made of them."""

# ruff: noqa: F401

from policytext.study.checks import problems_of
from policytext.study.home import PROJECT, Home, current_run, find_home
from policytext.study.rows import KINDS, Pictures, Settings
from policytext.study.study import Study, load, open_study
from policytext.study.tables import COLUMNS, GRAIN, check, empty
