import type { PoolFacts } from '@inkwire/wire/hub';
import { formatClient, formatPool } from './pool-text.ts';

/** The output of a display: `process.stdout`, or a recording of it. */
export interface DisplayStream {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
  write(text: string): unknown;
}

/** Shows the pool each time that it has changed. */
export interface PoolDisplay {
  show(facts: PoolFacts): void;
  /** Something about the connection. */
  note(text: string): void;
}

/** JSON: an object for each change. */
export function createJsonDisplay(stream: DisplayStream, now: () => number): PoolDisplay {
  return {
    show: (facts) =>
      void stream.write(`${JSON.stringify({ time: new Date(now()).toISOString(), ...facts })}\n`),
    note: () => {},
  };
}

/** A line for each client that has changed, and for each that has gone. */
export function createLineDisplay(stream: DisplayStream, now: () => number): PoolDisplay {
  const said = new Map<string, { readonly line: string; readonly name: string }>();
  const say = (line: string) => void stream.write(`${new Date(now()).toISOString()}  ${line}\n`);
  return {
    show({ clients }) {
      const gone = new Map(said);
      for (const client of clients) {
        const { name, incarnation } = client;
        const key = JSON.stringify([name, incarnation]);
        const line = formatClient(client);
        gone.delete(key);
        if (said.get(key)?.line !== line) say(line);
        said.set(key, { line, name });
      }
      for (const [key, { line }] of gone) {
        said.delete(key);
        say(`${line.split('  ')[0]}  gone`);
      }
    },
    note: say,
  };
}

/** One table that is drawn over and over, in place. */
export function createTableDisplay(stream: DisplayStream): PoolDisplay {
  let drawn = 0;
  let shown: PoolFacts | undefined;
  let noted = '';
  const draw = () => {
    const { columns = 80, rows = 24 } = stream;
    // The last row stays empty for the cursor; and the last column, as some terminals wrap as soon as it is written.
    const room = { columns: columns - 1, rows: rows - 1 - (noted ? 1 : 0) };
    const text = (shown ? formatPool(shown, room) : '') + (noted && `${noted}\n`);
    stream.write(`${drawn > 0 ? `\x1b[${drawn}A` : ''}\r\x1b[J${text}`);
    drawn = text.split('\n').length - 1;
  };
  return {
    show(facts) {
      shown = facts;
      noted = '';
      draw();
    },
    note(text) {
      noted = text;
      draw();
    },
  };
}
