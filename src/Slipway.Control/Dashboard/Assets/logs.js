// The app's log: the last lines, then each new one as it is written.
import { call, lines } from "./api.js";
import { element, failure } from "./page.js";

const KEPT = 1000;
const LINE = /^(\S+T(\d\d:\d\d:\d\d)\S*) \w+\[([^\]]+)\]: (.*)$/;

export function wireLogs(root) {
  root.querySelectorAll("[data-log]").forEach(follow);
}

async function follow(log) {
  for (let first = true; log.isConnected; first = false) {
    try {
      const { answer } = await call("POST", log.dataset.log, { lines: first ? 100 : 0, tail: true });
      // The address as the server knows it may have another host than the one by which we came.
      for await (const line of lines(new URL(answer.logplex_url).pathname)) add(log, line);
    } catch (e) {
      if (e.error && e.error.id !== "unreachable") { log.replaceChildren(failure(e.error)); return; }
    }
    await new Promise(resume => setTimeout(resume, 2000));
  }
}

function add(log, line) {
  const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 40;
  const [, at, clock, from, text] = line.match(LINE) ?? [, "", "", "", line];
  log.append(element("div", { title: at },
    element("span", { className: "at", textContent: clock + " " }),
    element("span", { className: "from", textContent: from + " " }), text));
  while (log.childElementCount > KEPT) log.firstElementChild.remove();
  if (atEnd) log.scrollTop = log.scrollHeight;
}
