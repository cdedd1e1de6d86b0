import type { Reading } from '@inkwire/wire/hub';
import { problemFromFailure, problemFromResponse } from './problem.ts';

/** x, y and, from a pen that feels it, pressure 0…1. */
export type SentPoint = readonly [x: number, y: number, pressure?: number];

/** The results of the model on one set of labelled pictures. */
export interface Figure {
  readonly set: string;
  readonly count: number;
  readonly correct: number;
  readonly accuracy: number;
  /** Wilson, 95 %. */
  readonly interval: readonly [low: number, high: number];
  /** [true][read]. */
  readonly confusion: readonly (readonly number[])[];
}

export interface Model {
  readonly recipe: string;
  readonly version: string;
  readonly parameters: number;
  readonly trained?: string;
  readonly seed?: number;
  readonly unsureErrorRate?: number;
  readonly figures: readonly Figure[];
}

/** The ten weight pictures of softmax regression. */
export interface Weights {
  readonly recipe: string;
  /** Null when it was not evaluated. */
  readonly accuracy: number | null;
  /** [10][784], positive where ink speaks for the digit. */
  readonly weights: readonly (readonly number[])[];
}

export type Picture = { readonly strokes: readonly (readonly SentPoint[])[] } | { readonly file: File };

export interface ReadingsQuery {
  readonly limit?: number;
  readonly before?: string | undefined;
  readonly text?: string;
  readonly unsure?: boolean;
}

export interface ReadingsPage {
  readonly readings: readonly Reading[];
  readonly next: string | null;
}

export type CallOptions = Pick<RequestInit, 'signal' | 'keepalive'>;

/** The hub's REST routes, typed. Every call rejects with a `Problem`, or with the signal's reason when it was aborted. */
export interface Api {
  read(picture: Picture, options?: CallOptions & { readonly keep?: boolean }): Promise<readonly Reading[]>;
  list(query?: ReadingsQuery, options?: CallOptions): Promise<ReadingsPage>;
  get(id: string, options?: CallOptions): Promise<Reading>;
  correct(id: string, corrected: string | null, options?: CallOptions): Promise<Reading>;
  remove(id: string, options?: CallOptions): Promise<void>;
  samples(count: number, options?: CallOptions): Promise<readonly Reading[]>;
  model(options?: CallOptions): Promise<Model>;
  weights(options?: CallOptions): Promise<Weights>;
}

export function createApi(fetch: typeof globalThis.fetch = (...call) => globalThis.fetch(...call)): Api {
  async function call<T>(route: string, init: RequestInit = {}): Promise<T> {
    let response: Response;
    try {
      response = await fetch(route, { ...init, headers: { accept: 'application/json', ...init.headers } });
    } catch (error) {
      init.signal?.throwIfAborted();
      throw problemFromFailure(error);
    }
    if (!response.ok) throw await problemFromResponse(response);
    return (response.status === 204 ? undefined : await response.json()) as T;
  }

  const json = (method: string, body: unknown): RequestInit => ({
    method,
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
  });

  return {
    async read(picture, { keep = true, ...options } = {}) {
      const init = 'file' in picture ? { method: 'POST', body: formOf(picture.file) } : json('POST', picture);
      const route = keep ? '/api/readings' : '/api/readings?keep=false';
      return (await call<{ readings: Reading[] }>(route, { ...init, ...options })).readings;
    },
    list: (query = {}, options) => call(`/api/readings${queryString(query)}`, options),
    get: (id, options) => call(readingUrl(id), options),
    correct: (id, corrected, options) =>
      call(readingUrl(id), { ...json('PATCH', { corrected }), ...options }),
    remove: (id, options) => call(readingUrl(id), { method: 'DELETE', ...options }),
    async samples(count, options) {
      const init = { ...json('POST', { count }), ...options };
      return (await call<{ readings: Reading[] }>('/api/samples', init)).readings;
    },
    model: (options) => call('/api/model', options),
    weights: (options) => call('/api/model/weights', options),
  };
}

/** The hub that served this page. */
export const api: Api = createApi();

export const csvUrl = '/api/readings.csv';
export const eventsUrl = '/api/events';
const readingUrl = (id: string): string => `/api/readings/${encodeURIComponent(id)}`;
export const pictureUrl = (id: string): string => `${readingUrl(id)}/image`;
export const preparedUrl = (id: string, digit: number): string => `${readingUrl(id)}/digits/${digit}`;

function formOf(file: File): FormData {
  const form = new FormData();
  form.append('file', file, file.name || 'picture');
  return form;
}

function queryString(query: ReadingsQuery): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== '' && value !== false) parameters.set(name, String(value));
  }
  return parameters.size > 0 ? `?${parameters}` : '';
}
