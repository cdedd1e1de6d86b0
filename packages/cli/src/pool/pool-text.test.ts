import type { PoolClient, PoolFacts } from '@inkwire/wire/hub';
import { describe, expect, it } from 'vitest';
import { FakeTerminal } from '../../test/fake-terminal.ts';
import { createLineDisplay, createTableDisplay } from './pool-display.ts';
import { formatPool } from './pool-text.ts';

const client = (name: string, facts: Partial<PoolClient> = {}): PoolClient => ({
  ...{ name, incarnation: 'i', state: 'member', isSilent: false, floor: 1, ceiling: 100, weight: 1 },
  ...{ min: 1, max: 10, held: 10, inUse: 0, idle: 0, opening: 0, closing: 0, queued: 0, longestWaitMs: 0 },
  ...{ failures: 0, completed: 0, usedRate: 0, failureRate: 0 },
  ...facts,
});

function pool(...clients: PoolClient[]): PoolFacts {
  const total = { epoch: 3, strategy: 'fair', capacity: 40, spare: 2, total: 38, reserved: 30 } as const;
  const states = { isLearning: false, isScarce: true, supersededBy: undefined, counts: {} as never };
  return { total: { ...total, ...states, clients: clients.length }, clients };
}

const two = pool(
  client('web-2', { max: 20, held: 20, inUse: 10, idle: 5, queued: 3, longestWaitMs: 1234, usedRate: 0.5 }),
  client('web-1', { inUse: 1, failureRate: 0.25, isSilent: true }),
);

describe('the table', () => {
  it('shows who holds, needs and waits', () => {
    expect(formatPool(two, { rows: 24, columns: 120 })).toBe(
      [
        '█████████▒▒▒▒░░░░░░░░░░░  11 in use, 5 idle, 30 reserved of 40  ·  2 spare  ·  fair  ·  epoch 3  ·  scarce',
        '',
        'CLIENT                    IN USE  IDLE  GRANTED  QUEUED  LONGEST WAIT   USED  FAILED',
        'web-1   █░░░░░░░               1     0     1–10       0             –   0.0%   25.0%  silent',
        'web-2   ████████▒▒▒▒░░░░      10     5     1–20       3         1.2 s  50.0%    0.0%',
        '',
      ].join('\n'),
    );
  });

  it('keeps to the room that there is, and says how many it left out', () => {
    const many = pool(...Array.from({ length: 30 }, (_, at) => client(`client-${at}`, { held: at })));
    const lines = formatPool(many, { rows: 10, columns: 40 }).trimEnd().split('\n');
    expect(lines).toHaveLength(10);
    expect(lines.at(-1)).toBe('… and 24 more');
    expect(lines.join()).toContain('client-29');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(40);
  });

  it('is drawn in place, and over what was noted', () => {
    const terminal = new FakeTerminal(120);
    const write = (text: string) => terminal.write(text);
    const display = createTableDisplay({ isTTY: true, columns: 120, rows: 24, write });
    display.show(two);
    display.note('The connection is lost');
    display.show(pool(client('web-1')));
    expect(terminal.shown.filter((line) => line !== '')).toEqual([
      expect.stringContaining('0 in use'),
      expect.stringMatching(/^CLIENT/),
      expect.stringMatching(/^web-1 +░/),
    ]);
  });
});

describe('lines', () => {
  it('are written of those who changed, and who have gone', () => {
    const written: string[] = [];
    const display = createLineDisplay({ write: (text) => written.push(text) }, () => 0);
    display.show(pool(client('a'), client('b')));
    display.show(pool(client('a', { inUse: 1 }), client('b')));
    display.show(pool(client('a', { inUse: 1 })));
    expect(written.map((line) => line.slice(0, 37))).toEqual([
      '1970-01-01T00:00:00.000Z  a  in use 0',
      '1970-01-01T00:00:00.000Z  b  in use 0',
      '1970-01-01T00:00:00.000Z  a  in use 1',
      '1970-01-01T00:00:00.000Z  b  gone\n',
    ]);
  });
});
