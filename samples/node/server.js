import express from "express";

const app = express();
const entries = [];
const watchers = new Set();

app.use(express.static("public"));
app.use(express.urlencoded({ extended: false, limit: "4kb" }));

app.get("/entries", (_, answer) => answer.json(entries));

app.post("/entries", (request, answer) => {
  const text = String(request.body.text ?? "").trim().slice(0, 200);
  if (!text) return answer.status(422).send("An entry needs a word or two.");
  const entry = { text, at: new Date().toISOString() };
  entries.unshift(entry);
  entries.length = Math.min(entries.length, 50);
  for (const watcher of watchers) watcher.write(`data: ${JSON.stringify(entry)}\n\n`);
  answer.redirect(303, "/");
});

// Server-sent events: the answer stays open, and each entry is a message on it.
app.get("/watch", (request, answer) => {
  answer.set({ "Content-Type": "text/event-stream", "Cache-Control": "no-cache" }).flushHeaders();
  answer.write("retry: 2000\n\n");
  watchers.add(answer);
  const beat = setInterval(() => answer.write(": still here\n\n"), 20_000);
  request.on("close", () => {
    clearInterval(beat);
    watchers.delete(answer);
  });
});

const server = app.listen(process.env.PORT ?? 3000);
process.on("SIGTERM", () => {
  server.close();
  for (const watcher of watchers) watcher.end();
});
