// A folder as one tar (POSIX pax). The files are not read here: the archive is a Blob that names them, and the browser
// reads each as it is sent.

const BLOCK = 512;
const encoder = new TextEncoder();

/** @param {{ path: string, file: File | null }[]} entries */
export function tar(entries) {
  const parts = [];
  for (const { path, file } of entries) {
    const name = file ? path : path + "/";
    const size = file?.size ?? 0;
    const modified = Math.floor((file?.lastModified ?? 0) / 1000);
    const raw = encoder.encode(name);
    if (raw.length > 100 || raw.length !== name.length) {
      const record = pax("path", name);
      parts.push(header("pax", record.length, 0, "x"), record, padding(record.length));
    }
    parts.push(header(raw.length > 100 || raw.length !== name.length ? "long" : name, size, modified, file ? "0" : "5"));
    if (file) parts.push(file, padding(size));
  }
  parts.push(new Uint8Array(BLOCK * 2));
  return new Blob(parts, { type: "application/x-tar" });
}

/** "LENGTH path=NAME\n", where LENGTH counts itself. */
function pax(key, value) {
  const rest = encoder.encode(` ${key}=${value}\n`);
  let length = rest.length + 1;
  while (String(length).length + rest.length !== length) length = String(length).length + rest.length;
  const record = new Uint8Array(length);
  record.set(encoder.encode(String(length)));
  record.set(rest, length - rest.length);
  return record;
}

function header(name, size, modified, type) {
  const block = new Uint8Array(BLOCK);
  const put = (text, at) => block.set(encoder.encode(text), at);
  const octal = (number, digits) => number.toString(8).padStart(digits, "0") + "\0";
  put(name, 0);
  put(octal(type === "5" ? 0o755 : 0o644, 7), 100);
  put(octal(0, 7), 108);
  put(octal(0, 7), 116);
  put(octal(size, 11), 124);
  put(octal(Math.max(0, modified), 11), 136);
  put("        ", 148);
  put(type, 156);
  put("ustar\x0000", 257);
  put(octal(block.reduce((sum, byte) => sum + byte, 0), 6) + " ", 148);
  return block;
}

const padding = size => new Uint8Array((BLOCK - size % BLOCK) % BLOCK);
