/* UTF-8 where there is no Node: the functions of text.ts. */

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
/** Up to this many bytes a loop costs less than a TextDecoder. */
const loopBytes = 40;

/** The text in `bytes[start … end)`, or undefined when it is not UTF-8. */
export function textOf(bytes: Uint8Array, start: number, end: number): string | undefined {
  if (end - start > loopBytes) return decoded(bytes, start, end);
  // One call for all of it: adding characters makes a rope, which a lookup in a map has to flatten.
  const units = new Array<number>(end - start);
  for (let at = start; at < end; at++) {
    const byte = bytes[at]!;
    if (byte > 0x7f) return decoded(bytes, start, end);
    units[at - start] = byte;
  }
  return String.fromCharCode.apply(String, units);
}

/** Whether `bytes[start … end)` is UTF-8. */
export function isText(bytes: Uint8Array, start: number, end: number): boolean {
  return textOf(bytes, start, end) !== undefined;
}

function decoded(bytes: Uint8Array, start: number, end: number): string | undefined {
  try {
    return strict.decode(bytes.subarray(start, end));
  } catch {
    return undefined;
  }
}
