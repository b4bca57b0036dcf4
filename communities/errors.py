"""The refusals of this app."""

from core.errors import Conflict, Invalid, NotFound


class SurveyClosed(Conflict):
    code = "survey-closed"
    title = "This survey has been answered already, or its time is over"


class SurveyUnknown(NotFound):
    code = "survey-unknown"
    title = "There is no such survey"


class BadAnswer(Invalid):
    code = "bad-answer"
    title = "The answer is not one of those offered"


class UnknownOrganisation(NotFound):
    code = "unknown-organisation"
    title = "There is no such organisation"


class OrganisationKnown(Conflict):
    code = "organisation-known"
    title = "There is an organisation with this slug already"


class OrganisationInvalid(Invalid):
    code = "organisation-invalid"
    title = "An organisation cannot be like this"


class FactImpossible(Invalid):
    code = "fact-impossible"
    title = "This cannot have happened then"
