import type { Command, Pair, Reply, Value } from '@inkwire/wire';
import type { Reading } from '@inkwire/wire/hub';
import type { Hub } from '../hub.ts';
import type { Caller } from '../members/caller.ts';
import { problemOf } from '../problem.ts';
import { publishOn, type SystemContext, type SystemName } from './system-part.ts';
import { mostAnswerBytes, ok, refuse, sizeOf, text, type VirtualTable } from './virtual-table.ts';

const topic = '$readings';
/** Readings in one answer to `hgetall $readings`, at most as long as an answer may be. HTTP pages through all of them. */
const mostReadings = 1_000;

/** `$readings`: a table of the newest readings and a topic of each new one; and the command `read`. */
export const $readings =
  (hub: Hub): SystemName =>
  (context) => {
    const publishing = hub.onReading(({ kind, reading }) => {
      if (kind === 'kept') publishOn(context.topics, topic, () => readingValue(reading));
    });
    return {
      tables: { [topic]: () => readingsTable(hub) },
      facts: { model: () => text(`${hub.reader.card.recipe} ${hub.reader.card.version}`) },
      subscribe: (name) => (name === topic ? true : undefined),
      read: (command, caller) => read(hub, context, command, caller),
      [Symbol.dispose]: () => publishing[Symbol.dispose](),
    };
  };

/** The compiler holds here what is kept against what `@inkwire/wire/hub` says of it. */
const readingValue = (reading: Reading): Value => text(JSON.stringify(reading));

function readingsTable({ readings }: Hub): VirtualTable {
  return {
    async get(id) {
      const reading = await readings.get(id);
      return reading && readingValue(reading);
    },
    async pairs() {
      const pairs: Pair[] = [];
      let bytes = 0;
      for await (const reading of readings.all()) {
        const pair = { key: reading.id, value: readingValue(reading) };
        bytes += sizeOf(pair.value);
        if (bytes > mostAnswerBytes) break;
        pairs.push(pair);
        if (pairs.length === mostReadings) break;
      }
      return pairs;
    },
  };
}

/** As over HTTP: if the sender has gone before the reading is kept, it never will be. */
async function read(
  hub: Hub,
  { limits, onError }: SystemContext,
  { picture, keep }: Extract<Command, { kind: 'read' }>,
  { session, signal }: Caller,
): Promise<Reply> {
  try {
    const source = session.membership?.facts.name ?? 'wire';
    const asked = 'image' in picture ? { bytes: picture.image } : { strokes: picture.strokes };
    const reading = await hub.read(asked, { source, keep, signal, timeoutMs: limits.readTimeoutMs });
    return { ...ok(), reading: JSON.stringify(reading) };
  } catch (error) {
    const { status, code, detail, title } = problemOf(error);
    if (status === 500) onError(error);
    return refuse(status, `${code}: ${detail ?? title}`);
  }
}
