"""The refusals of this app."""

from communities.errors import NotForYourRole as NotForYourRole
from communities.errors import RegionUnknown as RegionUnknown
from core.errors import Conflict, Invalid, NotFound, Stale


class VisitUnknown(NotFound):
    code = "visit-unknown"
    title = "There is no such visit"


class RequestUnknown(NotFound):
    code = "request-unknown"
    title = "There is no such service request"


class WorkOrderUnknown(NotFound):
    code = "work-order-unknown"
    title = "There is no such work order"


class RecoveryUnknown(NotFound):
    code = "recovery-unknown"
    title = "There is no such recovery"


class PreviewUnknown(NotFound):
    code = "preview-unknown"
    title = "There is no such preview"


class PreviewRunning(Conflict):
    code = "preview-running"
    title = "A policy is being tried for this region already"


class PreviewNotRunning(Conflict):
    code = "preview-not-running"
    title = "This policy is not being tried any more"


class PlanUnknown(NotFound):
    code = "plan-unknown"
    title = "There is no such plan"


class CalendarUnknown(NotFound):
    code = "calendar-unknown"
    title = "There is no such calendar"


class StepOutOfOrder(Conflict):
    code = "step-out-of-order"
    title = "This step does not follow from where it stands"


class TimeImpossible(Invalid):
    code = "time-impossible"
    title = "This cannot have happened at that time"


class RequestPaused(Conflict):
    code = "request-paused"
    title = "This request waits already"


class RequestNotPaused(Conflict):
    code = "request-not-paused"
    title = "This request does not wait for anything"


class VisitReopened(Conflict):
    code = "visit-reopened"
    title = "This visit has been reopened already"


class ServiceTypeUnknown(Invalid):
    code = "service-type-unknown"
    title = "There is no such service type"


class SourceUnclear(Invalid):
    code = "source-unclear"
    title = "A source is a word of small letters, digits, dots, dashes and underscores, 40 at most"


class SourceReserved(Invalid):
    code = "source-reserved"
    title = "Facts of this source are told by Linli itself"


class CommunityUnknown(Invalid):
    code = "community-unknown"
    title = "There is no such community"


class RequestKnown(Conflict):
    code = "request-known"
    title = "A service request with this reference exists already"


class PasswordsFileRefused(Conflict):
    code = "passwords-file-refused"
    title = "The file for first passwords cannot be made"


class RecoveryClosed(Conflict):
    code = "recovery-closed"
    title = "This recovery is done or dropped"


class PlanRunning(Conflict):
    code = "plan-running"
    title = "This region's day is being planned already"


class PlanNotADraft(Conflict):
    code = "plan-not-a-draft"
    title = "Only a draft can be published"


class PlanNotRunning(Conflict):
    code = "plan-not-running"
    title = "This plan is not being made any more"


class PlanStale(Stale):
    code = "plan-stale"
    title = "What the plan was made from has changed: plan again"


class PlanNotEditable(Conflict):
    code = "plan-not-editable"
    title = "Only a draft or the published plan can be changed by hand"


class NothingToAccept(Conflict):
    code = "nothing-to-accept"
    title = "There is nothing of this plan to take over"


class EditForbidden(Conflict):
    """`broken` names each rule, with a sentence."""

    code = "edit-forbidden"
    title = "A rule forbids this change"


class VisitNotPlannable(Conflict):
    code = "visit-not-plannable"
    title = "This visit cannot be planned on that day"


class NothingToUndo(Conflict):
    code = "nothing-to-undo"
    title = "This version was not changed by hand"


class NothingToRedo(Conflict):
    code = "nothing-to-redo"
    title = "This version takes nothing back"


class StopUnknown(Invalid):
    code = "stop-unknown"
    title = "There is no such stop in this technician's route"


class StartNotThatDay(Invalid):
    code = "start-not-that-day"
    title = "The start is not on the day of the plan"


class OwnerUnknown(Invalid):
    code = "owner-unknown"
    title = "There is no such technician or account, or it is not active"


class SameOwner(Invalid):
    code = "same-owner"
    title = "Customers cannot be handed over to who has them"


class NobodyToHandOver(Conflict):
    code = "nobody-to-hand-over"
    title = "There are no customers to hand over"


class CustomersNotTheirs(Conflict):
    code = "customers-not-theirs"
    title = "Some of the customers are somebody else's"


class SiteUnknown(Invalid):
    code = "site-unknown"
    title = "There is no such site"


class NowhereToGo(Invalid):
    """The address is not known, or it lies in none of the communities that are served."""

    code = "nowhere-to-go"
    title = "Nobody can be sent to this address"


class DaysOutOfReach(Invalid):
    code = "days-out-of-reach"
    title = "Windows are offered from today on, for a month at most"


class CrewNeeded(Conflict):
    code = "crew-needed"
    title = "This work takes several technicians, and windows are offered for one: take the request without a window"


class NotLeading(Conflict):
    code = "not-leading"
    title = "Whoever leads the crew tells what was done and how it ended"


class NoCrew(Conflict):
    code = "no-crew"
    title = "One technician makes this visit: there is no crew to split"


class WindowGone(Conflict):
    """Nobody can come in that window any more. `windows` has those that are left, the cheapest first."""

    code = "window-gone"
    title = "This window is not to be had any more"


class BookingUnknown(NotFound):
    code = "booking-unknown"
    title = "There is no such booking"


class BookingOver(Conflict):
    code = "booking-over"
    title = "This window is not held any more"


class CustomerUnreachable(Conflict):
    code = "customer-unreachable"
    title = "Nobody with an e-mail address agreed to messages about this request"


class TooLateToChange(Conflict):
    """Technicians are about to come, have come, or the request is over."""

    code = "too-late-to-change"
    title = "This booking cannot be changed any more"


class NotOnSite(Conflict):
    code = "not-on-site"
    title = "This is done while the technician is on site"


class ChecklistOpen(Conflict):
    """Required points of the visit's checklist have no answer. `points` has their codes and names."""

    code = "checklist-open"
    title = "The checklist is not done"


class BadChecklist(Invalid):
    code = "bad-checklist"
    title = "The checklist contradicts itself"


class PointUnknown(Invalid):
    code = "point-unknown"
    title = "The visit's checklist has no such point"


class BadAnswer(Invalid):
    code = "bad-checklist-answer"
    title = "This does not answer the point"


class BadPhoto(Invalid):
    code = "bad-photo"
    title = "This is no photo that can be kept"


class TooManyPhotos(Conflict):
    code = "too-many-photos"
    title = "The visit has as many photos as it may have"


class PhotoUnknown(NotFound):
    code = "photo-unknown"
    title = "There is no such photo"


class BadSignature(Invalid):
    code = "bad-signature"
    title = "A signature has a name, and strokes as an SVG path of M and L with whole numbers"


class PlacesNotKept(Conflict):
    code = "places-not-kept"
    title = "The company does not want to know where its technicians are"


class OffShift(Conflict):
    code = "off-shift"
    title = "A place is told between the beginning and the end of one's own shift"
