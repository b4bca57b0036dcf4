"""The refusals about event endpoints and what is sent to them."""

from core.errors import Conflict, Invalid, NotFound


class EndpointUnknown(NotFound):
    code = "event-endpoint-unknown"
    title = "There is no such event endpoint"


class DeliveryUnknown(NotFound):
    code = "event-delivery-unknown"
    title = "There is no such delivery"


class AddressUnusable(Invalid):
    """Events go to https addresses of the internet, at their usual ports."""

    code = "event-address-unusable"
    title = "Events cannot be sent to this address"

    def __init__(self, detail: str) -> None:
        super().__init__(detail, errors=[{"field": "url", "message": detail}])


class TooManyEndpoints(Conflict):
    code = "too-many-event-endpoints"
    title = "There are as many event endpoints as a company may have"


class EndpointDisabled(Conflict):
    """Nothing is sent to a disabled endpoint: enable it first."""

    code = "event-endpoint-disabled"
    title = "This endpoint is disabled"


class DeliveryUnderWay(Conflict):
    """A worker is sending it at this moment. It is over within a minute."""

    code = "event-delivery-under-way"
    title = "This event is being sent at this moment"
