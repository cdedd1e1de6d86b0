import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { decodeCommand, encodeCommand } from '../src/codec/command-codec.ts';
import { decodeReply, encodeReply } from '../src/codec/reply-codec.ts';
import { FrameWriter } from '../src/frames/frame-writer.ts';

const page = await readFile(new URL('../../../docs/protocol.md', import.meta.url), 'utf8');
const rows = [...page.matchAll(/^\| (.*) \| `([\da-f]{8}) ([\da-f]+)` \|$/gm)].map(
  ([, message, header, payload]) => ({ message: message!, header: header!, payload: payload! }),
);

function framed(encode: (writer: FrameWriter) => void): string {
  const writer = new FrameWriter();
  writer.begin();
  encode(writer);
  const begun = writer.finish(false);
  return Buffer.from(writer.bytes.subarray(begun, writer.at)).toString('hex');
}

test('docs/protocol.md has golden bytes', () => {
  expect(rows.length).toBeGreaterThanOrEqual(8);
});

test.each(rows)('docs/protocol.md: $message is decoded and encoded again as the same bytes', (row) => {
  const bytes = Buffer.from(row.payload, 'hex');
  const kind = /^`(\w+)`/.exec(row.message)?.[1];
  const command = kind === undefined ? undefined : decodeCommand(bytes, 0, bytes.length);
  expect(command?.kind).toBe(kind);
  const again = framed((writer) =>
    command === undefined
      ? encodeReply(decodeReply(bytes, 0, bytes.length), writer)
      : encodeCommand(command, writer),
  );
  expect(again).toBe(row.header + row.payload);
});
