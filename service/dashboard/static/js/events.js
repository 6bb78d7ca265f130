// Server-sent events off a response: browsers' own way to listen can't send a key.

/** Read events off a stream of bytes as {event, data}; comments, which keep it alive, are left out. */
export async function* eventsOf(stream) {
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  let held = "";
  for (;;) {
    const { value, done } = await reader.read().catch((cause) => {
      if (cause.name === "AbortError") throw cause;
      return { done: true };
    });
    if (done) return;
    let from = Math.max(0, held.length - 1);
    held += value.replaceAll("\r", "");
    for (let end = held.indexOf("\n\n", from); end >= 0; end = held.indexOf("\n\n")) {
      const lines = held.slice(0, end).split("\n");
      held = held.slice(end + 2);
      const of = (name) => lines.filter((line) => line.startsWith(`${name}: `)).map((line) => line.slice(name.length + 2));
      const data = of("data");
      if (data.length) yield { event: of("event")[0], data: data.join("\n") };
    }
  }
}
