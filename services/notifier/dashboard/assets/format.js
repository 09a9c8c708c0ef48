// Amounts are whole cents: nothing here adds any up.

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const NONE = "–";

const grouped = (digits) => digits.replace(/\B(?=(\d{3})+$)/g, ",");

const MINUS = "−";

/** Write cents as the digest does: `−1,234.50`. */
function money(cents) {
  if (cents === null) return NONE;
  const text = String(Math.abs(cents)).padStart(3, "0");
  const sign = cents < 0 ? MINUS : "";
  return `${sign}${grouped(text.slice(0, -2))}.${text.slice(-2)}`;
}

/** Write cents as a plain decimal, for a CSV: `-1234.50`. */
const decimal = (cents) => (cents === null ? "" : money(cents).replaceAll(",", "").replace(MINUS, "-"));

/** Write by how much an amount is above another: `+4.2 %`. */
function change(now, before) {
  if (now === null || before === null) return "";
  if (before === 0) return now === 0 ? "±0.0 %" : "from zero";
  const percent = ((now - before) / Math.abs(before)) * 100;
  const sign = percent < 0 ? "−" : "+";
  return `${sign}${Math.abs(percent).toFixed(1)} %`;
}

const utc = (day) => new Date(`${day}T00:00:00Z`);
const inWords = (options) => {
  const format = new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", ...options });
  return (day) => format.format(utc(day));
};
const longDay = inWords({ weekday: "long", day: "numeric", month: "long", year: "numeric" });
const shortDay = inWords({ weekday: "short", day: "numeric", month: "short" });
const weekday = inWords({ weekday: "long" });
const monthOf = (day) => day.slice(0, 7);
const monthName = (month) => `${MONTHS[Number(month.slice(5)) - 1]} ${month.slice(0, 4)}`;
const dated = (month, number) => `${month}-${String(number).padStart(2, "0")}`;
const daysIn = (month) => {
  const [year, number] = month.split("-").map(Number);
  return new Date(Date.UTC(year, number, 0)).getUTCDate();
};
const monthBefore = (month) => {
  const [year, number] = month.split("-").map(Number);
  return number === 1 ? `${year - 1}-12` : `${year}-${String(number - 1).padStart(2, "0")}`;
};
const dayBefore = (day, days) => {
  const found = utc(day);
  found.setUTCDate(found.getUTCDate() - days);
  return found.toISOString().slice(0, 10);
};

const DROPPED = /^[\s'\p{C}\p{Z}]*/u;

/** Disarm a text that a spreadsheet would run, part by part, as the digest's CSV does. */
const harmless = (text) => text.split(";").map(disarmed).join(";");

function disarmed(text) {
  const lead = DROPPED.exec(text)[0];
  const runs = /[\t\r\n]/.test(lead) || /^[=+\-@\uff1d\uff0b\uff0d\uff20]/.test(text.slice(lead.length));
  return runs ? `'${text}` : text;
}

/** Write a table as CSV; a cell is a text, `{cents}`, or null. */
function csv(columns, rows) {
  const cell = (value) => {
    if (value === null || value === undefined) return '""';
    const text = typeof value === "object" ? decimal(value.cents) : harmless(String(value));
    return `"${text.replaceAll('"', '""')}"`;
  };
  return [columns, ...rows].map((row) => row.map(cell).join(",")).join("\r\n") + "\r\n";
}
