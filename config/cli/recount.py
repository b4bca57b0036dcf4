"""Count every figure of a company anew, from nothing but its ledger of facts.

Not needed in daily life: what changes is counted within seconds. For after a restored backup, or when somebody doubts a
figure. Pages show the old counts until it is done. Needs about a minute for five million facts.

examples:
  ./linli recount
  ./linli recount --organisation taipei-1

exit codes: 0 counted · 1 there is no such organisation
"""

import argparse
import sys

from rich.console import Console
from rich.progress import Progress


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Whose."""
    parser.add_argument("--organisation", help="its slug (default: the newest organisation)")


def run(args: argparse.Namespace) -> int:
    """Count, month by month."""
    from communities.errors import UnknownOrganisation
    from communities.selectors.organisations import organisation_get, organisation_newest
    from communities.services.metrics import metrics_rebuild

    try:
        organisation = organisation_get(args.organisation) if args.organisation else organisation_newest()
    except UnknownOrganisation as error:
        print(f"linli: {error}", file=sys.stderr)
        return 1
    months = 0
    with Progress(console=Console(stderr=True), transient=True) as bars:
        line = bars.add_task("counting", total=None)

        def counted(month: object) -> None:
            nonlocal months
            months += 1
            bars.update(line, description=f"{month:%B %Y}")

        metrics_rebuild(organisation=organisation, progress=counted)
    print(f"{organisation.slug}: counted anew, {months} months")
    return 0
