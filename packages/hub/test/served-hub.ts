import type { Reading } from '@inkwire/readings';
import { expect, onTestFinished } from 'vitest';
import type { z } from 'zod';
import { components } from '../src/http/schemas.ts';
import { type HttpListener, type HttpOptions, listenHttp } from '../src/index.ts';
import { type ComposedHub, type ComposedOptions, composeHub, patientMs } from './hub-on-wire.ts';

/** A hub with a fake reader, served on a port of its own. */
export interface ServedHub extends ComposedHub {
  readonly listener: HttpListener;
  readonly url: string;
  /** Errors that were the server's own. */
  readonly faults: unknown[];
  fetch(path: string, init?: RequestInit): Promise<Response>;
  /** Reads pictures and returns what was answered, which must be as documented. */
  read(body: Uint8Array<ArrayBuffer> | FormData | object, query?: string): Promise<Reading[]>;
}

/** Limits on time of a listener in a test that does not try them. */
export const patientLimits = {
  headersTimeoutMs: patientMs,
  requestTimeoutMs: patientMs,
  idleTimeoutMs: patientMs,
  keepAliveTimeoutMs: patientMs,
  readTimeoutMs: patientMs,
  closeTimeoutMs: patientMs,
};

/** Serves a hub until the test has finished. */
export async function serveHub(
  options: Partial<HttpOptions> = {},
  hubOptions: ComposedOptions = {},
): Promise<ServedHub> {
  const composed = composeHub(hubOptions);
  const faults: unknown[] = [];
  const onError = (error: unknown) => faults.push(error);
  const listener = await listenHttp(composed, {
    port: 0,
    onError,
    ...options,
    limits: { ...patientLimits, ...options.limits },
  });
  onTestFinished(() => listener.destroy());
  const { url } = listener;
  const call = (path: string, init?: RequestInit) => fetch(url + path, init);
  return {
    ...composed,
    listener,
    url,
    faults,
    fetch: call,
    async read(body, query = '') {
      const response = await call(`/api/readings${query}`, { method: 'POST', ...bodyOf(body) });
      expect(response.status).toBe(query.includes('keep=false') ? 200 : 201);
      return components.Readings.parse(await response.json()).readings as unknown as Reading[];
    },
  };
}

function bodyOf(body: Uint8Array<ArrayBuffer> | FormData | object): RequestInit {
  if (body instanceof Uint8Array) return { body, headers: { 'content-type': 'image/png' } };
  return body instanceof FormData ? { body } : json(body);
}

/** The parts of a request that sends JSON. */
export function json(body: unknown): RequestInit {
  return { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
}

/** A form of `file` parts. */
export function formOf(
  ...files: readonly (readonly [name: string, bytes: Uint8Array<ArrayBuffer>])[]
): FormData {
  const form = new FormData();
  for (const [name, bytes] of files) form.append('file', new Blob([bytes]), name);
  return form;
}

/** The problem of an answer, which must be one as RFC 9457 and the documentation say. */
export async function problemIn(response: Response): Promise<z.output<typeof components.Problem>> {
  expect(response.headers.get('content-type')).toBe('application/problem+json');
  const { problems: _problems, ...problem } = (await response.json()) as { problems?: unknown };
  const parsed = components.Problem.parse(problem);
  expect(parsed.status).toBe(response.status);
  expect(parsed.type).toBe(`urn:inkwire:problem:${parsed.code}`);
  return parsed;
}

/** Waits for the next turn of the event loop. */
export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Waits until something is so, for what a test cannot be told of. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await turn();
}
