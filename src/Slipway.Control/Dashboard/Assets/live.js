// Sections marked data-live are drawn by the server alone: while somebody looks, the page is fetched again and what
// changed in them is put in place.
const EVERY = 4000;

export function keepLive() {
  if (!document.querySelector("[data-live]")) return;
  setInterval(() => { if (!document.hidden && !document.querySelector("dialog[open]")) refresh().catch(() => {}); }, EVERY);
}

/** Fails when the server is away; the next try may find it. */
export async function refresh() {
  const response = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (response.redirected) { location.reload(); return; }
  if (!response.ok) return;
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
  for (const section of document.querySelectorAll("[data-live]")) {
    const other = fresh.getElementById(section.id);
    if (!other || section.contains(document.activeElement) && document.activeElement.matches("input, textarea")) continue;
    if (!differs(section, other)) continue;
    section.dataset.drawn = other.innerHTML;
    section.replaceChildren(...other.childNodes);
    section.dispatchEvent(new CustomEvent("redrawn", { bubbles: true }));
  }
}

/** Compared with what the server drew before, not with what scripts made of it. */
function differs(section, other) {
  const before = section.dataset.drawn ?? originals.get(section.id);
  return before !== other.innerHTML;
}

const originals = new Map([...document.querySelectorAll("[data-live]")].map(section => [section.id, section.innerHTML]));
