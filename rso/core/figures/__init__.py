"""The figure engine: a figure is a question about records, never a stored number."""

from rso.core.figures import units
from rso.core.figures.adding import Covered, Distinct, Median, Share, Slice, Total
from rso.core.figures.breakdowns import Breakdown, Cell, Crossing, Refusal, Status
from rso.core.figures.counting import TOTAL_STATED, Inconsistent
from rso.core.figures.dimensions import BASIS, UNKNOWN, Dimension, Named, Place, month_of, year_of
from rso.core.figures.registry import BASIS_COLUMN, Column, Figure, NamedTable, Source, UnknownFigure, registry

__all__ = [
    "BASIS",
    "BASIS_COLUMN",
    "TOTAL_STATED",
    "UNKNOWN",
    "Breakdown",
    "Cell",
    "Column",
    "Covered",
    "Crossing",
    "Dimension",
    "Distinct",
    "Figure",
    "Inconsistent",
    "Median",
    "Named",
    "NamedTable",
    "Place",
    "Refusal",
    "Share",
    "Slice",
    "Source",
    "Status",
    "Total",
    "UnknownFigure",
    "month_of",
    "registry",
    "units",
    "year_of",
]
