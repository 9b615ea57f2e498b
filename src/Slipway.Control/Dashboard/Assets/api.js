// The public API, called with the session's cookie. A failure is an ApiError, with what, why and what next.

export class ApiError extends Error {
  constructor(error) {
    super(error.message);
    this.error = error;
  }
}

export async function call(method, path, body) {
  let response;
  try {
    response = await fetch(path, {
      method,
      headers: body === undefined ? {} : { "Content-Type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch (e) {
    throw new ApiError(unreachable(e));
  }
  if (response.status === 401) location.assign("/dashboard/login?next=" + encodeURIComponent(location.pathname + location.search));
  const answer = await response.json().catch(() => null);
  if (!response.ok) throw new ApiError(answer?.message ? answer : { id: "http_" + response.status, message: `The server answered with status ${response.status}.` });
  return { answer, deploy: response.headers.get("Slipway-Deploy") };
}

export function unreachable(e) {
  return {
    id: "unreachable",
    message: "The server cannot be reached.",
    why: e?.message,
    next: "Look at your connection; what was running on the server goes on. Then try again.",
  };
}

/** Lines of a streamed answer, as they come. */
export async function* lines(path, signal) {
  const response = await fetch(path, { signal });
  if (!response.ok) throw new ApiError((await response.json().catch(() => null)) ?? { message: `The server answered with status ${response.status}.` });
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) break;
    const parts = (rest + value).split("\n");
    rest = parts.pop();
    yield* parts;
  }
  if (rest) yield rest;
}
