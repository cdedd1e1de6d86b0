/** What the server says about itself: a sentence for people, or a JSON object a line. */
export interface ServeLog {
  ready(facts: { readonly url: string; readonly model: string; readonly data: string }): void;
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
      closing: (facts) => json('closing', facts),
      closed: () => json('closed'),
    };
  }
  return {
    ready: ({ url, model, data }) =>
      write(`Inkwire is ready on ${url}  (${model}; keeps readings in ${data})\n`),
    closing: () => write('Finishing what was accepted; once more ends at once\n'),
    closed: () => {},
  };
}
