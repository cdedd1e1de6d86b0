/** The addresses of the server and the parts that it works with; a part that is off is undefined. */
export interface ReadyFacts {
  readonly url?: string | undefined;
  readonly wire?: string | undefined;
  readonly lab?: string | undefined;
  readonly model: string;
  readonly data: string;
  /** Where readings are kept, if not in the data directory; undefined otherwise. */
  readonly readings?: string | undefined;
  /** How long readings are kept; undefined: for ever. */
  readonly keep?: string | undefined;
  /** The bus with other hubs, and the number of this hub there; undefined for a hub alone. */
  readonly bus?: string | undefined;
  readonly hub?: number | undefined;
}

/** The address of an allocator, and the connections that it shares. */
export interface AllocatingFacts {
  readonly wire: string;
  readonly url?: string | undefined;
  readonly capacity: number;
  readonly epoch: number;
  readonly data: string;
}

/** The log of the server: a sentence for people, or a JSON object a line. */
export interface ServeLog {
  ready(facts: ReadyFacts): void;
  allocating(facts: AllocatingFacts): void;
  closing(facts: { readonly signal: string }): void;
  closed(): void;
}

/** Creates a log that writes to `write`. */
export function createServeLog(
  form: 'text' | 'json',
  write: (text: string) => unknown,
  now: () => number = Date.now,
): ServeLog {
  const json = (event: string, facts: object = {}) =>
    write(`${JSON.stringify({ time: new Date(now()).toISOString(), event, ...facts })}\n`);
  if (form === 'json') {
    return {
      ready: (facts) => json('ready', facts),
      allocating: (facts) => json('ready', facts),
      closing: (facts) => json('closing', facts),
      closed: () => json('closed'),
    };
  }
  return {
    ready: ({ url, wire, lab, model, data, readings, keep, bus, hub }) => {
      const places = [url, wire && `wire ${wire}`, lab && `lab ${lab}`].filter(Boolean).join(' and ');
      const kept =
        readings === undefined ? 'keeps what it is given' : `keeps readings in ${readings}, the rest`;
      const removed = keep === undefined ? '' : `; removes readings after ${keep}`;
      const others = bus === undefined ? '' : `; hub ${hub} on ${bus}`;
      write(`Inkwire is ready on ${places}  (${model}; ${kept} in ${data}${removed}${others})\n`);
    },
    allocating: ({ wire, url, capacity, epoch, data }) => {
      const places = [`wire ${wire}`, url].filter(Boolean).join(' and ');
      write(
        `Inkwire shares ${capacity} connections on ${places}  (epoch ${epoch}; keeps its clients in ${data})\n`,
      );
    },
    closing: () => write('Finishing what was accepted; once more ends at once\n'),
    closed: () => {},
  };
}
