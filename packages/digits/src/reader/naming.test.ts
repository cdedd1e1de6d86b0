import { createRandom, type Random } from '@inkwire/base';
import { describe, expect, it } from 'vitest';
import { fitNaming, type NamingSample, nameTogether, plainNaming } from './naming.ts';

function probabilitiesOf(logits: Float32Array): Float32Array {
  const shares = logits.map(Math.exp);
  const total = shares.reduce((a, b) => a + b);
  return shares.map((share) => share / total);
}

const opinion = (random: Random) => Float32Array.from({ length: 10 }, () => 2 * random.normal());

/** Samples whose digits are drawn with the probabilities that these powers give. */
function invent(network: number, detector: number, count: number): NamingSample[] {
  const random = createRandom(11);
  return Array.from({ length: count }, () => {
    const opinions = { network: probabilitiesOf(opinion(random)), detector: opinion(random) };
    const together = nameTogether(opinions.network, [opinions.detector], { network, detector });
    let left = random.next();
    const digit = together.findIndex((share) => (left -= share) < 0);
    return { ...opinions, digit: Math.max(0, digit) };
  });
}

describe('two opinions on a digit', () => {
  it('are multiplied, each to its power', () => {
    const network = Float32Array.of(0.4, 0.6, 0, 0, 0, 0, 0, 0, 0, 0);
    const detector = Float32Array.of(1, 0, -40, -40, -40, -40, -40, -40, -40, -40);
    const [zero, one] = nameTogether(network, [detector], plainNaming);
    expect(zero! / one!).toBeCloseTo((0.4 * Math.E) / 0.6, 4);
    const [, alone] = nameTogether(network, [detector], { network: 1, detector: 0 });
    expect(alone).toBeCloseTo(0.6, 5);
    const halves = nameTogether(network, [detector], { network: 0.5, detector: 2 });
    expect(halves[0]! / halves[1]!).toBeCloseTo(Math.sqrt(0.4 / 0.6) * Math.E ** 2, 3);
    expect(halves.reduce((a, b) => a + b)).toBeCloseTo(1, 5);
  });

  it('of which one rules a digit out, leave it possible', () => {
    const network = Float32Array.of(1, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    const detector = Float32Array.of(-60, 60, 0, 0, 0, 0, 0, 0, 0, 0);
    const together = nameTogether(network, [detector], plainNaming);
    expect(together.every(Number.isFinite)).toBe(true);
    expect(together.indexOf(Math.max(...together))).toBe(1);
  });

  it('keep their rows', () => {
    const network = probabilitiesOf(Float32Array.of(3, 0, 0, 0, 0, 0, 0, 0, 0, 0));
    const other = probabilitiesOf(Float32Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 3));
    const even = new Float32Array(10);
    const together = nameTogether(Float32Array.of(...network, ...other), [even, even], plainNaming);
    expect([...together.subarray(0, 10)]).toEqual([...network].map((share) => expect.closeTo(share, 5)));
    expect([...together.subarray(10)]).toEqual([...other].map((share) => expect.closeTo(share, 5)));
  });
});

describe('the fit of their powers', () => {
  it('finds the powers that the digits were drawn with', () => {
    const { network, detector } = fitNaming(invent(0.4, 1.3, 4_000));
    expect(network).toBeCloseTo(0.4, 1);
    expect(detector).toBeCloseTo(1.3, 1);
  });

  it('gives an opinion that misleads no part, never a negative one', () => {
    const { network, detector } = fitNaming(invent(1, -0.5, 2_000));
    expect(detector).toBe(0);
    expect(network).toBeGreaterThan(0.6);
  });

  it('leaves both in full without a sample', () => {
    expect(fitNaming([])).toEqual(plainNaming);
  });
});
