"""The only writer of `figures/` and `build/tables/`.

A notebook publishes into the place that its run gives it, or below `build/tryout/`; `promote` moves what a finished
notebook has made to where people find it.
"""

from policytext.publish.figures import figure
from policytext.publish.place import finish, promote, report
from policytext.publish.tables import table

__all__ = ["figure", "finish", "promote", "report", "table"]
