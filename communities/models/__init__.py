"""Organisations, people, places, the ledger of facts, and what it says."""

from communities.models.customers import (
    CustomerOwner,
    CustomerStanding,
    HandedCustomer,
    HandOver,
    RetentionFit,
    StandingRefresh,
)
from communities.models.experiment import CommunityWeek, ExperimentReading, FeedbackSuspension
from communities.models.facts import DayChanged, FactKey, ServiceEvent
from communities.models.insight import Policy, Signal, SignalSet
from communities.models.metrics import CustomerServed, FigureUse, MetricClock, MetricDay, MetricWindow
from communities.models.people import ApiToken, Contact, Customer, Erasure, RegionManager, User
from communities.models.places import Community, Region, Site
from communities.models.revenue import Goal, GoalVersion, LagReading
from communities.models.sign_in import Authenticator, PasswordReset, Session
from communities.models.surveys import SurveyAnswer, SurveyInvitation
from communities.models.tenant import Organisation, Owned

__all__ = [
    "ApiToken",
    "Authenticator",
    "Community",
    "CommunityWeek",
    "Contact",
    "Customer",
    "CustomerOwner",
    "CustomerServed",
    "CustomerStanding",
    "DayChanged",
    "Erasure",
    "ExperimentReading",
    "FactKey",
    "FeedbackSuspension",
    "FigureUse",
    "Goal",
    "GoalVersion",
    "HandOver",
    "HandedCustomer",
    "LagReading",
    "MetricClock",
    "MetricDay",
    "MetricWindow",
    "Organisation",
    "Owned",
    "PasswordReset",
    "Policy",
    "Region",
    "RegionManager",
    "RetentionFit",
    "ServiceEvent",
    "Session",
    "Signal",
    "SignalSet",
    "Site",
    "StandingRefresh",
    "SurveyAnswer",
    "SurveyInvitation",
    "User",
]
