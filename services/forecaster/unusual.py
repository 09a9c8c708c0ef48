"""Finds the days on which daily series are not as they were: causally, all series at once.

What is expected of a day is a slow level times its weekday's share. How far the day, and the last
three and seven days together, are off is held against how far they usually are: the median and a
high quantile of the last nine weeks, and the largest deviation in them. A day found unusual does
not teach: the level stands still until the event is over or, after four weeks, is the new normal.
docs/anomalies.md says what was tuned on what.
"""

from dataclasses import dataclass

import numpy as np

from services.forecaster.arrays import WEEK, Floats, Mask
from services.forecaster.quiet import all_of_one, last_sides
from services.forecaster.rests import Rests
from services.forecaster.watched import Places, Sides, Watched
from shared.anomalies import JUDGED_AFTER

SPANS = (1, 3, 7)
"""Days that are judged together: a small change of level is clear only after some of them."""
SETTLE = 14
"""Days whose mean is the first level: whole weeks."""
LEARN = JUDGED_AFTER
WEEKS = 8
TRIM = 1
LAG = 6
MEMORY = 120
LIMITS = (4.2, 4.0, 3.6)
"""How many usual deviations are too many, for each of `SPANS`."""
SHARES = (0.15, 0.12, 0.10)
"""... and at least this share of what was expected."""
YOUNG = 8.0
"""With n deviations known, limits are higher by this, divided by n."""
HIGH = (0.9, 1.645)
"""A quantile of absolute deviations, and what it is of a normal one's standard deviation."""
SEEN = 1.35
"""A deviation this many times the largest known is news."""
TAUGHT = 1.5
"""An unusual day teaches up to this many times the limit that it passed."""
STEADIEST = 0.015
"""No series is taken to be steadier than this share."""
RATE = 0.06
STEP = 2.5
"""The level follows a day by this rate, and by at most so many usual deviations."""
FOLLOWS = 0.6
LASTING = 1.5
"""An event goes on while a day is this many usual deviations off, or this part of a share."""
PATIENCE = 28
"""Days after which an event is the new normal."""
AGAIN = 1.5
"""A deviation of up to this many times one of a month ago comes once a month."""
MONTH = range(28, 33)
THIN = 0.15
WILD = 0.6
LONG = 0.5
NOTHING = 1e-9


def watch(values: Floats, least: float) -> Watched:
    """Look for events in series (rows) by day (columns); `least` is the smallest excess of a day.

    What is found of a day does not depend on the days after it.
    """
    state = _State.of(values, least)
    for day in range(values.shape[1]):
        state.take(day)
    return Watched(values, state.expected, state.side, state.since, state.quiet)


@dataclass
class _State:
    """What is known day by day; arrays of series by days."""

    values: Floats
    clean: Floats
    """Values, and where a day was unusual what was expected of it."""
    factor: Floats
    level: Floats
    expected: Floats
    off: list[Floats]
    """How far each of `SPANS` was off as a share; NaN where it was unusual."""
    side: Sides
    since: Places
    monthly: Mask
    """Days off by a charge of once a month: as expected, and no lesson."""
    quiet: Mask
    rests: Rests
    limits: list[Floats]
    """Of the day: what each of `SPANS` may be off downward and upward."""
    least: float

    @classmethod
    def of(cls, values: Floats, least: float) -> "_State":
        blank = np.zeros(values.shape)
        rests = Rests.of(values, SETTLE)
        return cls(
            values=values,
            clean=rests.run_through(values, SETTLE),
            rests=rests,
            factor=np.ones(values.shape),
            level=blank.copy(),
            expected=blank.copy(),
            off=[np.full(values.shape, np.nan) for _ in SPANS],
            side=np.zeros(values.shape, np.int8),
            since=np.zeros(values.shape, np.int64),
            monthly=np.zeros(values.shape, np.bool_),
            quiet=np.zeros(values.shape, np.bool_),
            limits=[np.zeros((2, len(values))) for _ in SPANS],
            least=max(least, NOTHING),
        )

    def take(self, day: int) -> None:
        """Judge a day, and learn from it."""
        self.factor[:, day] = self._weekday(day)
        if day < SETTLE:
            self.level[:, day] = self._first_level()
            self.expected[:, day] = self.level[:, day] * self.factor[:, day]
            return
        self.expected[:, day] = self.level[:, day - 1] * self.factor[:, day]
        rest = self._rest(day)
        for place, span in enumerate(SPANS):
            self.off[place][:, day] = self._off(day, span)
        usual = self._usual(0, day)
        if day >= LEARN:
            self._judge(day, usual, rest)
        self._learn(day, usual, rest)
        self.expected[rest, day] = self.values[rest, day]

    def _rest(self, day: int) -> Mask:
        """Return which series rest on a day; what they did so before teaches nothing either."""
        level, factor = self.level[:, day - 1], self.factor[:, day]
        rest = self.rests.take(day, self.values[:, day], level, factor)
        rows, days = self.rests.news(rest, day)
        self.off[0][rows, days] = np.nan
        self.clean[rows, days] = self.level[rows, np.maximum(days - 1, 0)] * self.factor[rows, days]
        self.clean[rest, day] = self.expected[rest, day]
        return rest

    def _first_level(self) -> Floats:
        """Return the mean of the first days, of each no more than twice their median."""
        first = self.clean[:, :SETTLE]
        twice = 2 * np.median(first, axis=1, keepdims=True)
        calm = np.where(twice > 0, np.minimum(first, twice), np.maximum(first, twice))
        level: Floats = calm.mean(axis=1)
        return level

    def _weekday(self, day: int) -> Floats:
        """Return a day's share of its week: the median of the weeks before, drawn toward one."""
        shares = []
        for back in range(day - WEEK, day - WEEK * (WEEKS + 1), -WEEK):
            if back < WEEK // 2:
                break
            week = self.clean[:, back - WEEK // 2 : back + WEEK // 2 + 1].mean(axis=1)
            whole = np.where(np.abs(week) > NOTHING, week, 1.0)
            shares.append(np.where(np.abs(week) > NOTHING, self.clean[:, back] / whole, 1.0))
        if len(shares) < 2:  # noqa: PLR2004 - once is no rule
            return np.ones(len(self.values))
        ordered = np.sort(shares, axis=0)
        inner = ordered[TRIM:-TRIM] if len(ordered) > 2 * TRIM else ordered
        mean = np.clip(inner.mean(axis=0), 0, WEEK)
        # As much of it as is not explained by how the weekday differs from week to week.
        chance = ordered.var(axis=0, ddof=1) / len(ordered)
        kept = 1 - np.minimum(chance / np.maximum((mean - 1) ** 2, NOTHING), 1)
        found: Floats = 1 + (mean - 1) * kept
        return found

    def _off(self, day: int, span: int) -> Floats:
        """Return by which share the last days were off, from the level before them."""
        before, days = self.level[:, day - span], slice(day - span + 1, day + 1)
        expected = before * self.factor[:, days].sum(axis=1)
        thin = THIN * span * np.abs(before)
        base = np.maximum(np.abs(expected) + thin, self.least)
        # Days already told are taken as expected: an event is no news again once it is over.
        share: Floats = (self.clean[:, days].sum(axis=1) - expected) / base
        return share

    def _recent(self, place: int, day: int) -> Floats:
        # Without the last days: what began then must not hide that it goes on.
        end = min(day, max(day - LAG, LEARN))
        return self.off[place][:, max(SETTLE, day - MEMORY) : end]

    def _usual(self, place: int, day: int) -> Floats:
        """Return the usual deviation before a day, as the standard deviation of a normal one."""
        size = np.sort(np.abs(self._recent(place, day)), axis=1)  # NaN last
        known = np.sum(~np.isnan(size), axis=1)
        if not size.shape[1]:
            return np.full(len(self.values), STEADIEST)
        rows = np.arange(len(size))
        middle = 1.4826 * size[rows, np.maximum(known - 1, 0) // 2]
        quantile, normal = HIGH
        high = size[rows, (np.maximum(known - 1, 0) * quantile).astype(int)] / normal
        young = 1 + YOUNG / np.maximum(known, SPANS[-1])
        usual: Floats = np.maximum(np.nan_to_num(np.maximum(middle, high)) * young, STEADIEST)
        return usual

    def _judge(self, day: int, usual: Floats, rest: Mask) -> None:
        excess = self.values[:, day] - self.expected[:, day]
        today = self.off[0][:, day]
        side = np.zeros(len(today), np.int8)
        since = np.full(len(today), day)
        for place, span in enumerate(SPANS):
            found = self._beyond(place, day, usual / np.sqrt(span))
            found = np.where(np.sign(found) == np.sign(today), found, 0)
            since = np.where((side == 0) & (found != 0), day - span + 1, since)
            side = np.where(side == 0, found, side).astype(np.int8)
        side[(np.abs(excess) <= self.least) | rest] = 0
        self.monthly[:, day] = (side != 0) & self._monthly(day, excess)
        side[self.monthly[:, day]] = 0
        lasts = np.maximum(LASTING * usual, FOLLOWS * SHARES[0])
        before = last_sides(self.side, self.quiet, day)
        lasting = (before == np.sign(today)) & (np.abs(today) > lasts) & (side == 0)
        lasting &= (np.abs(excess) > self.least) & ~self.monthly[:, day] & ~rest
        side[lasting] = before[lasting]
        self.side[:, day], self.since[:, day] = side, since
        expected = np.maximum(np.abs(self.expected[:, day]), np.abs(self.values[:, day]))
        self.quiet[:, day] = (expected <= self.least) & (
            np.abs(self.level[:, day - 1]) > self.least
        )

    def _beyond(self, place: int, day: int, least: Floats) -> Sides:
        """Return the side on which the last days are further off than they ever are."""
        recent = np.nan_to_num(self._recent(place, day))
        usual = np.maximum(
            LIMITS[place] * np.maximum(self._usual(place, day), least), SHARES[place]
        )
        off = self.off[place][:, day]
        # What is this unsteady has a long tail upward.
        above = usual + LONG * np.maximum(usual - WILD, 0)
        highest = np.maximum(above, SEEN * recent.max(axis=1))
        # A half is as far from the whole as its double.
        lowest = np.minimum(_below(usual), _below(SEEN * _above(recent.min(axis=1))))
        self.limits[place] = np.stack([lowest, highest])
        side: Sides = (off > highest).astype(np.int8) - (off < lowest).astype(np.int8)
        return side

    def _monthly(self, day: int, excess: Floats) -> Mask:
        """Say where the days of a month ago deviated as much: a charge of once a month."""
        month = [self._stood_out(at) for at in (day - back for back in MONTH) if at >= 0]
        if not month:
            return np.zeros(len(excess), np.bool_)
        up, down = np.max(month, axis=0), np.min(month, axis=0)
        found: Mask = np.where(excess > 0, AGAIN * up >= excess, AGAIN * down <= excess)
        return found

    def _stood_out(self, day: int) -> Floats:
        """Return by how much a day differed from those around it, where it was unusual."""
        around = np.median(self.values[:, max(day - 3, 0) : day + 4], axis=1)
        unusual = (self.side[:, day] != 0) | self.monthly[:, day] | (day < LEARN)
        return np.where(unusual, self.values[:, day] - around, 0.0)

    def _learn(self, day: int, usual: Floats, rest: Mask) -> None:
        unusual = (self.side[:, day] != 0) | self.monthly[:, day]
        self.clean[unusual, day] = self.expected[unusual, day]
        # A first day teaches that such days come, and no more than that.
        begun = (self.side[:, day] != 0) & (last_sides(self.side, self.quiet, day) == 0)
        for place, off in enumerate(self.off):
            lowest, highest = TAUGHT * self.limits[place]
            told = np.clip(off[:, day], lowest, highest)
            off[unusual, day] = np.where(begun, told, np.nan)[unusual]
        self.off[0][rest, day] = np.nan
        follows = np.clip(np.nan_to_num(self.off[0][:, day]), -STEP * usual, STEP * usual)
        follows[unusual] = 0.0
        before = self.level[:, day - 1]
        self.level[:, day] = before + RATE * follows * np.maximum(
            np.abs(before) * (1 + THIN), self.least
        )
        self._settle(day)

    def _settle(self, day: int) -> None:
        """Take for the new normal what has been so for weeks."""
        if day < LEARN + PATIENCE:
            return
        days = slice(day - PATIENCE + 1, day + 1)
        settled = all_of_one(self.side[:, days], self.quiet[:, days])
        lately = slice(day - SETTLE + 1, day + 1)
        usual = self.values[settled, lately] / np.maximum(self.factor[settled, lately], NOTHING)
        usual[self.quiet[settled, lately]] = np.nan
        self.level[settled, day] = np.nanmedian(usual, axis=1)
        self.clean[settled, days] = self.values[settled, days]


def _below(above: Floats) -> Floats:
    """Return the share down that is as far as one up: a half for the double."""
    found: Floats = -above / (1 + above)
    return found


def _above(below: Floats) -> Floats:
    """Return the share up that is as far as one down (0 to -1)."""
    down = np.minimum(-below, 1 - NOTHING)
    found: Floats = down / (1 - down)
    return found
