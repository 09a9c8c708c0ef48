const PLANES = 6;
const ALL = 0;

async function inflated(id) {
  const text = atob(document.getElementById(id).textContent);
  const packed = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at += 1) packed[at] = text.charCodeAt(at);
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** Read columns of zigzag-coded integers from byte planes, one after the other. */
function columnsOf(bytes) {
  let start = 0;
  return (count) => {
    const values = new Float64Array(count);
    for (let plane = 0; plane < PLANES; plane += 1) {
      const from = start + plane * count;
      const scale = 2 ** (8 * plane);
      for (let at = 0; at < count; at += 1) values[at] += bytes[from + at] * scale;
    }
    start += PLANES * count;
    return values.map((value) => (value % 2 ? -(value + 1) / 2 : value / 2));
  };
}

/** One currency's lines, with what is asked of them by place. */
class Book {
  constructor(texts, column, days) {
    Object.assign(this, texts);
    this.all = days;
    this.dayOf = new Map(days.map((day, number) => [day, number]));
    const count = texts.lines;
    [this.ou, this.service, this.account, this.has] = [0, 0, 0, 0].map(() => column(count));
    [this.day, this.month, this.before] = [0, 0, 0].map(() => column(count));
    this.daily = column(texts.series * days.length);
    this.corrections = column(texts.series * days.length);
    const kinds = texts.givenBack.map(([ou, ...has]) => [ou, has]);
    const given = kinds.reduce((sum, [, has]) => sum + has.filter(Boolean).length, 0);
    this.givenDaily = column(given * days.length);
    this.givenCorrections = column(given * days.length);
    this.givenStated = column(given * days.length);
    let at = 0;
    this.givenAt = new Map(kinds.map(([ou, has]) => [ou, has.map((each) => (each ? at++ : null))]));
    this.seriesAt = new Int32Array(count);
    this.index = new Map();
    for (let line = 0, series = 0; line < count; line += 1) {
      this.seriesAt[line] = this.has[line] ? series++ : -1;
      this.index.set(this.key(this.ou[line], this.service[line], this.account[line]), line);
    }
    this.assessed = new Map(texts.outlooks.map((row) => [row[0] * texts.ous.length + row[1], row]));
  }

  key(ou, service, account) {
    return (ou * this.services.length + service) * this.accounts.length + account;
  }

  find(ou, service, account) {
    const line = this.index.get(this.key(ou, service, account));
    return line === undefined ? null : line;
  }

  lies(ou, within) {
    const [path, outer] = [this.ous[ou], this.ous[within]];
    return within === ALL || path === outer || path.startsWith(`${outer}/`);
  }

  linesWhere(test) {
    return Array.from(this.ou.keys()).filter((line) => test(line));
  }

  /** Cost of a line on a day, in cents; null where the page does not hold it. */
  cost(line, day) {
    if (line === null) return null;
    const at = this.seriesAt[line];
    if (at >= 0) return this.daily[at * this.all.length + day];
    return day === this.all.length - 1 ? this.day[line] : null;
  }

  /** Month to date of a line on every day of the window; null where the page does not hold it. */
  toDate(line) {
    const at = this.seriesAt[line];
    if (at < 0) return null;
    return this.running(this.daily, this.corrections, at);
  }

  running(daily, corrections, at) {
    const offset = at * this.all.length;
    let soFar = 0;
    return this.all.map((day, number) => {
      const cost = daily[offset + number];
      soFar = day.endsWith("-01") ? cost : soFar + cost;
      return soFar + corrections[offset + number];
    });
  }

  /**
   * Gross, credits, refunds and discounts of an OU: of a day, and of the month to it. Null where nothing
   * was given back; of each what there is no line of.
   */
  charged(ou, day) {
    const series = this.givenAt.get(ou);
    if (!series) return null;
    const first = day + 1 - Number(this.all[day].slice(8));
    const of = (from, figure) => series.map((at) => (at === null || !this.stated(at, from, day) ? null : figure(at)));
    return {
      day: of(day, (at) => this.givenDaily[at * this.all.length + day]),
      month: of(Math.max(0, first), (at) => this.running(this.givenDaily, this.givenCorrections, at)[day]),
    };
  }

  /** Whether there is a line of a kind on any of some days. */
  stated(at, from, to) {
    const offset = at * this.all.length;
    return this.givenStated.subarray(offset + from, offset + to + 1).some(Boolean);
  }

  /** Month to date of a line on a day, in cents. */
  monthTo(line, day) {
    if (line === null) return null;
    if (day === this.all.length - 1) return this.month[line];
    const toDate = this.toDate(line);
    return toDate ? toDate[day] : null;
  }

  /** What was assessed of an OU on a day, or of everything, by name; null where nothing was. */
  outlook(ou, day) {
    const row = this.assessed.get(day * this.ous.length + ou);
    if (!row) return null;
    return Object.fromEntries(this.outlookFields.map((field, at) => [field, row[at] ?? null]));
  }
}

async function open() {
  const [texts, amounts] = await Promise.all(["texts", "amounts"].map(inflated));
  const told = JSON.parse(new TextDecoder().decode(texts));
  const column = columnsOf(amounts);
  told.books = told.currencies.map((each) => new Book(each, column, told.days));
  told.dayOf = new Map(told.days.map((day, number) => [day, number]));
  told.restatedDays = new Set(told.restated.days);
  return told;
}
