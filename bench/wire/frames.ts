import { type Command, encodeCommand, encodeReply, FrameWriter, type Value } from '@inkwire/wire';

function framed(encode: (writer: FrameWriter) => void): Uint8Array {
  const writer = new FrameWriter();
  writer.begin();
  encode(writer);
  const from = writer.finish(false);
  return writer.bytes.slice(from, writer.at);
}

/** A command as it stands on the wire. */
export const frameOf = (command: Command): Uint8Array => framed((writer) => encodeCommand(command, writer));

/** The answer 200 with these values. */
export const replyOf = (values: readonly Value[]): Uint8Array =>
  framed((writer) => encodeReply({ status: 200, message: '', values, pairs: [] }, writer));
