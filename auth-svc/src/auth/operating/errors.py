"""Why somebody does not see what concerns a whole region."""

from shared.errors import Forbidden


class RegionNotOperated(Forbidden):
    """The administrator's organisation operates no region, or not this one."""

    code = "region-not-operated"
