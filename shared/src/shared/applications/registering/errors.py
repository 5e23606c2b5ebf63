"""Why staff cannot register an application; nothing is used up by any of these."""

from shared.errors import ProblemError


class ChannelNotOffered(ProblemError):
    """The regulation does not give the service on that channel."""

    code = "channel-not-offered"
    status = 404


class ArrivalUnfit(ProblemError):
    """The visitor came later than now, or so long ago that he should have been registered then."""

    status = 422
    variants = ("arrival-in-the-future", "arrival-too-long-ago")
