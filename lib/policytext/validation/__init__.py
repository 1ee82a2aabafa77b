"""What the coding is worth: the sentences that coders coded, how far coders agree, and how far the rules agree with them.

A coder is whoever coded sentences one by one: a person, or a language model. `seeds/coding/themes-<coder>.csv` and
`facets-<coder>.csv` hold what a coder decided, one row per sentence.
"""

# ruff: noqa: F401

from policytext.validation.accuracy import accuracy, codes_of, quality
from policytext.validation.agreement import agreement, disagreements
from policytext.validation.codings import Scheme, coded, names_of, read, scheme_of
from policytext.validation.learned import learn_terms, leave_one_out
from policytext.validation.sheet import keep, legend, make_sheet, read_sheet
