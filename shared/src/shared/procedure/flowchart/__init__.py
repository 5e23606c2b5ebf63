"""The block diagram of a regulation: what the annexes of the decrees drew, made from the data that is carried out."""

from shared.procedure.flowchart.content import flowchart
from shared.procedure.flowchart.svg import draw

__all__ = ["draw", "flowchart"]
