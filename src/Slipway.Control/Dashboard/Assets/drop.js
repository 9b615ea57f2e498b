// Dropping a folder or an archive: read, sent with real progress, built, and then the link.
import { ApiError, call, unreachable } from "./api.js";
import { bytes, element, failure, plural } from "./page.js";
import { follow } from "./steps.js";
import { refresh } from "./live.js";
import { tar } from "./tar.js";
import { fromArchive, fromDrop, fromFolder } from "./tree.js";

export function wireDrops(root) {
  const zones = [...root.querySelectorAll("[data-drop]")];
  zones.forEach(wire);
  if (zones.length === 0) return;
  // Beside the zone a browser would open what is dropped, and leave the page.
  for (const type of ["dragover", "drop"]) addEventListener(type, event => event.preventDefault());
}

function wire(zone) {
  let depth = 0;
  const over = by => { depth = Math.max(0, depth + by); zone.classList.toggle("over", depth > 0); };
  zone.addEventListener("dragenter", event => { event.preventDefault(); over(1); });
  zone.addEventListener("dragleave", () => over(-1));
  zone.addEventListener("dragover", event => { event.preventDefault(); event.dataTransfer.dropEffect = "copy"; });
  zone.addEventListener("drop", event => {
    event.preventDefault();
    event.stopPropagation();
    over(-depth);
    start(zone, count => fromDrop(event.dataTransfer, count));
  });
  zone.addEventListener("change", event => {
    const how = event.target.dataset.choose;
    if (!how) return;
    const files = [...event.target.files];
    event.target.value = "";
    if (files.length === 0) return;
    start(zone, how === "folder" ? count => fromFolder(files, count) : () => fromArchive(files[0]));
  });
}

async function start(zone, read) {
  if (zone.dataset.busy) return;
  zone.dataset.busy = "yes";
  const progress = zone.querySelector("[data-progress]");
  zone.querySelector(".invite").hidden = true;
  progress.hidden = false;
  try {
    const status = element("p", { className: "muted", textContent: "Reading…" });
    progress.replaceChildren(status);
    const source = await read(count => { status.textContent = `Reading… ${plural(count, "file")}`; });
    await deploy(zone, progress, source);
  } catch (e) {
    progress.append(failure(e instanceof ApiError ? e.error : unreachable(e)));
  }
  progress.append(element("p", { className: "choose" }, element("button", { textContent: "Drop something else", onclick: () => rest(zone) })));
  delete zone.dataset.busy;
}

/** Ready for the next drop. */
function rest(zone) {
  zone.querySelector("[data-progress]").hidden = true;
  zone.querySelector(".invite").hidden = false;
}

async function deploy(zone, progress, source) {
  if (source.entries?.length === 0) {
    throw new ApiError({ id: "empty_source", message: "The folder holds no files.", why: source.left ? "All that is in it is ignored." : null, next: "Drop the folder that holds the app's files." });
  }
  const body = source.archive ?? tar(source.entries);
  const what = source.archive
    ? `${source.archive.name}, ${bytes(source.archive.size)}`
    : `${source.name}: ${plural(source.entries.length, "file")}, ${bytes(source.entries.reduce((sum, entry) => sum + (entry.file?.size ?? 0), 0))}`
      + (source.left ? `, ${source.left.toLocaleString("en")} ignored` : "");
  const app = zone.dataset.drop || await makeApp(progress, source.name, what);
  const status = element("p", { className: "muted" });
  const bar = element("div");
  progress.replaceChildren(element("p", {}, element("b", { textContent: what }), " → ", element("a", { href: `/dashboard/apps/${app}`, textContent: app })), element("div", { className: "bar" }, bar), status);
  const { answer } = await call("POST", `/apps/${app}/sources`);
  await send(new URL(answer.source_blob.put_url).pathname, body, (sent, all) => {
    bar.style.width = `${all ? 100 * sent / all : 100}%`;
    status.textContent = sent < all ? `Sending: ${bytes(sent)} of ${bytes(all)}, ${Math.floor(100 * sent / all)} %` : `${bytes(all)} sent; the server unpacks it…`;
  });
  const build = await call("POST", `/apps/${app}/builds`, { source_blob: { url: answer.source_blob.get_url, version: source.name } });
  if (zone.dataset.drop) {
    // The app's page shows its latest deploy as it goes.
    await refresh();
    rest(zone);
    document.getElementById("latest").scrollIntoView({ behavior: "smooth", block: "nearest" });
    return;
  }
  status.textContent = "";
  const steps = element("ol", { className: "steps" });
  steps.dataset.events = `/slipway/apps/${app}/deploys/${build.answer.id}/events`;
  progress.append(steps);
  await follow(steps);
  await refresh().catch(() => {});
}

/** Asks for the new app's name, with the folder's for a start, until there is an app. */
function makeApp(progress, name, what) {
  return new Promise(resolve => {
    const input = element("input", { name: "name", value: toName(name), "aria-label": "Name of the new app", maxLength: 30, required: true, spellcheck: false, autocomplete: "off" });
    const errors = element("div");
    const form = element("form", { className: "inline" }, input, element("button", { className: "primary", textContent: "Deploy" }));
    form.addEventListener("submit", async event => {
      event.preventDefault();
      errors.replaceChildren();
      try {
        resolve((await call("POST", "/apps", { name: input.value.trim() })).answer.name);
      } catch (e) {
        errors.replaceChildren(failure(e instanceof ApiError ? e.error : unreachable(e)));
      }
    });
    progress.replaceChildren(element("p", {}, element("b", { textContent: what })), element("p", { className: "muted", textContent: "The app gets this name, and its address:" }), form, errors);
    input.focus();
    input.select();
  });
}

function toName(text) {
  const name = text.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^[^a-z]+|-+$/g, "").slice(0, 30).replace(/-+$/, "");
  return name.length >= 3 ? name : name ? `${name}-app` : "my-app";
}

/** XMLHttpRequest, because fetch does not tell how much of a body is sent. */
function send(path, body, onProgress) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("PUT", path);
    request.upload.onprogress = event => onProgress(event.loaded, event.total);
    request.onload = () => {
      if (request.status < 300) return resolve();
      let error = { message: `The server answered with status ${request.status}.` };
      try { error = JSON.parse(request.responseText); } catch { /* not Slipway's own answer: the status says what there is to say */ }
      reject(new ApiError(error));
    };
    request.onerror = () => reject(new ApiError({
      id: "upload_cut", message: "The upload was cut off.", why: "The connection broke, or a file changed or went away while it was sent.",
      next: "Drop it again; nothing of it was kept.",
    }));
    request.send(body);
  });
}
