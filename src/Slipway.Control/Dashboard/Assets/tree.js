// What was dropped or chosen, as a list of { path, file } and { path } for folders that are empty.
import { ApiError } from "./api.js";
import { Ignore } from "./ignore.js";

/** The server's own limit; told here before anything is sent. */
const MAX_ENTRIES = 100000;

/** @returns {{ name: string, archive: File } | { name: string, entries: object[], left: number }} */
export async function fromDrop(transfer, onCount) {
  // Entries and files are there only until the event's handler returns: taken all at once, before anything is awaited.
  const items = [...transfer.items].filter(item => item.kind === "file").map(item => ({ entry: item.webkitGetAsEntry?.(), file: item.getAsFile() }));
  if (items.length === 0) throw refuse("no_files", "No file was dropped.", "What was dropped is text or a link.", "Drop a folder, or a .zip or .tar.gz of one.");
  if (items.length === 1 && !items[0].entry?.isDirectory && isArchive(items[0].file.name)) return { name: stem(items[0].file.name), archive: items[0].file };
  if (items.length === 1 && items[0].entry?.isDirectory) {
    const root = items[0].entry;
    return { name: root.name, ...await walk(root, onCount) };
  }
  // Several things at once: they are the folder's content.
  const found = collector(onCount);
  const ignore = await Ignore.read(items.map(item => item.entry).filter(entry => entry?.isFile));
  for (const { entry, file } of items) {
    if (entry?.isDirectory) await walkInto(entry, entry.name, ignore, found);
    else if (file && !ignore.leavesOut(file.name, false)) found.add(file.name, file);
    else found.left++;
  }
  return { name: "app", entries: found.entries, left: found.left };
}

/** From a file chooser: every file has its path below the chosen folder. */
export async function fromFolder(files, onCount) {
  if (files.length === 0) throw refuse("no_files", "The folder holds no files.", null, "Choose the folder that holds the app's files.");
  const [name] = files[0].webkitRelativePath.split("/");
  const path = file => file.webkitRelativePath.slice(name.length + 1);
  const ignore = await Ignore.fromFiles([...files].map(file => ({ path: path(file), file })));
  const found = collector(onCount);
  for (const file of files) {
    if (ignore.leavesOutFile(path(file))) found.left++;
    else found.add(path(file), file);
  }
  return { name, entries: found.entries, left: found.left };
}

export const fromArchive = file => ({ name: stem(file.name), archive: file });

async function walk(root, onCount) {
  const found = collector(onCount);
  await walkInto(root, "", new Ignore(), found);
  return { entries: found.entries, left: found.left };
}

async function walkInto(folder, path, outer, found) {
  const children = await read(folder);
  const ignore = outer.enter(path, await Ignore.linesOf(children));
  if (children.length === 0 && path) found.add(path, null);
  for (const child of children) {
    const at = path ? `${path}/${child.name}` : child.name;
    if (ignore.leavesOut(at, child.isDirectory)) found.left++;
    else if (child.isDirectory) await walkInto(child, at, ignore, found);
    else found.add(at, await new Promise((done, failed) => child.file(done, failed)).catch(e => { throw unreadable(at, e); }));
  }
}

/** readEntries gives a hundred at a time, and nothing when there is no more. */
async function read(folder) {
  const reader = folder.createReader();
  const all = [];
  for (;;) {
    const some = await new Promise((done, failed) => reader.readEntries(done, failed)).catch(e => { throw unreadable(folder.fullPath, e); });
    if (some.length === 0) return all;
    all.push(...some);
  }
}

function collector(onCount) {
  const entries = [];
  return {
    entries,
    left: 0,
    add(path, file) {
      entries.push({ path, file });
      if (entries.length > MAX_ENTRIES) {
        throw refuse("source_too_large", "The folder is too large.", `It has more than ${MAX_ENTRIES.toLocaleString("en")} files and folders.`,
          "List what the app does not need (data, media, node_modules) in a file .slipwayignore; keep data on a volume.");
      }
      if (entries.length % 100 === 0) onCount?.(entries.length);
    },
  };
}

const isArchive = name => /\.(zip|tar|tgz|tar\.gz)$/i.test(name);
const stem = name => name.replace(/\.(zip|tar|tgz|tar\.gz)$/i, "").replace(/\.tar$/i, "");

function unreadable(path, e) {
  return refuse("unreadable", `${path} cannot be read.`, e.message, "Look whether it is still there and may be read, then drop the folder again.");
}

function refuse(id, message, why, next) {
  return new ApiError({ id, message, why, next });
}
