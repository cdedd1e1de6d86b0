import { isUtf8 } from 'node:buffer';

/* UTF-8 in Node; `#text` in package.json chooses text-browser.ts for pages. Most texts are short and ASCII. */

const { latin1Slice } = Buffer.prototype;
const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
/** Above this, what is native is faster than a loop in front of it. */
const loopBytes = 64;

function isShortAscii(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start > loopBytes) return false;
  let all = 0;
  for (let at = start; at < end; at++) all |= bytes[at]!;
  return all < 0x80;
}

/** The text in `bytes[start … end)`, or undefined when it is not UTF-8. */
export function textOf(bytes: Uint8Array, start: number, end: number): string | undefined {
  if (isShortAscii(bytes, start, end)) return latin1Slice.call(bytes, start, end);
  try {
    return strict.decode(bytes.subarray(start, end));
  } catch {
    return undefined;
  }
}

/** Whether `bytes[start … end)` is UTF-8. */
export function isText(bytes: Uint8Array, start: number, end: number): boolean {
  return isShortAscii(bytes, start, end) || isUtf8(bytes.subarray(start, end));
}
