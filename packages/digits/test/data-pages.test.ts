import { mkdir, open, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cutPageDigits, labelsFileOf, openLabelledPages, openMnistPart, readPages } from '../src/index.ts';
import { temporaryDirectory, writeIdxPair } from './data-files.ts';
import { blank, scannedRow } from './reader-pictures.ts';

/** A directory with these files; a name that ends in `.png` alone stands for a blank picture of 200 × 150. */
async function directoryOf(files: Record<string, string | Uint8Array>, ...pictures: string[]) {
  const directory = await temporaryDirectory();
  for (const name of pictures) {
    await mkdir(join(directory, name, '..'), { recursive: true });
    await writeFile(join(directory, name), await blank('white'));
  }
  for (const [name, content] of Object.entries(files)) await writeFile(join(directory, name), content);
  return directory;
}

const refusal = async (directory: string, options = {}) =>
  openLabelledPages(directory, options).then(
    () => 'opened',
    ({ code, message }: { code: string; message: string }) =>
      `${code} ${message.replaceAll(`${directory}/`, '')}`,
  );

const coco = (changes: object = {}) =>
  JSON.stringify({
    images: [{ id: 1, file_name: 'a.png' }],
    annotations: [],
    categories: [{ id: 4, name: '4' }],
    ...changes,
  });

describe('a labels.csv', () => {
  it('names pictures and what they say, quoted or not, with a byte order mark and CRLF or without', async () => {
    const labels = '\uFEFFname,text\r\n"one, two.png","12,34"\r\n\r\nsub/b.png,-7 8\r\nempty.png,\r\n';
    const directory = await directoryOf({ 'labels.csv': labels }, 'one, two.png', 'sub/b.png', 'empty.png');
    const { name, pages, hasBoxes } = await openLabelledPages(directory);
    expect([name, hasBoxes]).toEqual([basename(directory), false]);
    expect(pages.map(({ name, text, digits }) => [name, text, digits])).toEqual([
      ['one, two.png', '12,34', '1234'],
      ['sub/b.png', '-7 8', '78'],
      ['empty.png', '', ''],
    ]);
    expect(pages[1]!.file).toBe(join(directory, 'sub/b.png'));
  });

  it('may be tab separated, with a box a digit in the third column', async () => {
    const labels = 'file\ttext\tboxes (x,y,w,h)\na.png\t4,2\t1,2,30,40 35,2,30,148\n';
    const { pages, hasBoxes } = await openLabelledPages(await directoryOf({ 'labels.tsv': labels }, 'a.png'));
    expect(hasBoxes).toBe(true);
    expect(pages[0]!.marks).toEqual([
      { mark: '4', box: [1, 2, 30, 40] },
      { mark: '2', box: [35, 2, 30, 148] },
    ]);
  });

  it.each([
    ['name,text\na.png,1\nb.png,2\n', 'DIGITS_SET_MISSING labels.csv, line 3: there is no picture "b.png"'],
    [
      'name,text\na.png,1l\n',
      'DIGITS_SET_INVALID labels.csv, line 2: the text "1l" holds "l"; allowed are digits, spaces and . , - / :',
    ],
    [
      'name,text\na.png,1\n\na.png,1\n',
      'DIGITS_SET_INVALID labels.csv, line 4: "a.png" is labelled already, at labels.csv, line 2',
    ],
    [
      'name,text\n../a.png,1\n',
      'DIGITS_SET_INVALID labels.csv, line 2: "../a.png" leads out of the directory',
    ],
    [
      'name,text\n/etc/passwd,1\n',
      'DIGITS_SET_INVALID labels.csv, line 2: "/etc/passwd" leads out of the directory',
    ],
    ['name,text\n.,1\n', 'DIGITS_SET_INVALID labels.csv, line 2: expected the name of a picture'],
    ['name,text\na.png\n', 'DIGITS_SET_INVALID labels.csv, line 2: expected a name and a text'],
    ['a.png,1\n', 'DIGITS_SET_INVALID labels.csv, line 1: expected a header with the columns name and text'],
    ['name,text\n"a.png,1\n', 'DIGITS_SET_INVALID labels.csv, line 2: a quoted field does not end'],
    ['name,text\n"a.png"1,1\n', 'DIGITS_SET_INVALID labels.csv, line 2: text after the closing quote'],
    ['name,text\n', 'DIGITS_SET_INVALID labels.csv: no page is labelled'],
    ['', 'DIGITS_SET_INVALID labels.csv: no page is labelled'],
    [
      `name,text\na.png,${'1'.repeat(70_000)}\n`,
      'DIGITS_SET_INVALID labels.csv, line 2: more than 65536 characters',
    ],
    ['name,text,boxes\na.png,12,"1,1,5,5"\n', 'DIGITS_SET_INVALID labels.csv, line 2: 2 digits but 1 boxes'],
    ['name,text,boxes\na.png,1,"1,1,5"\n', 'DIGITS_SET_INVALID labels.csv, line 2: "1,1,5" is not a box'],
    ['name,text,boxes\na.png,1,",1,5,5"\n', 'DIGITS_SET_INVALID labels.csv, line 2: ",1,5,5" is not a box'],
    [
      'name,text,boxes\na.png,1,1,1,5,5\n',
      'DIGITS_SET_INVALID labels.csv, line 2: 6 fields, where the header has 3: a field that holds a comma is written in quotes',
    ],
    [
      'name,text,boxes\na.png,1,"190,1,12,5"\n',
      'DIGITS_SET_INVALID labels.csv, line 2: the box 190,1,12,5 of a 1 is not inside its picture of 200 × 150 pixels',
    ],
    ['name,text,boxes\na.png,1,"0,1,0,5"\n', 'DIGITS_SET_INVALID labels.csv, line 2: the box 0,1,0,5'],
  ])('is refused with the line: %j', async (labels, expected) => {
    const said = await refusal(await directoryOf({ 'labels.csv': labels }, 'a.png'));
    expect(said.slice(0, expected.length)).toBe(expected);
  });

  it('says that other text than UTF-8 is none', async () => {
    const labels = Buffer.from('name,text\na.png,1\n\xe4.png,2\n', 'latin1');
    expect(await refusal(await directoryOf({ 'labels.csv': labels }, 'a.png'))).toMatch(
      /^DIGITS_SET_INVALID labels.csv, line \d+: .*UTF-8/,
    );
  });

  it.each(['labels.csv', 'set.json'])('%s of a gigabyte is refused before it is read', async (name) => {
    const directory = await directoryOf({});
    await using file = await open(join(directory, name), 'w');
    await file.truncate(2 ** 30);
    expect(await refusal(directory)).toBe(
      `DIGITS_SET_TOO_LARGE ${name} has 1073741824 bytes; at most 67108864 are read`,
    );
  });

  it('takes boxes that a tool has rounded by a pixel, and a picture in a folder, but no folder', async () => {
    const csv = (box: string) => `name,text,boxes\nsub/a.png,1,"${box}"\n`;
    const directory = await directoryOf({ 'labels.csv': csv('-1,-1,202,152') }, 'sub/a.png');
    expect(await refusal(directory)).toBe('opened');
    for (const box of ['-2,0,20,20', '0,-2,20,20', '0,0,202,20', '0,0,20,152']) {
      await writeFile(join(directory, 'labels.csv'), csv(box));
      expect(await refusal(directory)).toMatch(/is not inside its picture/);
    }
    await writeFile(join(directory, 'labels.csv'), 'name,text\nsub,1\n');
    expect(await refusal(directory)).toBe('DIGITS_SET_INVALID labels.csv, line 2: "sub" is not a file');
  });

  it('labels no more pages than the limit', async () => {
    const directory = await directoryOf({ 'labels.csv': 'name,text\na.png,1\nb.png,2\n' }, 'a.png', 'b.png');
    expect(await refusal(directory, { maxPages: 1 })).toBe(
      'DIGITS_SET_TOO_LARGE labels.csv labels more than 1 pages',
    );
  });
});

describe('a COCO file', () => {
  it('gives boxes, and a text in reading order with its separators', async () => {
    const box = (category_id: number, x: number, y: number) => ({
      image_id: 1,
      category_id,
      bbox: [x, y, 20, 30],
    });
    const categories = [...'0123456789'].map((name, id) => ({ id, name }));
    const annotations = [box(3, 40, 80), box(7, 70, 10), box(1, 10, 10), box(4, 10, 82), box(11, 40, 12)];
    const json = coco({
      annotations,
      categories: [...categories, { id: 11, name: ',' }, { id: 12, name: 'digits' }],
    });
    const { pages, hasBoxes } = await openLabelledPages(
      await directoryOf({ 'set.json': `\uFEFF${json}` }, 'a.png'),
    );
    expect(hasBoxes).toBe(true);
    expect([pages[0]!.text, pages[0]!.digits]).toEqual(['1,7\n43', '1743']);
    expect(pages[0]!.marks!.map(({ mark }) => mark).join('')).toBe('1,743');
    expect(pages[0]!.marks![0]!.box).toEqual([10, 10, 20, 30]);
  });

  it('takes an image without annotations for a page without digits', async () => {
    const { pages } = await openLabelledPages(await directoryOf({ 'set.json': coco() }, 'a.png'));
    expect(pages).toMatchObject([{ name: 'a.png', text: '', digits: '', marks: [] }]);
  });

  const annotation = { image_id: 1, category_id: 4, bbox: [1, 1, 5, 5] };
  it.each([
    ['[', 'DIGITS_SET_INVALID set.json: not JSON'],
    [
      '{"images": [], "annotations": [{}], "categories": []}',
      'DIGITS_SET_INVALID set.json, annotations[0].image_id:',
    ],
    ['[]', 'DIGITS_SET_INVALID set.json, the whole:'],
    [coco({ images: [] }), 'DIGITS_SET_INVALID set.json: no page is labelled'],
    [
      coco({ images: [{ id: 1, file_name: 'b.png' }] }),
      'DIGITS_SET_MISSING set.json, images[0]: there is no picture "b.png"',
    ],
    [
      coco({ images: [{ id: 1, file_name: '../../b.png' }] }),
      'DIGITS_SET_INVALID set.json, images[0]: "../../b.png" leads out',
    ],
    [
      coco({ images: [1, 1].map((id) => ({ id, file_name: 'a.png' })) }),
      'DIGITS_SET_INVALID set.json, images[1]: a second image with the id 1',
    ],
    [
      coco({ images: [1, 2].map((id) => ({ id, file_name: 'a.png' })) }),
      'DIGITS_SET_INVALID set.json, images[1]: "a.png" is labelled already',
    ],
    [
      coco({ annotations: [{ ...annotation, image_id: 9 }] }),
      'DIGITS_SET_INVALID set.json, annotations[0]: there is no image with the id 9',
    ],
    [
      coco({ annotations: [{ ...annotation, category_id: 9 }] }),
      'DIGITS_SET_INVALID set.json, annotations[0]: there is no category with the id 9',
    ],
    [
      coco({ annotations: [annotation], categories: [{ id: 4, name: 'cat' }] }),
      'DIGITS_SET_INVALID set.json, annotations[0]: the category "cat" is none of 0 to 9',
    ],
    [
      coco({ annotations: [{ ...annotation, bbox: [1, 1, 5, 151] }] }),
      'DIGITS_SET_INVALID set.json, images[0]: the box 1,1,5,151 of a 4 is not inside',
    ],
  ])('is refused with the entry: %s', async (json, expected) => {
    const said = await refusal(await directoryOf({ 'set.json': json }, 'a.png'));
    expect(said.slice(0, expected.length)).toBe(expected);
  });

  it('needs pictures whose size is known', async () => {
    const directory = await directoryOf({ 'set.json': coco(), 'a.png': 'no picture' });
    expect(await refusal(directory)).toMatch(
      /^DIGITS_SET_INVALID set.json, images\[0\]: a.png is no picture/,
    );
  });
});

describe('labelsFileOf', () => {
  it('tells labelled pages from folders named after digits', async () => {
    expect(await labelsFileOf(await directoryOf({ 'about.json': '{}' }, '1/a.png'))).toBeUndefined();
    expect(await labelsFileOf(await directoryOf({ 'labels.csv': '' }, '1/a.png'))).toMatch(/labels\.csv$/);
    const idx = await directoryOf({ 'about.json': '{}' });
    await writeIdxPair(idx, 'train', [1]);
    expect(await labelsFileOf(idx)).toBeUndefined();
    const directory = await directoryOf({ 'labels.csv': '', 'package.json': '{}' });
    expect(await labelsFileOf(directory)).toBe(join(directory, 'labels.csv'));
    expect(await labelsFileOf(join(directory, 'package.json'))).toBe(join(directory, 'package.json'));
  });

  it('does not choose among several', async () => {
    const directory = await directoryOf({ 'train.json': '', 'test.json': '' });
    await expect(labelsFileOf(directory)).rejects.toMatchObject({
      code: 'DIGITS_SET_INVALID',
      message: `${directory}: holds test.json and train.json: name the one to use, ${join(directory, 'test.json')}`,
    });
  });

  it('says that there is no such directory, and openLabelledPages that there are no labels', async () => {
    await expect(labelsFileOf('/nowhere/at/all')).rejects.toMatchObject({ code: 'DIGITS_SET_MISSING' });
    await expect(openLabelledPages(await directoryOf({}))).rejects.toMatchObject({
      code: 'DIGITS_SET_MISSING',
    });
  });

  it('stops when the signal aborts', async () => {
    const directory = await directoryOf({ 'labels.csv': 'name,text\na.png,1\n' }, 'a.png');
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(openLabelledPages(directory, { signal })).rejects.toThrow(/enough|aborted/);
  });
});

describe('cutPageDigits', () => {
  it('cuts each digit by its box as a reader would, and lists what it cannot', async () => {
    const { images, labels } = await openMnistPart('train');
    const digit = (i: number) => images.subarray(i * 784, (i + 1) * 784);
    // Each digit is 140 pixels wide, with 20 of paper around it.
    const boxes = '20,20,140,140 200,20,140,140 0,0,10,10';
    const csv = `name,text,boxes\nrow.png,${labels[0]}-${labels[1]} 3,"${boxes}"\nbad.png,5,"0,0,9,9"\n`;
    const directory = await directoryOf(
      { 'row.png': await scannedRow([digit(0), digit(1)]), 'labels.csv': csv },
      'bad.png',
    );
    const set = await openLabelledPages(directory);
    await writeFile(join(directory, 'bad.png'), 'no picture any more');
    const cut = await cutPageDigits(set);
    expect([cut.count, [...cut.labels]]).toEqual([2, [labels[0], labels[1]]]);
    for (const i of [0, 1]) {
      const pixels = cut.images.subarray(i * 784, (i + 1) * 784);
      const shared = pixels.reduce((sum, ink, at) => sum + Math.min(ink, digit(i)[at]!), 0);
      expect(shared / digit(i).reduce((sum, ink) => sum + ink, 0)).toBeGreaterThan(0.6);
    }
    expect(cut.missed!.map(({ file, label, reason }) => [basename(file), label, reason])).toEqual([
      ['row.png', 3, 'no ink in the box 0,0,10,10'],
      ['bad.png', 5, expect.stringContaining('not a picture')],
    ]);
  });

  it('needs boxes, and a digit', async () => {
    const without = await directoryOf({ 'labels.csv': 'name,text\na.png,1\n' }, 'a.png');
    const invalid = (message: RegExp) => ({
      code: 'DIGITS_SET_INVALID',
      message: expect.stringMatching(message),
    });
    await expect(cutPageDigits(await openLabelledPages(without))).rejects.toMatchObject(invalid(/no boxes/));
    const blankOnes = await directoryOf({ 'set.json': coco() }, 'a.png');
    await expect(cutPageDigits(await openLabelledPages(blankOnes))).rejects.toMatchObject(
      invalid(/no digit/),
    );
  });
});

describe('readPages', () => {
  it('gives each page with its bytes, and names a picture that is too large', async () => {
    const directory = await directoryOf({ 'labels.csv': 'name,text\na.png,1\n' }, 'a.png');
    const { pages } = await openLabelledPages(directory);
    const read = [];
    for await (const each of readPages(pages)) read.push(each);
    expect(read).toMatchObject([{ page: { name: 'a.png' }, bytes: await blank('white') }]);
    await expect(readPages(pages, { maxPictureBytes: 9 }).next()).rejects.toMatchObject({
      code: 'DIGITS_PICTURE_TOO_LARGE',
      message: expect.stringContaining('a.png'),
    });
  });
});
