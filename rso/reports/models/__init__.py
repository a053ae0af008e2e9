"""Nouns of this room: reports and their texts, what is done until they are published, contradictions in print."""

from rso.reports.models.outside import AdvanceReading as AdvanceReading
from rso.reports.models.outside import Consent as Consent
from rso.reports.models.outside import Photograph as Photograph
from rso.reports.models.outside import ReportDate as ReportDate
from rso.reports.models.outside import ReportDateMove as ReportDateMove
from rso.reports.models.printed import Certainty as Certainty
from rso.reports.models.printed import Inconsistency as Inconsistency
from rso.reports.models.printed import InconsistencyKind as InconsistencyKind
from rso.reports.models.printed import InconsistentStatement as InconsistentStatement
from rso.reports.models.published import Citation as Citation
from rso.reports.models.published import Edition as Edition
from rso.reports.models.published import EditionState as EditionState
from rso.reports.models.published import Explained as Explained
from rso.reports.models.published import Frozen as Frozen
from rso.reports.models.published import Why as Why
from rso.reports.models.reports import SOURCE_LANGUAGE as SOURCE_LANGUAGE
from rso.reports.models.reports import Report as Report
from rso.reports.models.reports import ReportState as ReportState
from rso.reports.models.reports import SectionText as SectionText
from rso.reports.models.reports import TextState as TextState
from rso.reports.models.workspace import ChangeKind as ChangeKind
from rso.reports.models.workspace import Comment as Comment
from rso.reports.models.workspace import CommentState as CommentState
from rso.reports.models.workspace import PlannedChange as PlannedChange
from rso.reports.models.workspace import Signature as Signature
from rso.reports.models.workspace import TextVersion as TextVersion
