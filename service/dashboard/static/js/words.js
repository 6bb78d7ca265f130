// What differs between two texts, word by word.

const MOST_CELLS = 4_000_000; // of the table: some 50 ms; texts that would need more are shown as wholly different

/** Part a text into words and the space between them; together they are the text. */
const parted = (text) => text.match(/\s+|[\p{L}\p{N}_']+|[^\s\p{L}\p{N}_']/gu) ?? [];

/**
 * Compare two texts. Gives stretches {kind, text}: `same`, `gone` (only before) or `come` (only after), in order; those
 * that aren't `come` make the text before, those that aren't `gone` the text after.
 */
export function difference(before, after) {
  const [a, b] = [parted(before), parted(after)];
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end += 1;
  const [from, to] = [a.slice(start, a.length - end), b.slice(start, b.length - end)];
  return joined([
    ...a.slice(0, start).map((text) => ({ kind: "same", text })),
    ...(from.length * to.length > MOST_CELLS ? replaced(from, to) : aligned(from, to)),
    ...a.slice(a.length - end).map((text) => ({ kind: "same", text })),
  ]);
}

const replaced = (from, to) => [...from.map((text) => ({ kind: "gone", text })), ...to.map((text) => ({ kind: "come", text }))];

/** Keep as many words as can be kept in order (longest common subsequence). */
function aligned(from, to) {
  const wide = to.length + 1;
  const kept = new Uint32Array((from.length + 1) * wide); // kept[i, j]: of from[i:] and to[j:]
  for (let i = from.length - 1; i >= 0; i -= 1) {
    for (let j = to.length - 1; j >= 0; j -= 1) {
      kept[i * wide + j] = from[i] === to[j] ? kept[(i + 1) * wide + j + 1] + 1 : Math.max(kept[(i + 1) * wide + j], kept[i * wide + j + 1]);
    }
  }
  const found = [];
  let [i, j] = [0, 0];
  while (i < from.length && j < to.length) {
    if (from[i] === to[j]) {
      found.push({ kind: "same", text: from[i] });
      [i, j] = [i + 1, j + 1];
    } else if (kept[(i + 1) * wide + j] >= kept[i * wide + j + 1]) {
      found.push({ kind: "gone", text: from[i] });
      i += 1;
    } else {
      found.push({ kind: "come", text: to[j] });
      j += 1;
    }
  }
  return [...found, ...replaced(from.slice(i), to.slice(j))];
}

/** Put together what is alike and follows each other. */
function joined(stretches) {
  const found = [];
  for (const { kind, text } of stretches) {
    const last = found[found.length - 1];
    if (last?.kind === kind) last.text += text;
    else found.push({ kind, text });
  }
  return found;
}
