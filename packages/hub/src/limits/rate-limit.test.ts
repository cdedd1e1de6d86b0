import { createManualClock } from '@inkwire/base';
import { describe, expect, it } from 'vitest';
import { AddressRates, networkOf } from './address-rates.ts';
import { RateLimit } from './rate-limit.ts';

describe('a rate', () => {
  it('is taken at once as far as it goes, and comes back bit by bit', () => {
    const rate = new RateLimit(3, 60_000);
    expect([1, 2, 3, 4].map(() => rate.take(1_000))).toEqual([true, true, true, false]);
    expect(rate.waitMs(1_000)).toBe(20_000);
    expect(rate.take(20_999)).toBe(false);
    expect(rate.take(21_000)).toBe(true);
    expect(rate.take(21_000)).toBe(false);
    // Whole again, and no more than whole, after any time.
    expect([1, 2, 3, 4].map(() => rate.take(1e12))).toEqual([true, true, true, false]);
  });
});

describe('the rates of addresses', () => {
  const limits = { perMinute: 2, loopbackPerMinute: 4 };

  it('are apart from one another, and larger for this machine', () => {
    const clock = createManualClock();
    const addresses = new AddressRates(limits, clock);
    const takes = (address: string) => [1, 2, 3, 4, 5].filter(() => addresses.take(address)).length;
    expect(takes('192.0.2.1')).toBe(2);
    expect(takes('192.0.2.2')).toBe(2);
    for (const local of ['127.0.0.1', '127.0.0.2', '::1']) expect(takes(local)).toBe(4);
    expect(addresses.waitMs('192.0.2.1')).toBe(30_000);
    expect(addresses.waitMs('192.0.2.3')).toBe(0);
    clock.advance(30_000);
    expect(takes('192.0.2.1')).toBe(1);
  });

  it('take an IPv6 /64, and an IPv4 address in either spelling, for one', () => {
    expect(networkOf('2001:db8:0:1:aaaa::1')).toBe(networkOf('2001:0DB8::1:ffff:0:0:2'));
    expect(networkOf('2001:db8:0:1::')).not.toBe(networkOf('2001:db8:0:2::'));
    expect(networkOf('fe80::1%eth0')).toBe(networkOf('fe80::2%eth1'));
    expect(networkOf('::ffff:192.0.2.1')).toBe('192.0.2.1');
    expect(networkOf('::1')).toBe('0:0:0:0');
  });

  it('are forgotten when there are too many, the one used longest ago first', () => {
    const addresses = new AddressRates({ perMinute: 1, loopbackPerMinute: 1 }, createManualClock());
    const nth = (n: number) => `10.${n >> 16}.${(n >> 8) & 255}.${n & 255}`;
    addresses.take('192.0.2.1');
    addresses.take('192.0.2.2');
    for (let n = 0; n < 9_998; n++) addresses.take(nth(n));
    addresses.take('192.0.2.1');
    addresses.take(nth(9_998));
    expect(addresses.size).toBe(10_000);
    expect(addresses.waitMs('192.0.2.2')).toBe(0);
    expect(addresses.waitMs('192.0.2.1')).toBeGreaterThan(0);
  });
});
