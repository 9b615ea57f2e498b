// Buttons and forms that carry their API call: data-call="PATCH /apps/blog", data-body or the form's fields, data-confirm.
import { ApiError, call, unreachable } from "./api.js";
import { ask, tell } from "./page.js";
import { refresh } from "./live.js";
import { setupOf } from "./setup.js";

export function wireCalls(root) {
  root.addEventListener("click", event => {
    const button = event.target.closest("button[data-call]");
    if (button) run(button, button.dataset.body ? JSON.parse(button.dataset.body) : undefined);
  });
  root.addEventListener("submit", event => {
    const form = event.target.closest("form[data-call]");
    if (!form) return;
    event.preventDefault();
    run(form, bodyOf(form));
  });
}

function bodyOf(form) {
  if (form.dataset.shape === "setup") return setupOf(form);
  const fields = Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, String(value)]));
  if (form.dataset.shape === "pair") return { [fields.key.trim()]: fields.value };
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, value.trim()]).filter(([, value]) => value !== ""));
}

async function run(from, body) {
  const [method, path] = from.dataset.call.split(" ");
  if (from.dataset.confirm && !await ask(from.dataset.confirm, from.dataset.verb ?? "Do it", from.dataset.type)) return;
  const buttons = from.matches("button") ? [from] : [...from.querySelectorAll("button")];
  buttons.forEach(button => { button.disabled = true; });
  try {
    const { answer, deploy } = await call(method, path, body);
    const app = path.match(/^\/apps\/([^/]+)/)?.[1];
    if (from.dataset.then) location.assign(from.dataset.then.replace(/\{(\w+)\}/, (_, key) => answer?.[key] ?? ""));
    else if (deploy && app) location.assign(`/dashboard/apps/${app}/deploys/${deploy}`);
    else {
      from.reset?.();
      await refresh();
    }
  } catch (e) {
    await tell(e instanceof ApiError ? e.error : unreachable(e));
  } finally {
    buttons.forEach(button => { button.disabled = false; });
  }
}
