// The moon's day is 24 h 50 min, with two high waters: a good guess for a harbour without a tide gauge.
const HALF_LUNAR_DAY = (24 * 60 + 50) / 2 * 60e3;
const KNOWN_HIGH_WATER = Date.UTC(2026, 0, 3, 11, 40);

function nextHighWaters(count, now = Date.now()) {
  const past = Math.floor((now - KNOWN_HIGH_WATER) / HALF_LUNAR_DAY);
  return Array.from({ length: count }, (_, i) => new Date(KNOWN_HIGH_WATER + (past + 1 + i) * HALF_LUNAR_DAY));
}

const time = new Intl.DateTimeFormat(undefined, { weekday: "short", hour: "2-digit", minute: "2-digit" });
const high = document.getElementById("high");
if (high) high.textContent = time.format(nextHighWaters(1)[0]);
const list = document.getElementById("tides");
for (const tide of list ? nextHighWaters(6) : []) {
  const item = document.createElement("li");
  item.textContent = time.format(tide);
  list.append(item);
}
