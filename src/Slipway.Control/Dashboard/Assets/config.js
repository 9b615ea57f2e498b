// Config vars are not in the page: their values are fetched when somebody asks to see one, and forgotten when hidden.
import { ApiError, call, unreachable } from "./api.js";
import { tell } from "./page.js";

const HIDDEN = "••••••••";

export function wireConfig(root) {
  root.addEventListener("click", async event => {
    const button = event.target.closest("[data-reveal]");
    if (!button) return;
    const row = button.closest("[data-key]");
    const shown = button.getAttribute("aria-pressed") === "true";
    try {
      const value = shown ? HIDDEN : (await call("GET", row.closest("[data-config]").dataset.config)).answer[row.dataset.key];
      row.querySelector("[data-value]").textContent = value ?? "(it is gone)";
      button.setAttribute("aria-pressed", String(!shown));
      button.textContent = shown ? "Show" : "Hide";
    } catch (e) {
      await tell(e instanceof ApiError ? e.error : unreachable(e));
    }
  });
}
