"""All that a run tells: the one model that mail, PDF, dashboard, chat and CSV are made of."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from services.notifier.report.about_data import AboutData
from services.notifier.report.accounts import AccountNews
from services.notifier.report.compared import Comparison
from services.notifier.report.figures import Figures
from services.notifier.report.origin import Origin
from services.notifier.report.restatements import Restatements
from shared.anomalies import Anomaly
from shared.why import Change


@dataclass(frozen=True)
class Report:
    """A run's figures, where they come from, and what a reader should know beside them.

    `news`: what changed in the organization on the day. `restated`: what changed in days that
    were told before, `restated_days`. `about`: what the export lacks, or has that Daybook does
    not know. `compared`: what Cost Explorer and the invoices say.
    """

    figures: Figures
    origin: Origin
    news: AccountNews | None = None
    restated: Restatements | None = None
    restated_days: Sequence[date] = ()
    about: AboutData | None = None
    compared: tuple[Comparison, ...] = ()
    anomalies: Sequence[Anomaly] | None = None
    """What stood out, heaviest first; None when nobody looked for it."""
    history: int | None = None
    """Days of history to judge by what stands out; None: not known."""
    changes: Sequence[Change] | None = None
    """Why cost changed; None when nobody compared."""
    part: tuple[str, ...] = ()
    """Paths of the OUs that it is about; empty when it is about all."""
