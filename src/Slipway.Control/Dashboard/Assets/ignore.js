// What is not sent: what nobody means to deploy, and what .slipwayignore and .gitignore files say (gitignore(5), without
// character classes' finer points). The server looks again; this saves the way.

const USUAL = [".git", ".hg", ".svn", "__pycache__/", "*.py[cod]", ".DS_Store", ".pytest_cache/", ".mypy_cache/", ".ruff_cache/", ".tox/", "*.swp", "._*"];
const FILES = [".gitignore", ".slipwayignore"];

export class Ignore {
  /** Later rules win; those of .slipwayignore over all others. */
  constructor(rules = USUAL.map(line => parse(line, "", false)).filter(Boolean)) {
    this.rules = rules;
  }

  static async linesOf(entries) {
    const texts = {};
    for (const entry of entries) {
      if (entry.isFile && FILES.includes(entry.name)) texts[entry.name] = await (await new Promise((done, failed) => entry.file(done, failed))).text();
    }
    return texts;
  }

  static async read(entries) {
    return new Ignore().enter("", await Ignore.linesOf(entries));
  }

  static async fromFiles(files) {
    let ignore = new Ignore();
    const named = files.filter(({ path }) => FILES.includes(path.split("/").at(-1))).sort((a, b) => a.path.split("/").length - b.path.split("/").length);
    for (const { path, file } of named) {
      const cut = path.lastIndexOf("/");
      ignore = ignore.enter(cut < 0 ? "" : path.slice(0, cut), { [path.slice(cut + 1)]: await file.text() });
    }
    return ignore;
  }

  /** The rules inside a folder that may have ignore files of its own. */
  enter(folder, texts) {
    const more = FILES.flatMap(name => (texts[name] ?? "").split("\n").map(line => parse(line, folder, name === ".slipwayignore" && folder === "")).filter(Boolean));
    return more.length ? new Ignore([...this.rules, ...more]) : this;
  }

  leavesOut(path, isFolder) {
    let verdict = false, decided = false;
    for (const rule of this.rules) {
      if (decided && !rule.first) continue;
      if (rule.folderOnly && !isFolder || !rule.matches(path)) continue;
      verdict = !rule.negated;
      decided = rule.first;
    }
    return verdict;
  }

  /** The file itself, or a folder that it is in. */
  leavesOutFile(path) {
    const parts = path.split("/");
    return parts.slice(0, -1).some((_, i) => this.leavesOut(parts.slice(0, i + 1).join("/"), true)) || this.leavesOut(path, false);
  }
}

function parse(line, folder, first) {
  let text = line.replace(/\r$/, "").replace(/(?<!\\) +$/, "");
  if (!text || text.startsWith("#")) return null;
  const negated = text.startsWith("!");
  if (negated) text = text.slice(1);
  const folderOnly = text.endsWith("/");
  if (folderOnly) text = text.slice(0, -1);
  if (!text) return null;
  const anchored = text.includes("/");
  const glob = expression(text.replace(/^\//, ""));
  if (!glob) return null;
  const prefix = folder ? folder + "/" : "";
  const matches = path => {
    if (!path.startsWith(prefix)) return false;
    const below = path.slice(prefix.length);
    return glob.test(anchored ? below : below.split("/").at(-1));
  };
  return { negated, folderOnly, first, matches };
}

function expression(glob) {
  const escape = text => text.replace(/[.+^${}()|[\]\\*?/]/g, "\\$&");
  const source = glob.replace(/\\(.)|\/\*\*$|^\*\*\/|\/\*\*\/|\*\*?|\?|\[!?[^\]]+\]|[^\\*?[/]+|./g, (part, escaped) => {
    if (escaped) return escape(escaped);
    if (part === "/**") return "/.*";
    if (part === "**/") return "(?:.*/)?";
    if (part === "/**/") return "/(?:.*/)?";
    if (part === "*" || part === "**") return "[^/]*";
    if (part === "?") return "[^/]";
    if (/^\[.+\]$/.test(part)) return part.replace(/^\[!/, "[^").replace(/\\/g, "\\\\");
    return escape(part);
  });
  try {
    return new RegExp(`^${source}$`, "u");
  } catch {
    return null; // no pattern that git would match anything with either
  }
}
