import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DigitsError, evaluatePages, openLabelledPages, type PageReading } from '../src/index.ts';
import { temporaryDirectory } from './data-files.ts';
import { blank } from './reader-pictures.ts';

/** Labelled pages with these texts, and a reader that answers by the colour of the page. */
async function pagesOf(rows: readonly { text: string; boxes?: string; says: PageReading | Error }[]) {
  const directory = await temporaryDirectory();
  const lines = rows.map(
    ({ text, boxes }, i) => `${i}.png\t${text}${boxes === undefined ? '' : `\t${boxes}`}\n`,
  );
  const withBoxes = rows.some(({ boxes }) => boxes !== undefined) ? '\tboxes' : '';
  await writeFile(join(directory, 'labels.tsv'), `name\ttext${withBoxes}\n${lines.join('')}`);
  const answers = new Map<string, PageReading | Error>();
  for (const [i, { says }] of rows.entries()) {
    const bytes = await blank(`rgb(${i}, 100, 200)`, 100, 60);
    answers.set(Buffer.from(bytes).toString('base64'), says);
    await writeFile(join(directory, `${i}.png`), bytes);
  }
  const read = async ({ bytes }: { readonly bytes: Uint8Array }) => {
    const answer = answers.get(Buffer.from(bytes).toString('base64'))!;
    if (answer instanceof Error) throw answer;
    return answer;
  };
  return { set: await openLabelledPages(directory), read };
}

const reading = (
  text: string,
  confidence: number,
  ...boxes: [number, number, number, number][]
): PageReading => ({
  text,
  confidence,
  digits: [...text.replaceAll(/\D/g, '')].map((digit, i) => ({
    digit: Number(digit),
    box: boxes[i] ?? [0, 0, 1, 1],
  })),
});
const none = new DigitsError('DIGITS_NONE_FOUND', 'No digit was found in the picture');

describe('evaluatePages', () => {
  it('compares digits only, whole strings first', async () => {
    const { set, read } = await pagesOf([
      { text: '12,34', says: reading('12 34', 0.995) },
      { text: '567', says: reading('56\n8', 0.95) },
      { text: '90', says: reading('9', 0.999) },
      { text: '4', says: reading('41', 0.5) },
      { text: '', says: none },
      { text: '', says: reading('1', 0.991) },
      { text: '8', says: none },
    ]);
    const evaluation = await evaluatePages(read, set);
    expect(evaluation).toMatchObject({
      count: 7,
      correct: 2,
      accuracy: 2 / 7,
      boxes: undefined,
      refused: [],
      sure: [
        { from: 0.99, count: 3, wrong: 2 },
        { from: 0.9, count: 4, wrong: 3 },
      ],
    });
    expect(evaluation.digits).toEqual({
      labelled: 11,
      read: 11,
      right: 8,
      recall: 8 / 11,
      precision: 8 / 11,
    });
    expect(evaluation.interval[0]).toBeLessThan(2 / 7);
    expect(evaluation.confusion[7]![8]).toBe(1);
    expect(evaluation.confusion[5]![5]).toBe(1);
    expect([evaluation.lost[0], evaluation.lost[8], evaluation.extra[1]]).toEqual([1, 1, 2]);
    expect([evaluation.recall[7], evaluation.recall[8], evaluation.recall[4]]).toEqual([0, 0, 1]);
    // Of the five wrong ones the surest first; where nothing was found nothing was sure.
    expect(evaluation.mistakes.map(({ name, expected, read }) => [name, expected, read])).toEqual([
      ['2.png', '90', '9'],
      ['5.png', '', '1'],
      ['1.png', '567', '568'],
      ['3.png', '4', '41'],
      ['6.png', '8', ''],
    ]);
  });

  it('measures how far confidence is from the share of right readings', async () => {
    const { set, read } = await pagesOf([
      { text: '1', says: reading('1', 0.9) },
      { text: '2', says: reading('3', 0.9) },
      { text: '', says: none },
    ]);
    // Both in one bin, half of them right; the page without digits says nothing of confidence.
    expect((await evaluatePages(read, set)).calibrationError).toBeCloseTo(0.4);
  });

  it('compares boxes where the set has them', async () => {
    const { set, read } = await pagesOf([
      {
        text: '12',
        boxes: '0,0,20,40 30,0,20,40',
        says: reading('129', 0.9, [1, 1, 20, 40], [45, 0, 20, 40], [70, 0, 20, 40]),
      },
      { text: '3', boxes: '0,0,20,40', says: reading('8', 0.9, [0, 0, 20, 40]) },
      { text: '4', boxes: '0,0,20,40', says: none },
    ]);
    const { boxes, digits } = await evaluatePages(read, set);
    expect(boxes).toEqual({ labelled: 4, read: 4, right: 1, recall: 1 / 4, precision: 1 / 4 });
    expect(digits).toMatchObject({ labelled: 4, read: 4, right: 2 });
  });

  it('counts a picture that is refused as wrong, and says why', async () => {
    const damaged = new DigitsError('DIGITS_PICTURE_DAMAGED', 'The picture cannot be decoded');
    const { set, read } = await pagesOf([
      { text: '12', says: damaged },
      { text: '', says: damaged },
      { text: '3', says: reading('3', 1) },
    ]);
    const evaluation = await evaluatePages(read, set);
    expect(evaluation).toMatchObject({ count: 3, correct: 1, digits: { labelled: 3, right: 1 } });
    expect(evaluation.refused.map(({ reason }) => reason)).toEqual([damaged.message, damaged.message]);
    expect(evaluation.lost[1]).toBe(1);
    const tooLarge = await evaluatePages(read, set, { maxPictureBytes: 5 });
    expect(tooLarge).toMatchObject({ correct: 0, refused: [{}, {}, {}] });
    expect(tooLarge.milliseconds.mean).toBeNaN();
  });

  it('keeps the pictures of the worst pages, reduced, and no more of them than asked for', async () => {
    const { set, read } = await pagesOf([
      { text: '1', says: reading('2', 0.3) },
      { text: '1', says: reading('3', 0.8) },
      { text: '1', says: reading('4', 0.6) },
    ]);
    const { mistakes, correct } = await evaluatePages(read, set, { maxMistakes: 2 });
    expect(correct).toBe(0);
    expect(mistakes.map(({ read }) => read)).toEqual(['3', '4']);
    expect(mistakes[0]!.thumbnail).toMatchObject({ width: 100, height: 60 });
    expect([...mistakes[0]!.thumbnail!.jpeg.subarray(0, 3)]).toEqual([0xff, 0xd8, 0xff]);
  });

  it('passes on what is no answer to a picture, and stops when the signal aborts', async () => {
    const { set, read } = await pagesOf([{ text: '1', says: new Error('broken reader') }]);
    await expect(evaluatePages(read, set)).rejects.toThrow('broken reader');
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(evaluatePages(read, set, { signal })).rejects.toThrow('enough');
    await expect(evaluatePages(read, { ...set, pages: [] })).rejects.toThrow(RangeError);
  });
});
