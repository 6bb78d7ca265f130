// Pieces put together for the eye: by message, and calls with their results.

/** Group pieces by message. */
export function messagesOf(items) {
  const messages = [];
  for (const piece of items) {
    const last = messages[messages.length - 1];
    if (last?.message === piece.message) last.pieces.push(piece);
    else messages.push({ message: piece.message, role: piece.role, origin: piece.origin, call: piece.call, name: piece.name, pieces: [piece] });
  }
  return messages;
}

/** Give [message, its results] in order: what answers a call comes with the message that called. */
export function exchangesOf(messages) {
  const found = [];
  for (const message of messages) {
    const asked = found[found.length - 1]?.[0];
    if (message.role === "tool" && asked?.pieces.some((piece) => piece.kind === "call" && piece.call === message.call)) {
      found[found.length - 1][1].push(message);
    } else {
      found.push([message, []]);
    }
  }
  return found;
}

/** Name all fragments that a piece is of: those of a folded run have numbers that follow each other. */
export function idsOf({ kind, fragments, count }) {
  if (kind === "text") return fragments.slice(-1);
  if (fragments.length < 2) return fragments;
  const first = parseInt(fragments[0].slice(1), 16);
  return Array.from({ length: count }, (_, at) => `f${(first + at).toString(16).padStart(5, "0")}`);
}

/** Whether some of the pieces are of fragments that can be folded or restored by hand. */
export const someChoosable = (items) => items.some(({ kind, fragments, pinned }) => fragments.length > 0 && !(kind === "text" && pinned));

/** Name them in few letters. */
export const namesOf = ({ kind, fragments }) => (kind === "text" ? fragments.slice(-1) : fragments).join("–");
