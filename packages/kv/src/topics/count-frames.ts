import { frameHeaderBytes, WireError } from '@inkwire/wire';

/** The number of frames that lie one behind the other. Throws `WIRE_MESSAGE_INVALID` unless the last one is whole. */
export function countFrames(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let count = 0;
  let at = 0;
  while (at + frameHeaderBytes <= bytes.length) {
    // Bit 31 says that the payload is compressed.
    at += frameHeaderBytes + (view.getUint32(at) & 0x7fffffff);
    count++;
  }
  if (at !== bytes.length) throw new WireError('WIRE_MESSAGE_INVALID', 'The last frame is not whole');
  return count;
}
