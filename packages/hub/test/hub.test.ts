import { createMemoryReadings } from '@inkwire/readings';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createHub, type ReadingEvent } from '../src/index.ts';
import { createFakeReader, fakePicture } from './fake-reader.ts';
import { until } from './served-hub.ts';

describe('a hub', () => {
  const create = () => {
    const reader = createFakeReader();
    const readings = createMemoryReadings();
    return { reader, readings, hub: createHub({ reader, readings }) };
  };

  it('tells of a reading only after it was kept, and of nothing that failed', async () => {
    const { hub, readings } = create();
    const told: ReadingEvent[] = [];
    const wasKept: Promise<boolean>[] = [];
    hub.onReading((event) => {
      told.push(event);
      wasKept.push(readings.get(event.reading.id).then((found) => found !== undefined));
    });
    await hub.read({ bytes: fakePicture('1') }, { source: 'a' });
    await expect(hub.read({ bytes: fakePicture('blank') }, { source: 'a' })).rejects.toMatchObject({
      code: 'DIGITS_NONE_FOUND',
    });
    expect(await hub.correct('nothing', '1')).toBeUndefined();
    expect(await hub.remove('nothing')).toBe(false);
    readings.keep = () => Promise.reject(new Error('no'));
    await expect(hub.read({ bytes: fakePicture('2') }, { source: 'a' })).rejects.toThrow('no');
    expect(told.map(({ kind }) => kind)).toEqual(['kept']);
    expect(await Promise.all(wasKept)).toEqual([true]);
  });

  it('is not harmed by a listener that throws, and forgets one that is disposed of', async () => {
    const { hub } = create();
    // Heard here, and not on the terminal of whoever runs the tests.
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    onTestFinished(() => warn.mockRestore());
    const told: string[] = [];
    hub.onReading(() => {
      throw new Error('listener');
    });
    const second = hub.onReading(({ reading }) => told.push(reading.text));
    await hub.read({ bytes: fakePicture('1') }, { source: 'a' });
    second[Symbol.dispose]();
    await hub.read({ bytes: fakePicture('2') }, { source: 'a' });
    expect(told).toEqual(['1']);
    expect(warn.mock.calls).toMatchObject([[{ message: 'listener' }], [{ message: 'listener' }]]);
  });

  it('keeps what it is given as the original, and the label', async () => {
    const { hub, readings } = create();
    const original = { type: 'image/webp', bytes: Uint8Array.of(1, 2) };
    const { id, label } = await hub.read({ bytes: fakePicture('1') }, { source: 'a', label: '7', original });
    expect(label).toBe('7');
    expect(await readings.picture(id)).toEqual(original);
  });

  it('keeps nothing after an abort', async () => {
    const { hub, reader, readings } = create();
    const release = reader.hold();
    const controller = new AbortController();
    const read = hub.read({ bytes: fakePicture('1') }, { source: 'a', signal: controller.signal });
    await until(() => reader.reading === 1);
    controller.abort(new Error('enough'));
    await expect(read).rejects.toThrow('enough');
    release();
    await expect(
      hub.read({ bytes: fakePicture('1') }, { source: 'a', signal: controller.signal }),
    ).rejects.toThrow('enough');
    expect(await readings.count()).toBe(0);
  });

  it('keeps nothing after an abort that came when the picture was read already', async () => {
    const { hub, reader, readings } = create();
    const controller = new AbortController();
    const read = reader.read.bind(reader);
    reader.read = async (picture) => {
      const reading = await read(picture);
      controller.abort(new Error('late'));
      return reading;
    };
    await expect(
      hub.read({ bytes: fakePicture('1') }, { source: 'a', signal: controller.signal }),
    ).rejects.toThrow('late');
    expect(await readings.count()).toBe(0);
  });

  it('finishes what is under way when closed, aborts it when destroyed, and closes nothing that it was given', async () => {
    for (const [end, expected] of [
      ['close', '1'],
      ['destroy', 'BASE_CLOSED'],
    ] as const) {
      const { hub, reader, readings } = create();
      const release = reader.hold();
      const read = hub.read({ bytes: fakePicture('1') }, { source: 'a' }).then(
        ({ text }) => text,
        ({ code }: { code: string }) => code,
      );
      await until(() => reader.reading === 1);
      const ended = hub[end]();
      if (end === 'close') release();
      expect(await read).toBe(expected);
      await ended;
      await expect(hub.read({ bytes: fakePicture('1') }, { source: 'a' })).rejects.toMatchObject({
        code: 'BASE_CLOSED',
      });
      expect(reader.closed || readings.closed).toBe(false);
    }
  });
});
