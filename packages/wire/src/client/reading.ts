import type { StrokePoint } from '../codec/messages.ts';

/** A picture to be read: the bytes of an image file, or pen strokes. */
export type Picture = Uint8Array | readonly (readonly StrokePoint[])[];

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

/** What the hub read in a picture, as its HTTP interface gives it as well. */
export interface Reading {
  /** UUIDv7; a later reading has a greater id. Empty when the reading was not kept. */
  readonly id: string;
  /** ISO 8601. */
  readonly time: string;
  /** Who brought the picture. */
  readonly source: string;
  /** The digits of a word together, words joined by a space, lines by `\n`. */
  readonly text: string;
  readonly confidence: number;
  /** Whether a person should look at it. */
  readonly unsure: boolean;
  readonly digits: readonly ReadDigit[];
  /** The version of the model that read it. */
  readonly model: string;
  /** What a person says that it is; the machine's `text` stays. */
  readonly corrected: string | null;
  /** Size of the upright picture, which the boxes refer to. */
  readonly width: number;
  readonly height: number;
  /** The true text, where it was known beforehand. */
  readonly label?: string;
}
