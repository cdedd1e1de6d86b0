import { digitsOfText, type LabelledMark, quoted, type StatedPage, setError } from './labelled-page.ts';
import { readRecords, type TextRecord } from './text-records.ts';

/** The columns of a labels file. */
interface Columns {
  /** Of all columns. */
  readonly count: number;
  readonly name: number;
  readonly text: number;
  /** −1 where there are no boxes. */
  readonly boxes: number;
}

/**
 * The pages of a `labels.csv` or `labels.tsv`: a header with the columns `name` (or `file`) and `text`, perhaps `boxes`, then
 * a record a page. Other columns are passed over. Boxes are `x,y,w,h`, a space between two, one for each digit in reading order.
 *
 * Throws `DIGITS_SET_INVALID`, naming file and line, and what `readRecords` throws.
 */
export async function* readLabelRecords(
  file: string,
  options: { readonly maxBytes: number; readonly signal?: AbortSignal | undefined },
): AsyncGenerator<StatedPage> {
  let columns: Columns | undefined;
  for await (const record of readRecords(file, options)) {
    const place = `${file}, line ${record.line}`;
    if (columns === undefined) columns = columnsOf(record, place);
    else yield pageOf(record, columns, place);
  }
}

function columnsOf({ fields }: TextRecord, place: string): Columns {
  const names = fields.map((field) => field.trim().toLowerCase());
  const columns = {
    count: names.length,
    name: names.findIndex((name) => name === 'name' || name === 'file'),
    text: names.indexOf('text'),
    boxes: names.findIndex((name) => /^boxes\b/.test(name)),
  };
  if (columns.name < 0 || columns.text < 0)
    throw setError(
      place,
      `expected a header with the columns name and text, got ${quoted(fields.join(' '))}`,
    );
  return columns;
}

function pageOf({ fields }: TextRecord, columns: Columns, place: string): StatedPage {
  if (fields.length > columns.count)
    throw setError(
      place,
      `${fields.length} fields, where the header has ${columns.count}: a field that holds a comma is written in quotes`,
    );
  const name = fields[columns.name] ?? '';
  const text = fields[columns.text];
  if (text === undefined) throw setError(place, 'expected a name and a text, got one field');
  const boxes = fields[columns.boxes];
  if (boxes === undefined) return { name, text, place };
  return { name, text, place, marks: marksOf(boxes, digitsOfText(text, place), place) };
}

function marksOf(boxes: string, digits: string, place: string): LabelledMark[] {
  const stated = boxes.split(/\s+/).filter(Boolean);
  if (stated.length !== digits.length)
    throw setError(place, `${digits.length} digits but ${stated.length} boxes`);
  return stated.map((box, i) => {
    const sides = box.split(',');
    const [x, y, width, height] = sides.map(Number);
    if (sides.length !== 4 || !sides.every((side) => side !== '' && Number.isFinite(Number(side))))
      throw setError(place, `${quoted(box)} is not a box x,y,width,height`);
    return { mark: digits[i]!, box: [x!, y!, width!, height!] };
  });
}
