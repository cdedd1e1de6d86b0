import { setImmediate as turn } from 'node:timers/promises';
import { createManualClock } from '@inkwire/base';
import { describe, expect, it, onTestFinished } from 'vitest';
import { tinyDigit } from '../../test/data-files.ts';
import { tinyModel, writeTinyModel } from '../../test/reader-model.ts';
import { blank } from '../../test/reader-pictures.ts';
import { openReader, type ReaderOptions } from './reader.ts';

async function openTiny(options: ReaderOptions = {}) {
  const reader = await openReader({ model: await writeTinyModel(), ...options });
  onTestFinished(() => reader.destroy());
  return reader;
}

function several(...digits: number[]): Uint8Array {
  return Buffer.concat(digits.map((digit) => tinyDigit(digit)));
}

describe('openReader', () => {
  it('gives the card of its model', async () => {
    const reader = await openTiny();
    expect(reader.card).toMatchObject({
      recipe: 'softmax',
      version: expect.stringMatching(/^[0-9a-f]{12}$/),
    });
  });

  it('refuses a model that takes or gives something else, naming the file', async () => {
    const others = [{ input: 'image' }, { output: 'scores' }, { pixels: 783 }, { digits: 11 }];
    for (const ports of others) {
      const model = await writeTinyModel({}, tinyModel(ports));
      await expect(openReader({ model }), JSON.stringify(ports)).rejects.toMatchObject({
        code: 'DIGITS_MODEL_DAMAGED',
        message: expect.stringContaining(model),
      });
    }
  });

  it('says when there is no model', async () => {
    await expect(openReader({ model: '/nowhere/model.onnx' })).rejects.toMatchObject({
      code: 'DIGITS_MODEL_MISSING',
    });
  });

  it('refuses options out of bounds', async () => {
    const model = await writeTinyModel();
    const wrong: ReaderOptions[] = [
      { threads: 0 },
      { maxBatch: 0 },
      { maxQueue: 0.5 },
      { maxWaitMs: -1 },
      { maxPreparing: 0 },
      { maxPictures: -1 },
    ];
    for (const options of wrong) await expect(openReader({ model, ...options })).rejects.toThrow(RangeError);
  });
});

describe('classify', () => {
  it('gives calibrated probabilities for each digit', async () => {
    const reader = await openTiny({ model: await writeTinyModel({ temperature: 2 }) });
    const rows = await reader.classify(several(3, 8));
    expect(rows).toHaveLength(20);
    // The logits are 10 and nine zeros; the temperature halves them.
    expect(rows[3]).toBeCloseTo(Math.exp(5) / (Math.exp(5) + 9), 5);
    expect(rows[18]).toBeCloseTo(rows[3]!, 6);
    expect(rows.subarray(0, 10).reduce((a, b) => a + b, 0)).toBeCloseTo(1, 5);
  });

  it('reads what arrives together in one run, and any size in batches', async () => {
    const reader = await openTiny({ maxBatch: 16 });
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, digit) => reader.classify(tinyDigit(digit))),
    );
    expect(reader.stats).toEqual({ batches: 1, digits: 10, queued: 0 });
    expect(answers.map((row) => row.indexOf(Math.max(...row)))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    const labels = Array.from({ length: 100 }, (_, i) => (i * 7) % 10);
    const rows = await reader.classify(several(...labels));
    for (const [i, label] of labels.entries()) expect(rows[i * 10 + label]).toBeGreaterThan(0.99);
    expect(reader.stats).toEqual({ batches: 8, digits: 110, queued: 0 });
  });

  it('refuses another shape', async () => {
    const reader = await openTiny();
    await expect(reader.classify(new Uint8Array(783))).rejects.toThrow(RangeError);
    await expect(reader.classify(new Uint8Array(0))).rejects.toThrow(RangeError);
  });

  it('refuses what is too much, and can be asked again', async () => {
    const reader = await openTiny({ maxBatch: 2, maxQueue: 4 });
    const waiting = [reader.classify(several(1, 2)), reader.classify(several(3, 4))];
    await expect(reader.classify(tinyDigit(5))).rejects.toMatchObject({
      code: 'DIGITS_OVERLOADED',
      retryable: true,
    });
    await Promise.all(waiting);
    expect(await reader.classify(tinyDigit(5))).toHaveLength(10);
  });
});

describe('waiting for a reader', () => {
  it('ends at the deadline, and nothing is read for it', async () => {
    const clock = createManualClock();
    const reader = await openTiny({ clock, maxWaitMs: 100 });
    const late = reader.classify(tinyDigit(1), { timeoutMs: 50 });
    const patient = reader.read({ pixels: tinyDigit(2) }, { timeoutMs: 200 });
    await turn();
    expect(reader.stats.queued).toBe(2);
    clock.advance(50);
    await expect(late).rejects.toMatchObject({ code: 'BASE_TIMEOUT' });
    expect(reader.stats.queued).toBe(1);
    clock.advance(50);
    expect((await patient).text).toBe('2');
    expect(reader.stats).toEqual({ batches: 1, digits: 1, queued: 0 });
    expect(clock.pending).toBe(0);
  });

  it('ends when the signal aborts, before and while waiting', async () => {
    const reader = await openTiny({ clock: createManualClock(), maxWaitMs: 100 });
    const reason = new Error('left');
    for (const ask of [
      (signal: AbortSignal) => reader.classify(tinyDigit(1), { signal }),
      (signal: AbortSignal) => reader.read({ pixels: tinyDigit(1) }, { signal }),
      (signal: AbortSignal) =>
        reader.read(
          {
            strokes: [
              [
                [0, 0],
                [5, 90],
              ],
            ],
          },
          { signal },
        ),
    ]) {
      await expect(ask(AbortSignal.abort(reason))).rejects.toBe(reason);
      const controller = new AbortController();
      const asked = ask(controller.signal);
      await turn();
      controller.abort(reason);
      await expect(asked).rejects.toBe(reason);
      expect(reader.stats.queued).toBe(0);
    }
    await reader.close();
  });
});

describe('read', () => {
  it('reads one digit that is prepared already', async () => {
    const reader = await openTiny();
    const pixels = tinyDigit(4);
    const reading = await reader.read({ pixels });
    expect(reading).toMatchObject({ text: '4', unsure: false, width: 28, height: 28, prepared: [pixels] });
    expect(reading.confidence).toBeGreaterThan(0.99);
    expect(reading.digits).toHaveLength(1);
    expect(reading.digits[0]).toMatchObject({ digit: 4, box: [0, 0, 28, 28] });
    expect(reading.digits[0]!.probabilities).toHaveLength(10);
  });

  it('is unsure below the threshold of its model', async () => {
    const reader = await openTiny();
    expect((await reader.read({ pixels: tinyDigit(4, 100) })).unsure).toBe(true);
    expect((await reader.read({ pixels: tinyDigit(4, 200) })).unsure).toBe(false);
  });

  it('finds nothing on empty paper', async () => {
    const reader = await openTiny();
    const nothing = { code: 'DIGITS_NONE_FOUND' };
    await expect(reader.read({ pixels: new Uint8Array(784) })).rejects.toMatchObject(nothing);
    await expect(reader.read({ strokes: [] })).rejects.toMatchObject(nothing);
    for (const colour of ['white', 'black', 'transparent', '#777'])
      await expect(reader.read({ bytes: await blank(colour) }), colour).rejects.toMatchObject(nothing);
    await expect(reader.read({ bytes: await blank('black', 1, 1) })).rejects.toMatchObject(nothing);
  });

  it('passes on what is wrong with a picture', async () => {
    const reader = await openTiny();
    await expect(reader.read({ bytes: new Uint8Array(0) })).rejects.toMatchObject({
      code: 'DIGITS_PICTURE_EMPTY',
    });
    await expect(reader.read({ bytes: Buffer.from('hello') })).rejects.toMatchObject({
      code: 'DIGITS_PICTURE_UNSUPPORTED',
    });
    await expect(reader.read({ pixels: new Uint8Array(10) })).rejects.toThrow(RangeError);
  });

  it('prepares so many pictures at once, keeps so many waiting, and refuses more', async () => {
    const reader = await openTiny({ maxPreparing: 1, maxPictures: 1 });
    const bytes = await blank('white');
    const asked = [1, 2, 3].map(() => reader.read({ bytes }));
    const codes = (await Promise.allSettled(asked)).map((one) =>
      one.status === 'rejected' ? one.reason.code : 'read',
    );
    expect(codes).toEqual(['DIGITS_NONE_FOUND', 'DIGITS_NONE_FOUND', 'DIGITS_OVERLOADED']);
  });
});

describe('the life of a reader', () => {
  it('finishes what it accepted when it is closed, and accepts no more', async () => {
    const reader = await openTiny({ maxBatch: 2 });
    const accepted = [
      reader.classify(several(1, 2, 3, 4, 5)),
      reader.read({
        strokes: [
          [
            [10, 0],
            [10, 80],
          ],
        ],
      }),
    ] as const;
    const closed = reader.close();
    expect(reader.closed).toBe(true);
    await expect(reader.classify(tinyDigit(1))).rejects.toMatchObject({ code: 'BASE_CLOSED' });
    await expect(reader.read({ pixels: tinyDigit(1) })).rejects.toMatchObject({ code: 'BASE_CLOSED' });
    expect(await accepted[0]).toHaveLength(50);
    expect((await accepted[1]).digits).toHaveLength(1);
    await closed;
    await reader.close();
    await reader.destroy();
  });

  it('waits for no picture that is being prepared when the signal aborts', async () => {
    const reader = await openTiny();
    const controller = new AbortController();
    const reading = reader.read({ bytes: await blank('white') }, { signal: controller.signal });
    const ended: string[] = [];
    // libvips decodes in a thread of its own, and so answers in a later turn.
    const turned = turn().then(() => ended.push('turn'));
    controller.abort(new Error('left'));
    await expect(reading).rejects.toThrow('left');
    ended.push('read');
    await turned;
    expect(ended).toEqual(['read', 'turn']);
  });

  it('finishes a picture that is being prepared when it is closed', async () => {
    const reader = await openTiny();
    const nothing = reader.read({ bytes: await blank('white') });
    const ended: string[] = [];
    const watched = nothing.catch(() => ended.push('read'));
    await reader.close().then(() => ended.push('closed'));
    await watched;
    expect(ended).toEqual(['read', 'closed']);
  });

  it('rejects everything that waits when it is destroyed', async () => {
    const reader = await openTiny({ clock: createManualClock(), maxWaitMs: 1000, maxPreparing: 1 });
    const bytes = await blank('white');
    const waiting = [
      reader.classify(tinyDigit(1)),
      reader.read({ pixels: tinyDigit(2) }),
      reader.read({ pixels: tinyDigit(3) }, { timeoutMs: 60_000 }),
      reader.read({ bytes }),
      reader.read({ bytes }),
    ];
    const settled = Promise.allSettled(waiting);
    await reader.destroy(new Error('shutting down'));
    for (const one of await settled)
      expect(one).toMatchObject({ status: 'rejected', reason: { message: 'shutting down' } });
    await expect(reader.classify(tinyDigit(1))).rejects.toMatchObject({ code: 'BASE_CLOSED' });
  });

  it('ends with the block that uses it', async () => {
    const model = await writeTinyModel();
    let kept: { closed: boolean };
    {
      await using reader = await openReader({ model });
      kept = reader;
    }
    expect(kept.closed).toBe(true);
  });
});
