import type { EncodedValue } from '@inkwire/kv';
import { encodeValue, FrameWriter, type Value } from '@inkwire/wire';

const scratch = new FrameWriter();

/** A value as tables and topics keep it: the bytes of the message `Value`. */
export function encodedValue(value: Value): EncodedValue {
  if (value.kind === 'none') return new Uint8Array(0);
  scratch.begin();
  encodeValue(value, scratch);
  const bytes = scratch.payload.slice();
  scratch.abandon();
  return bytes;
}
