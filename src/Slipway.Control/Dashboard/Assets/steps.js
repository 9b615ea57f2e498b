// A deploy's steps, drawn from its events as they come.
import { ApiError, lines } from "./api.js";
import { element, failure, plural } from "./page.js";
import { refresh } from "./live.js";

export function wireSteps(root) {
  root.querySelectorAll("[data-events]").forEach(follow);
  root.addEventListener("redrawn", event => event.target.querySelectorAll("[data-events]").forEach(follow));
}

/** Resolves to the deploy's last event; undefined when the stream ended without one. */
export async function follow(list) {
  let last;
  const steps = new Map();
  for (let tries = 0; tries < 30 && !last; tries++) {
    if (tries > 0) await new Promise(resume => setTimeout(resume, 1000));
    if (!list.isConnected) return last;
    list.replaceChildren();
    steps.clear();
    try {
      for await (const line of lines(list.dataset.events)) {
        const happened = JSON.parse(line);
        draw(list, steps, happened);
        if (happened.kind === "succeeded" || happened.kind === "failed") last = happened;
      }
    } catch (e) {
      if (e instanceof ApiError) { list.append(element("li", { className: "failed" }, failure(e.error))); return last; }
    }
  }
  list.dataset.ended = last?.kind ?? "unknown";
  await refresh().catch(() => {});
  return last;
}

function draw(list, steps, happened) {
  switch (happened.kind) {
    case "step_started": {
      const step = item("running", happened.text ?? happened.step);
      step.dataset.step = happened.step;
      steps.set(happened.step, step);
      list.append(step);
      break;
    }
    case "log": addLine(steps.get(happened.step), happened.text); break;
    case "step_finished": {
      const step = steps.get(happened.step);
      if (!step) break;
      step.className = "done";
      step.querySelector(".took").textContent = happened.seconds >= 0.05 ? `${happened.seconds.toFixed(1)} s` : "";
      if (happened.text) step.querySelector(".found").textContent = happened.text;
      step.querySelector("details")?.removeAttribute("open");
      break;
    }
    case "step_skipped": {
      const step = item("done skipped", happened.step);
      step.dataset.step = happened.step;
      step.querySelector(".found").textContent = happened.text ?? "";
      list.append(step);
      break;
    }
    case "succeeded": {
      const step = item("live", happened.url ? `v${happened.release} is live` : happened.text ?? "Done");
      if (happened.url) step.append(element("a", { className: "button primary", href: happened.url, target: "_blank", rel: "noopener", textContent: "Open " + new URL(happened.url).host + " ↗" }));
      list.append(step);
      break;
    }
    case "failed": {
      list.querySelectorAll(".running").forEach(step => { step.className = "failed"; step.querySelector("details")?.setAttribute("open", ""); });
      const step = item("failed", "It did not go live");
      step.append(failure(happened.error ?? { message: happened.text }));
      list.append(step);
      break;
    }
  }
}

function item(state, title) {
  return element("li", { className: state },
    element("span", { className: "mark" }),
    element("div", { className: "head" }, element("b", { textContent: title }), element("span", { className: "took" })),
    element("div", { className: "found muted" }));
}

function addLine(step, text) {
  if (!step) return;
  let details = step.querySelector("details");
  if (!details) {
    details = element("details", { open: true }, element("summary"), element("pre"));
    step.append(details);
  }
  const log = details.querySelector("pre");
  const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 30;
  log.append(text + "\n");
  const count = (Number(details.dataset.lines) || 0) + 1;
  details.dataset.lines = count;
  details.querySelector("summary").textContent = plural(count, "line");
  if (atEnd) log.scrollTop = log.scrollHeight;
}
