import { expect, it } from 'vitest';
import { type FileReading, readOutputs } from './read-output.ts';

const digits = [{ digit: 4, confidence: 0.99, box: [1, 2, 3, 4], probabilities: [] }] as const;
const reading = {
  text: '47',
  written: '47',
  confidence: 0.98765,
  unsure: false,
  digits,
  width: 100,
  height: 50,
  prepared: [],
};

function read(file: string, changes: object = {}): FileReading {
  return {
    file,
    model: 'cnn 1a2b3c4d5e6f',
    reading: { ...reading, ...changes } as unknown as FileReading['reading'],
  };
}

it('writes a line with two spaces between its fields', () => {
  expect(readOutputs.text.record(read('a.png'))).toBe('a.png  47  0.9877\n');
});

it('says when the reader is not sure, and keeps several lines in one', () => {
  const line = readOutputs.text.record(
    read('a.png', { text: '12 3\n45', written: '12,3\n-45', unsure: true }),
  );
  expect(line).toBe('a.png  12,3 / -45  0.9877  unsure\n');
});

it('lets no file name command the terminal', () => {
  expect(readOutputs.text.record(read('a\u001b[2J\n.png'))).toBe('a\\u{1b}[2J\\u{a}.png  47  0.9877\n');
});

it('writes an object a line, without the prepared pixels', () => {
  const line = readOutputs.json.record(read('a.png', { text: '1\n2', written: '1\n-2' }));
  expect(line.indexOf('\n')).toBe(line.length - 1);
  expect(JSON.parse(line)).toEqual({
    file: 'a.png',
    text: '1\n2',
    written: '1\n-2',
    confidence: 0.98765,
    unsure: false,
    width: 100,
    height: 50,
    digits,
    model: 'cnn 1a2b3c4d5e6f',
  });
});

it('writes the cells of a grid as JSON', () => {
  const cells = { rows: 1, columns: 2, texts: [['4', '']] };
  expect(JSON.parse(readOutputs.json.record(read('a.png', { cells })))).toMatchObject({ cells });
});

it('writes CSV with a header', () => {
  expect(readOutputs.csv.header).toBe('file,text,confidence,unsure,model,written\r\n');
  expect(readOutputs.csv.record(read('a,b.png', { text: '1\n2', written: '1:5\n2', unsure: true }))).toBe(
    '"a,b.png","1\n2",0.9877,true,cnn 1a2b3c4d5e6f,"1:5\n2"\r\n',
  );
});

it('lets no file name be a formula of a spreadsheet', () => {
  expect(readOutputs.csv.record(read('=HYPERLINK(1).png'))).toMatch(/^'=HYPERLINK\(1\)\.png,/);
});
