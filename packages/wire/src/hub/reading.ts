import type { PlainValue } from '../codec/values.ts';
import { type Fields, fieldsIn, haveType, isFields } from './json.ts';

/** One digit of a reading. */
export interface ReadDigit {
  readonly digit: number;
  /** Calibrated, 0…1. */
  readonly confidence: number;
  /** x, y, width and height in pixels of the upright picture. */
  readonly box: readonly [number, number, number, number];
  /** Ten of them, for the digits 0 … 9; their sum is 1. */
  readonly probabilities: readonly number[];
}

/** The grid that was found in a picture, as a sudoku's or a form's. */
export interface ReadCells {
  readonly rows: number;
  readonly columns: number;
  /** Row by row, [rows][columns]: what stands in each cell, empty where nothing does. */
  readonly texts: readonly (readonly string[])[];
}

/** The hub's reading of a picture: over HTTP, on the topic `$readings`, and in the reply to `read`. */
export interface Reading {
  /** UUIDv7; a later reading has a greater id. Empty when the reading was not kept. */
  readonly id: string;
  /** ISO 8601. */
  readonly time: string;
  /** The source of the picture: `upload`, `drawing`, `sample`, a member's name. */
  readonly source: string;
  /** The digits of a word together, words joined by a space, lines by `\n`. */
  readonly text: string;
  /**
   * The text as it stands in the picture: `text` with the separators in their places (`12,34`, `-828`, `11/08/2035`).
   * Readings of a reader that knows no separators have `text` here.
   */
  readonly written: string;
  readonly confidence: number;
  /** Whether a person should check it. */
  readonly unsure: boolean;
  readonly digits: readonly ReadDigit[];
  /** The version of the model that read it. */
  readonly model: string;
  /** The text that a person says it is; the machine's `text` stays. */
  readonly corrected: string | null;
  /** Size of the upright picture, which the boxes refer to. */
  readonly width: number;
  readonly height: number;
  /** The true text, where it was known beforehand. */
  readonly label?: string;
  /** Present only when a grid was found. */
  readonly cells?: ReadCells;
  /** The version of the detector that found the digits. Absent where rules or pen strokes told where they are. */
  readonly detector?: string;
}

/**
 * A message of the topic `$readings`, or a value of that table. Undefined for anything but a whole reading. A hub from before
 * readings had `written` sends none: it is then `text`.
 */
export function parseReading(value: PlainValue | undefined): Reading | undefined {
  const fields = fieldsIn(value);
  if (fields === undefined) return undefined;
  const whole = { ...fields, written: fields.written ?? fields.text };
  return isReading(whole) ? whole : undefined;
}

function isReading(fields: Fields): fields is Fields & Reading {
  const { unsure, digits, corrected, label = '', cells, detector = '' } = fields;
  return (
    haveType(fields, 'string', ['id', 'time', 'source', 'text', 'written', 'model']) &&
    haveType(fields, 'number', ['confidence', 'width', 'height']) &&
    typeof unsure === 'boolean' &&
    (corrected === null || typeof corrected === 'string') &&
    typeof label === 'string' &&
    typeof detector === 'string' &&
    (cells === undefined || areCells(cells)) &&
    Array.isArray(digits) &&
    digits.every(isDigit)
  );
}

function isDigit(value: unknown): boolean {
  return (
    isFields(value) &&
    haveType(value, 'number', ['digit', 'confidence']) &&
    areNumbers(value.box, 4) &&
    areNumbers(value.probabilities, 10)
  );
}

function areCells(value: unknown): boolean {
  if (!isFields(value) || !haveType(value, 'number', ['rows', 'columns'])) return false;
  const { rows, columns, texts } = value;
  return (
    Array.isArray(texts) &&
    texts.length === rows &&
    texts.every(
      (row) => Array.isArray(row) && row.length === columns && row.every((text) => typeof text === 'string'),
    )
  );
}

function areNumbers(value: unknown, length: number): boolean {
  return Array.isArray(value) && value.length === length && value.every(Number.isFinite);
}
