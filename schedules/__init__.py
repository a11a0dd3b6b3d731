"""Keeps time: what is done by the clock."""

# Jobs that fall due together are done in the order of declaration, whatever of this is imported first:
# what is reported comes before what is wiped.
from schedules import reports, jobs  # noqa: F401, I001
