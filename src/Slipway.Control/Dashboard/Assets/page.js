// Small pieces of page. Text is always set as text, never as markup.

export function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name in made) made[name] = value;
    else made.setAttribute(name, value);
  }
  made.append(...children.filter(child => child !== null && child !== undefined));
  return made;
}

/** A failure in the order in which the command line tells it. */
export function failure(error) {
  if (error.diagnosis) return diagnosis(error);
  const box = element("div", { className: "failure", role: "alert" }, element("p", { className: "what", textContent: error.message }));
  if (error.id) box.dataset.id = error.id;
  if (error.why) box.append(element("p", { className: "why message", textContent: error.why }));
  if (error.evidence?.length) box.append(element("pre", { className: "evidence", textContent: error.evidence.join("\n") }));
  if (error.next) box.append(element("p", { className: "next message", textContent: error.next }));
  return box;
}

/** The cause of a failed deploy, in the same order too. */
function diagnosis({ message, id, diagnosis: found }) {
  const part = (name, text, ...more) => text ? element("p", { className: name + " message", textContent: text }, ...more) : null;
  const sure = { certain: "", likely: "likely", unsure: "not sure" }[found.confidence];
  const box = element("div", { className: "failure diagnosis", role: "alert" },
    element("p", { className: "what" }, found.title, sure ? element("span", { className: "muted", textContent: ` (${sure})` }) : null),
    part("why", message),
    part("why", found.cause),
    ...found.evidence.map(one => element("figure", {}, element("figcaption", { className: "muted", textContent: one.title }), one.lines.length ? element("pre", { className: "evidence", textContent: one.lines.join("\n") }) : null)),
    ...found.follows.map(text => part("why", `Follows from it: ${text}`)),
    part("next", found.fix));
  const diff = (found.action?.files ?? []).flatMap(file => file.diff);
  if (diff.length) box.append(element("pre", { className: "diff" }, ...diff.map(line => element("span", { className: { "+": "added", "-": "removed" }[line[0]] ?? "", textContent: line + "\n" }))));
  if (found.action) box.append(element("p", { className: "next" }, "Apply it in the folder that you deployed: ", element("code", { textContent: "slipway fix" })));
  box.append(element("p", { className: "muted", textContent: `${found.code}: ${found.page}` }));
  box.dataset.id = id;
  box.dataset.code = found.code;
  return box;
}

/** Asks in a dialog; with `typed`, that text must be typed first. Resolves to whether the reader agreed. */
export function ask(question, verb, typed) {
  return show(question, verb, typed ? element("p", { className: "muted", textContent: `Type ${typed} to confirm.` }) : null, typed);
}

export function tell(error) {
  return show(null, null, failure(error));
}

function show(question, verb, more, typed) {
  return new Promise(resolve => {
    const input = typed ? element("input", { autocomplete: "off", spellcheck: false, "aria-label": `Type ${typed}` }) : null;
    const yes = verb ? element("button", { className: typed ? "danger" : "primary", textContent: verb, value: "yes", disabled: !!typed }) : null;
    const no = element("button", { textContent: verb ? "Leave it" : "Close", value: "" });
    const dialog = element("dialog", {},
      element("form", { method: "dialog" },
        question ? element("p", { textContent: question }) : null, more, input,
        element("div", { className: "choose" }, no, yes)));
    input?.addEventListener("input", () => { yes.disabled = input.value.trim() !== typed; });
    dialog.addEventListener("close", () => { dialog.remove(); resolve(dialog.returnValue === "yes"); });
    document.body.append(dialog);
    dialog.showModal();
  });
}

export function bytes(count) {
  const units = ["B", "KiB", "MiB", "GiB"];
  let unit = 0;
  for (; count >= 1024 && unit < units.length - 1; unit++) count /= 1024;
  return `${unit === 0 || count >= 100 ? Math.round(count) : count.toFixed(1)} ${units[unit]}`;
}

export const plural = (count, noun) => `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;
