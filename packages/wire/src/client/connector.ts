import { sleep } from '@inkwire/base';
import { connectLink, isRefused, type Link } from './link.ts';
import type { ResolvedClientOptions } from './options.ts';

/** `connecting`: an attempt is under way; `offline`: the next one waits; `closed`: there will be none. */
export type ClientState = 'connecting' | 'online' | 'offline' | 'closed';

/** Told of each change of state; with the error that brought it, for `offline` and `closed`. */
export type StateListener = (state: ClientState, error?: Error) => void;

export interface ConnectorHandler {
  onLink(link: Link): void;
  /** There is no link: the last one is lost, or none could be made. */
  onOffline(error: Error): void;
  /** The hub does not take us in; no further attempt is made. */
  onRefused(error: Error): void;
}

/** A link that lasted this long had nothing wrong with it: the waits begin anew. */
const stableMs = 5_000;

/*
 * Keeps the client connected.
 *
 *     connecting ──signed in──▶ online ──lost──▶ offline
 *       ▲   └──failed──▶ offline ──backoff──┐
 *       └───────────────────────────────────┘      any ──end(), or refused──▶ closed
 *
 * Listeners are told in a microtask of their own, so that nothing that they do happens in the middle of a change.
 */
export class Connector {
  state: ClientState = 'connecting';
  /** The link while the state is `online`. */
  link: Link | undefined;
  readonly #options: ResolvedClientOptions;
  readonly #handler: ConnectorHandler;
  readonly #ending = new AbortController();
  readonly #listeners = new Set<StateListener>();
  #onLink: (() => void)[] = [];

  constructor(options: ResolvedClientOptions, handler: ConnectorHandler) {
    this.#options = options;
    this.#handler = handler;
  }

  /** Runs until the end. Never rejects. */
  async run(): Promise<void> {
    const { signal } = this.#ending;
    const { backoffMs, clock } = this.#options;
    for (let attempt = 0; !signal.aborted; attempt++) {
      this.#moveTo('connecting');
      const linked = await this.#connect();
      if (linked instanceof Error) {
        if (signal.aborted) return;
        if (isRefused(linked)) {
          this.#handler.onRefused(linked);
          return;
        }
        this.#goOffline(linked);
      } else if (await this.#stay(linked)) {
        attempt = 0;
      }
      try {
        await sleep(backoffMs(attempt), { signal, clock });
      } catch {
        return;
      }
    }
  }

  /** Calls `listener` at each change until the function that it returns is called. */
  onState(listener: StateListener): () => void {
    // Its own function, so that the same listener may be given twice.
    const own: StateListener = (state, error) => listener(state, error);
    this.#listeners.add(own);
    return () => this.#listeners.delete(own);
  }

  /** Resolves with the link, as soon as there is one. Rejects with the signal's reason. */
  async waitForLink(signal: AbortSignal): Promise<Link> {
    while (this.link === undefined) {
      signal.throwIfAborted();
      await new Promise<void>((resolve, reject) => {
        const done = () => {
          signal.removeEventListener('abort', onAbort);
          resolve();
        };
        const onAbort = () => {
          this.#onLink.splice(this.#onLink.indexOf(done), 1);
          reject(signal.reason);
        };
        signal.addEventListener('abort', onAbort, { once: true });
        this.#onLink.push(done);
      });
    }
    return this.link;
  }

  /** Makes no further attempt. The link, if any, is left to the caller. */
  end(error?: Error): Link | undefined {
    const { link } = this;
    this.link = undefined;
    this.#ending.abort();
    this.#moveTo('closed', error);
    return link;
  }

  async #connect(): Promise<Link | Error> {
    try {
      const link = await connectLink(this.#options, this.#ending.signal);
      if (!this.#ending.signal.aborted) return link;
      link.destroy(this.#ending.signal.reason);
      return this.#ending.signal.reason;
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
  }

  /** Lives with a link until it is lost. Answers whether it was a good one. */
  async #stay(link: Link): Promise<boolean> {
    const { clock } = this.#options;
    const since = clock.monotonic();
    this.link = link;
    this.#moveTo('online');
    this.#handler.onLink(link);
    for (const resolve of this.#onLink.splice(0)) resolve();
    const error = await link.commands.lost;
    if (!this.#ending.signal.aborted) this.#goOffline(error);
    return clock.monotonic() - since >= stableMs;
  }

  #goOffline(error: Error): void {
    this.link = undefined;
    this.#moveTo('offline', error);
    this.#handler.onOffline(error);
  }

  #moveTo(state: ClientState, error?: Error): void {
    if (this.state === state || this.state === 'closed') return;
    this.state = state;
    for (const listener of this.#listeners) {
      queueMicrotask(() => {
        if (this.#listeners.has(listener)) listener(state, error);
      });
    }
  }
}
