"""Numbers of papers, without a gap in a company's series."""

from django.db.models import F

from billing.models import Series
from communities.models import Organisation


def number_take(organisation: Organisation, kind: Series.Kind) -> str:
    """The next number. Its series is locked until the commit, so that a paper that does not come to be leaves no gap.

    Eight digits after the prefix, so that the order of numbers as text is their order.
    """
    Series.objects.get_or_create(
        organisation=organisation,
        kind=kind,
        defaults={"prefix": "CN" if kind == Series.Kind.CREDIT_NOTE else ""},
    )
    Series.objects.filter(organisation=organisation, kind=kind).update(last=F("last") + 1)
    series = Series.objects.get(organisation=organisation, kind=kind)
    return f"{series.prefix}{series.last:08d}"
