// The form of a button's page: what it sends, and whether the name can be had, while it is typed.

/** As POST /app-setups takes it. */
export function setupOf(form) {
  const env = {};
  for (const [name, value] of new FormData(form)) if (name.startsWith("env.")) env[name.slice(4)] = String(value);
  const name = form.elements.name.value.trim();
  return { source_blob: { url: form.elements.source.value }, app: name ? { name } : {}, overrides: { env } };
}

export function wireSetup(root) {
  root.querySelectorAll("[data-check]").forEach(input => {
    let timer;
    input.addEventListener("input", () => {
      clearTimeout(timer);
      input.setCustomValidity("");
      timer = setTimeout(() => check(input), 250);
      const host = input.form.querySelector("[data-host]");
      host.textContent = (input.value.trim() || "name") + host.dataset.host;
    });
    if (input.value) check(input);
  });
}

async function check(input) {
  const said = document.getElementById(input.getAttribute("aria-describedby"));
  const name = input.value.trim();
  said.classList.remove("bad");
  if (!name) { said.textContent = ""; return; }
  const response = await fetch(input.dataset.check + encodeURIComponent(name)).catch(() => null);
  if (!response?.ok || name !== input.value.trim()) return; // the server says it again when the form is sent
  const { available, why } = await response.json();
  said.textContent = available ? `${name} is free.` : [why.message, why.why].filter(Boolean).join(" ");
  said.classList.toggle("bad", !available);
  input.setCustomValidity(available ? "" : why.message);
}
