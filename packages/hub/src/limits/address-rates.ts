import type { Clock } from '@inkwire/base';
import { isLoopback } from '../binding.ts';
import { RateLimit } from './rate-limit.ts';

export interface AddressLimits {
  /** The requests that one address may make in a minute. */
  readonly perMinute: number;
  /** The same for this machine itself, whose programs, users and proxies share its address. */
  readonly loopbackPerMinute: number;
}

const minuteMs = 60_000;
/** Addresses that are remembered; the one that was used longest ago makes room. */
const mostAddresses = 10_000;

/** A rate for each remote address, forgotten in time. An IPv6 /64 is one address, because one customer has all of it. */
export class AddressRates {
  readonly #limits: AddressLimits;
  readonly #clock: Clock;
  /** The number counted so far, over all addresses. */
  taken = 0;
  /** In the order in which they were used last. */
  readonly #rates = new Map<string, RateLimit>();

  constructor(limits: AddressLimits, clock: Clock) {
    this.#limits = limits;
    this.#clock = clock;
  }

  /** Milliseconds until this address may try again; 0 for now. */
  waitMs(address: string): number {
    return this.#rates.get(networkOf(address))?.waitMs(this.#clock.monotonic()) ?? 0;
  }

  /** Counts one; false when there is none left. */
  take(address: string): boolean {
    this.taken++;
    const network = networkOf(address);
    const rate = this.#rates.get(network) ?? this.#newRate(address);
    this.#rates.delete(network);
    this.#rates.set(network, rate);
    return rate.take(this.#clock.monotonic());
  }

  /** Addresses that are remembered. */
  get size(): number {
    return this.#rates.size;
  }

  #newRate(address: string): RateLimit {
    if (this.#rates.size >= mostAddresses) {
      const [oldest] = this.#rates.keys();
      this.#rates.delete(oldest!);
    }
    const { perMinute, loopbackPerMinute } = this.#limits;
    return new RateLimit(isLoopback(address) ? loopbackPerMinute : perMinute, minuteMs);
  }
}

/** The part of an address that counts as one: an IPv4 address, also in its IPv6 spelling, or the first 64 bits of an IPv6 address. */
export function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+(?:\.\d+){3})$/i.exec(address)?.[1];
  if (mapped !== undefined || !address.includes(':')) return mapped ?? address;
  const [head = '', tail] = address.split('%', 1)[0]!.split('::');
  const groups = (text: string) => (text === '' ? [] : text.split(':'));
  const [front, back] = [groups(head), groups(tail ?? '')];
  const zeros = Array<string>(Math.max(0, 8 - front.length - back.length)).fill('0');
  const first64 = [...front, ...zeros, ...back].slice(0, 4);
  return first64.map((group) => Number.parseInt(group, 16).toString(16)).join(':');
}
