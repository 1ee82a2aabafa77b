"""Results to narrative: named values, and the templates that put them into Chinese and English prose."""

from policytext.report.render import render
from policytext.report.values import Values

__all__ = ["Values", "render"]
