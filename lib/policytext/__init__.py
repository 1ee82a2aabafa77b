"""Quantitative reading of Chinese policy reports: words, themes, indicators, each traceable to its characters."""
