import { createManualClock } from '@inkwire/base';
import { describe, expect, it } from 'vitest';
import { Gate } from './gate.ts';

const create = (limits: Partial<ConstructorParameters<typeof Gate>[0]> = {}) => {
  const clock = createManualClock();
  return { clock, gate: new Gate({ limit: 2, maxWaiting: 3, waitMs: 1000, ...limits }, clock) };
};

describe('the gate before a cluster', () => {
  it('lets so many in at once, and the others in their order', async () => {
    const { gate } = create();
    const entered: number[] = [];
    const entering = [1, 2, 3, 4].map(async (one) => {
      await gate.enter();
      entered.push(one);
    });
    await Promise.all(entering.slice(0, 2));
    expect(entered).toEqual([1, 2]);
    gate.leave();
    await entering[2];
    gate.leave();
    await entering[3];
    expect(entered).toEqual([1, 2, 3, 4]);
  });

  it('tells those to try again who waited too long, and keeps their place for nobody', async () => {
    const { gate, clock } = create({ limit: 1 });
    await gate.enter();
    const late = gate.enter();
    clock.advance(1000);
    await expect(late).rejects.toMatchObject({ code: 'READINGS_OVERLOADED', retryable: true });
    const patient = gate.enter();
    gate.leave();
    await patient;
    expect(clock.pending).toBe(0);
  });

  it('refuses at once when too many wait', async () => {
    const { gate, clock } = create({ limit: 1, maxWaiting: 1 });
    await gate.enter();
    const waiting = gate.enter();
    await expect(gate.enter()).rejects.toMatchObject({ code: 'READINGS_OVERLOADED' });
    // One that has given up does not count as waiting.
    clock.advance(1000);
    await expect(waiting).rejects.toMatchObject({ code: 'READINGS_OVERLOADED' });
    const next = gate.enter();
    gate.leave();
    await next;
  });

  it('forgets those whose signal aborts', async () => {
    const { gate, clock } = create({ limit: 1 });
    await gate.enter();
    const controller = new AbortController();
    const waiting = gate.enter(controller.signal);
    controller.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    await expect(gate.enter(controller.signal)).rejects.toThrow('enough');
    expect(clock.pending).toBe(0);
    gate.leave();
    await gate.enter();
  });
});
