"""Tables to figures: one module a notebook, one function a figure, and beside it the words that go with it.

A chart function takes a table and returns a `matplotlib.figure.Figure`; it computes, reads and saves nothing.
labels: for each language the words to print for a value, from `Study.labels` and `Study.group_labels`.
"""

# ruff: noqa: F401

from policytext.charts import comparison, corpus, indicators, theme_coding, word_frequency
