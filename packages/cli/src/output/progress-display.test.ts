import { createManualClock } from '@inkwire/base';
import { describe, expect, it } from 'vitest';
import { createProgressDisplay, type Progress, progressBar } from './progress-display.ts';

const halfWay: Progress = { step: 1560, steps: 3000, loss: 0.02134, stepsPerSecond: 52.1, secondsLeft: 27.6 };

function setUp(isTTY: boolean, columns = 120) {
  const written: string[] = [];
  const clock = createManualClock();
  const stream = { isTTY, columns, write: (text: string) => written.push(text) };
  const display = createProgressDisplay('cnn', stream, clock);
  return { written, clock, display };
}

describe('the bar', () => {
  it('shows share, step, loss, pace and time left', () => {
    expect(progressBar('cnn', halfWay, 120)).toBe(
      `cnn  ${'━'.repeat(21)}${'─'.repeat(19)}   52 %  step 1,560/3,000  loss 0.0213  52.1 steps/s  28 s left`,
    );
  });

  it('never reaches the last column, whatever the width', () => {
    for (let columns = 0; columns <= 200; columns++) {
      expect(progressBar('cnn', halfWay, columns).length).toBeLessThanOrEqual(Math.max(0, columns - 1));
    }
  });

  it('is full at the end and knows nothing before the first step', () => {
    expect(progressBar('mlp', { ...halfWay, step: 3000 }, 120)).toContain(`${'━'.repeat(40)}  100 %`);
    const first = {
      step: 0,
      steps: 0,
      loss: Number.NaN,
      stepsPerSecond: 0,
      secondsLeft: Number.POSITIVE_INFINITY,
    };
    expect(progressBar('mlp', first, 120)).toContain('loss ?  0 steps/s  ? left');
  });
});

describe('on a terminal', () => {
  it('draws at most ten times a second', () => {
    const { written, clock, display } = setUp(true);
    for (let step = 1; step <= 500; step++) {
      display.show({ ...halfWay, step });
      clock.advance(2);
    }
    expect(written).toHaveLength(10);
    expect(written.every((text) => text.startsWith('\r\u001b[K') && !text.includes('\n'))).toBe(true);
  });

  it('lets an accuracy scroll by above the bar', () => {
    const { written, display } = setUp(true);
    display.show(halfWay);
    display.show({ ...halfWay, step: 1561, accuracy: { train: 0.998, validation: 0.9812 } });
    const erase = '\r\u001b[K';
    expect(written[1]?.startsWith(erase)).toBe(true);
    expect(written[1]?.slice(erase.length)).toMatch(
      /^step 1,561\/3,000 .* training 99.80 % {2}validation 98.12 % .*\ncnn {2}━/,
    );
  });

  it('draws for 80 columns where the terminal does not know its width', () => {
    const { written, display } = setUp(true, 0);
    display.show(halfWay);
    expect(written[0]).toContain('step 1,560/3,000');
  });

  it('takes the bar away at the end', () => {
    const { written, display } = setUp(true);
    display.show(halfWay);
    display.end();
    display.say('Saved');
    expect(written.slice(1)).toEqual(['\r\u001b[K', '\r\u001b[KSaved\n']);
  });
});

describe('into a file', () => {
  it('writes a whole line every ten seconds, at each thousandth step and at the end', () => {
    const { written, clock, display } = setUp(false);
    for (let step = 1; step <= 2500; step++) {
      display.show({ ...halfWay, step, steps: 2500 });
      clock.advance(10);
    }
    display.end();
    const steps = written.map(
      (line) => /^step ([\d,]+)\/2,500 {2}loss 0\.0213 {2}.* left\n$/.exec(line)?.[1],
    );
    expect(steps).toEqual(['1', '1,000', '2,000', '2,500']);
  });
});
