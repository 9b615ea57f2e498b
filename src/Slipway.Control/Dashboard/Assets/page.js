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
  const box = element("div", { className: "failure", role: "alert" }, element("p", { className: "what", textContent: error.message }));
  if (error.id) box.dataset.id = error.id;
  if (error.why) box.append(element("p", { className: "why message", textContent: error.why }));
  if (error.evidence?.length) box.append(element("pre", { className: "evidence", textContent: error.evidence.join("\n") }));
  if (error.next) box.append(element("p", { className: "next message", textContent: error.next }));
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
