const { latin1Slice } = Buffer.prototype;
const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The text in `bytes[start … end)`, or undefined when it is no UTF-8. */
export function textOf(bytes: Uint8Array, start: number, end: number): string | undefined {
  let all = 0;
  for (let at = start; at < end; at++) all |= bytes[at]!;
  if (all < 0x80) return latin1Slice.call(bytes, start, end);
  try {
    return strict.decode(bytes.subarray(start, end));
  } catch {
    return undefined;
  }
}
