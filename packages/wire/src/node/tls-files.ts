import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import {
  type Clock,
  type Closable,
  expectInteger,
  messageOf,
  Owner,
  systemClock,
  type Timer,
} from '@inkwire/base';
import { WireError } from '../errors.ts';
import { contextOf, type TlsMaterial, type TlsSource } from './tcp.ts';

/** The files of a certificate, its key and the authorities, in PEM. */
export interface TlsFiles {
  /** Paths of PEM files. */
  readonly cert: string;
  readonly key: string;
  /** Clients must have a certificate of this authority. Default: clients need none. */
  readonly ca?: string | undefined;
}

/** The interval at which TLS files are read, and the function that is called when they are unusable. */
export interface WatchTlsOptions {
  /** Called when files have changed to something unusable, once for each such change; the old ones stay in use. */
  readonly onUnusable?: ((error: WireError) => void) | undefined;
  /** The interval at which the files are read again. At least 1; default 5000. */
  readonly intervalMs?: number | undefined;
  readonly clock?: Clock | undefined;
}

/** Material that follows its files. */
export interface WatchedTls extends TlsSource, Closable {
  /** Reads the files again now: on SIGHUP, say. */
  check(): Promise<void>;
}

/**
 * Reads the TLS files that are named: their texts, by the same names. Rejects with `WIRE_TLS_INVALID` when one cannot be
 * read; whether they can be used is not checked.
 */
export async function readTlsFiles<Files extends { readonly [Name in keyof TlsFiles]?: string | undefined }>(
  files: Files,
): Promise<Files> {
  const texts: { [name: string]: string } = {};
  // One after the other, so that of several unreadable files it is always the same one that is named.
  for (const name of ['cert', 'key', 'ca'] as const)
    if (files[name] !== undefined) texts[name] = await readPem(files[name]);
  return texts as Files;
}

async function readPem(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new WireError('WIRE_TLS_INVALID', `Cannot read ${file}: ${messageOf(cause)}`, { cause });
  }
}

/**
 * Reads TLS files, and reads them again at intervals: their text counts, however they are replaced. Rejects with
 * `WIRE_TLS_INVALID` when they are unusable at first; later the old ones stay in use.
 */
export async function watchTls(files: TlsFiles, options: WatchTlsOptions = {}): Promise<WatchedTls> {
  const first = await readTlsFiles(files);
  checkTls(first);
  return new TlsWatch(files, first, options);
}

class TlsWatch extends Owner implements WatchedTls {
  current: TlsMaterial;
  readonly #files: TlsFiles;
  readonly #intervalMs: number;
  readonly #clock: Clock;
  readonly #onUnusable: (error: WireError) => void;
  readonly #listeners = new Set<(material: TlsMaterial) => void>();
  #timer: Timer | undefined;
  /** The fault found at the last check, and whether it was reported. */
  #unusable = '';
  #isReported = false;

  constructor(files: TlsFiles, first: TlsMaterial, options: WatchTlsOptions) {
    super('watch on TLS files');
    this.#files = files;
    this.current = first;
    this.#intervalMs = expectInteger('intervalMs', options.intervalMs ?? 5000, { min: 1 });
    this.#clock = options.clock ?? systemClock;
    this.#onUnusable = options.onUnusable ?? (() => {});
    this.#schedule();
  }

  onChange(listener: (material: TlsMaterial) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async check(): Promise<void> {
    let text = '';
    try {
      const material = await readTlsFiles(this.#files);
      text = JSON.stringify(material);
      if (this.closed || text === JSON.stringify(this.current)) return;
      checkTls(material);
      this.current = material;
    } catch (error) {
      if (!this.closed) this.#warn(text, error as WireError);
      return;
    }
    for (const listener of this.#listeners) listener(this.current);
  }

  /** Only at the second look: at the first one, half of the files may have been replaced. */
  #warn(text: string, error: WireError): void {
    const found = `${text}${error.message}`;
    if (found !== this.#unusable) {
      this.#unusable = found;
      this.#isReported = false;
    } else if (!this.#isReported) {
      this.#isReported = true;
      this.#onUnusable(error);
    }
  }

  #schedule(): void {
    this.#timer = this.#clock.after(
      this.#intervalMs,
      // Whatever a listener throws is thrown on, and the next look comes all the same.
      () => void this.check().finally(() => this.closed || this.#schedule()),
      { unref: true },
    );
  }

  protected override drain(): void {
    this.#timer?.cancel();
  }
}

/** Throws `WIRE_TLS_INVALID` unless OpenSSL takes the certificate, its key and the authority. */
function checkTls(material: TlsMaterial): void {
  try {
    if (!material.cert || !material.key) throw new Error('a file is empty');
    createSecureContext(contextOf(material));
  } catch (cause) {
    throw new WireError('WIRE_TLS_INVALID', `The TLS files cannot be used: ${messageOf(cause)}`, { cause });
  }
}
