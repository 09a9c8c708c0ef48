"""Tells of the run's day: the digest first, then everybody and everything else."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial

from services.notifier.audiences import Action, Audiences, Others, try_all
from services.notifier.channels.chat import delayed_chat
from services.notifier.compose import Composed, Composer, on_dashboard
from services.notifier.dashboard.publishing import Dashboards
from services.notifier.mail.delayed import LateAlarm, delayed_message
from services.notifier.mails import digest_envelope
from services.notifier.report.about_data import UnknownTypesAlarm
from services.notifier.report.displayed import Shown
from services.notifier.sending.claim import DAILY, DELAYED
from services.notifier.sending.mail_reports import MailReports
from services.notifier.sending.one_list import Mail, Sender
from services.notifier.sending.post import Post
from services.notifier.snapshot import Snapshots
from shared.currency import Display
from shared.errors import InputError, LeaseLost, Partly, Reject, Stopping
from shared.events import (
    DataDelayed,
    DigestData,
    DigestSent,
    Event,
    MailReported,
    PeriodCataloged,
    follow_up,
)
from shared.lease import Lease
from shared.locations import digest_claim_key
from shared.ports import AlarmBell, ObjectStore

SOURCE = "daybook.notifier"


@dataclass(frozen=True)
class SendDigest:
    """The notifier's handler."""

    store: ObjectStore
    post: Post
    bell: AlarmBell
    audiences: Audiences
    metric: str
    display: Display | None = None
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    async def __call__(self, event: Event, lease: Lease) -> Sequence[Event]:
        """Tell of the day if the run is to; take in what SES says became of a mail."""
        if isinstance(event, MailReported):
            await MailReports(self.store, self.bell).take(event.data)
            return []
        if isinstance(event, DataDelayed):
            await self._tell_of_delay(event, lease)
            return []
        if not isinstance(event, PeriodCataloged):
            raise Reject(f"the notifier does not hear {event.type}")
        ring = partial(UnknownTypesAlarm(self.store, self.bell).ring, event)
        if event.data.notify:
            return await self._tell(event, lease, ring)
        await ring()
        return []

    def _sender(self, lease: Lease) -> Sender:
        return Sender(self.store, self.post, self.bell, self.now, lease)

    async def _tell(self, event: PeriodCataloged, lease: Lease, ring: Action) -> list[Event]:
        """Send the digest first, and everything else: none of it holds up anything else."""
        data, composer = event.data, Composer(self.store, self.metric, self.display)
        try:
            made = await composer.compose(event)
        except InputError as error:
            raise Reject(str(error)) from error
        sender = replace(self._sender(lease), only=data.resends)
        envelope = digest_envelope(made, self.audiences.digest, self.now())
        kind = f"replay-{event.runid}" if data.replay else DAILY
        mail = Mail(data.day, kind, event.runid, envelope, made.told)
        says: list[Event] = []

        async def digest() -> None:
            says.extend(_sent(event, kind, await sender.once(mail), made))

        others, shown = Others(self.audiences, sender, event, self.now()), composer.shown(data)
        show = partial(self._show, event, made, others, shown)
        try:
            await try_all([digest, partial(others.tell, made, shown), show, ring])
            sender.require_met()
        except (LeaseLost, Stopping):
            raise
        except Exception as trouble:  # noqa: BLE001 - raised again once a sent digest is told of
            rest = Reject(str(trouble)) if isinstance(trouble, InputError) else trouble
            raise Partly(rest, says=says) from None
        return says

    async def _show(
        self, event: PeriodCataloged, made: Composed, others: Others, shown: Shown | None
    ) -> None:
        """Write the dashboard and the PDF, and mail the PDF to the executives."""
        board = await Dashboards(self.store, self.metric, shown).write(on_dashboard(event, made))
        pdf = await Snapshots(self.store).write(made.report, board)
        await others.tell_executives(made, pdf)

    async def _tell_of_delay(self, event: DataDelayed, lease: Lease) -> None:
        """Send the short mail, ring, and tell the channels, unless the digest was faster."""
        envelope = delayed_message(event, self.audiences.digest, self.now())
        daily, delayed = (
            Mail(event.data.day, kind, event.runid, envelope) for kind in (DAILY, DELAYED)
        )
        sender, to = self._sender(lease), self.audiences
        posts = [delayed_chat(event.data, event.runid, each) for each in to.chat]
        notes = [Mail(event.data.day, DELAYED, event.runid, each) for each in posts]
        if await self.store.head(digest_claim_key(daily.name)):
            for each in (delayed, *notes):
                await sender.not_needed(each)
            return
        ring = partial(LateAlarm(self.store, self.bell).ring, event)
        told = [partial(to.to_channels(sender).once, each) for each in notes]
        await try_all([partial(sender.once, delayed), ring, *told])


def _sent(event: PeriodCataloged, kind: str, message_id: str | None, made: Composed) -> list[Event]:
    """Say that the digest was sent, unless another run sent it or nobody knows."""
    if message_id is None:
        return []
    data = event.data
    sent = DigestData(
        period=data.period, day=data.day, kind=kind, message_id=message_id, totals=made.totals
    )
    return [follow_up(event, DigestSent, sent, source=SOURCE, about=data.day)]
