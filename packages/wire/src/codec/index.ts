/** What is on the wire ⇄ messages.ts, in the parts that commands and replies are made of. */
export { commandFields, decodeCommand, encodeCommand } from './command-codec.ts';
export {
  addBool,
  addEncodedPair,
  addEncodedValue,
  addInteger,
  addPublishedValues,
  beginOkReply,
  beginReply,
  okReplyBytes,
  pairReplyBytes,
  valueReplyBytes,
} from './encoded-reply.ts';
export { type EncodedPair, type EncodedValue, encodedValue } from './encoded-value.ts';
export { PlainCommand } from './plain-command.ts';
export { decodeReply, encodeReply } from './reply-codec.ts';
export {
  decodeValue,
  encodeValue,
  none,
  readValue,
  writePairField,
  writeValueField,
} from './value-codec.ts';
