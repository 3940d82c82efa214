"""When the exchanges are open, from the exchange calendars."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

EXCHANGES = ("XKRX", "XNYS")
# Far enough for settlement, and for orders that stay open past the last finished session.
AHEAD = timedelta(days=30)


@dataclass(frozen=True)
class Session:
    """One day of one exchange: its date there, and the instants it opens and closes."""

    exchange: str
    day: date
    opens: datetime
    closes: datetime

    def at(self, share: float) -> datetime:
        """The instant after this share (0 to 1) of the session, in whole seconds."""
        return self.opens + timedelta(seconds=round((self.closes - self.opens).total_seconds() * share))


@dataclass(frozen=True)
class Timetable:
    """The sessions of one exchange: those that are finished, oldest first, and the ones that follow."""

    exchange: str
    finished: list[Session]
    ahead: list[Session]

    @cached_property
    def _place(self) -> dict[date, int]:
        return {session.day: place for place, session in enumerate(self._all)}

    @cached_property
    def _all(self) -> list[Session]:
        return [*self.finished, *self.ahead]

    def after(self, day: date, count: int) -> Session:
        """The session that comes `count` sessions after the one on `day`."""
        return self._all[self._place[day] + count]


def two_years_before(until: date) -> date:
    """The first day of the two years that end with `until`."""
    start = until.replace(year=until.year - 2, day=min(until.day, 28) if until.month == 2 else until.day)
    return start + timedelta(days=1)


def timetable(exchange: str, until: date, now: datetime) -> Timetable:
    """Two years of sessions up to `until`, as far as they are finished `now`."""
    # The calendars bring pandas along: a second that nobody should wait for who only asks whether a demo is needed.
    import exchange_calendars  # noqa: PLC0415

    first = two_years_before(until)
    calendar = exchange_calendars.get_calendar(exchange, start=first, end=until + AHEAD)
    sessions = [
        Session(exchange, row.Index.date(), row.open.to_pydatetime(), row.close.to_pydatetime())
        for row in calendar.schedule[["open", "close"]].itertuples()
        if row.Index.date() >= first
    ]
    finished = [session for session in sessions if session.day <= until and session.closes <= now]
    return Timetable(exchange, finished, sessions[len(finished) :])
