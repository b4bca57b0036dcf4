"""The refusals of this app."""

from django.core.exceptions import ValidationError

from core.errors import Conflict, Forbidden, Invalid, NotFound, Stale


class RegionUnknown(NotFound):
    code = "region-unknown"
    title = "There is no such region"


class NotForYourRole(Forbidden):
    code = "not-for-your-role"
    title = "Your role does not allow this"


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


class CustomerUnknown(NotFound):
    code = "customer-unknown"
    title = "There is no such customer"


class CustomerNotDone(Conflict):
    code = "customer-not-done"
    title = "Something of this customer's is still open"


class FactImpossible(Invalid):
    code = "fact-impossible"
    title = "This cannot have happened then"


class FigureUnknown(NotFound):
    code = "figure-unknown"
    title = "There is no such figure"


class FigureTooFine(Invalid):
    code = "figure-too-fine"
    title = "A community's figures are kept by technician or by service type, not by both"


class PurposeMissing(Invalid):
    code = "purpose-missing"
    title = "Figures of technicians are read for a purpose: say scheduling or people"


class TooFewRespondents(Forbidden):
    code = "too-few-respondents"
    title = "Too few people answered for this to be shown"


class FeedbackNotSuspended(Conflict):
    code = "feedback-not-suspended"
    title = "The region is planned with feedback"


class PolicyTooFine(Invalid):
    code = "policy-too-fine"
    title = "So few answers would show what single people said"


class PolicyChanged(Stale):
    code = "policy-changed"
    title = "The region has been given another policy in the meantime"


class GoalUnknown(NotFound):
    code = "goal-unknown"
    title = "There is no such goal"


class GoalImpossible(Invalid):
    """The figure cannot be like this, the day is over, or the owner cannot see to it."""

    code = "goal-impossible"
    title = "This cannot be a goal"


class UserUnknown(NotFound):
    code = "user-unknown"
    title = "There is no such account"


class CodeRefused(Forbidden):
    """Of the last minute and a half, and not used before. A recovery code is good once, too."""

    code = "code-refused"
    title = "The one-time code is not right, or was used before"


class AuthenticatorPresent(Conflict):
    code = "authenticator-present"
    title = "The account has one-time codes already"


class CodesRequired(Conflict):
    code = "codes-required"
    title = "The company wants one-time codes of this role"


class PasswordWeak(Invalid):
    """`reasons` are Django's sentences, in the language that is in force."""

    code = "password-weak"
    title = "This password is too easy to guess"

    def __init__(self, reasons: ValidationError) -> None:
        super().__init__()
        self.reasons = reasons


class PasswordResetOver(NotFound):
    code = "password-reset-over"
    title = "There is no such link to a new password, or it is over"
