/**
 * The output of `read`: three forms of the same record.
 *
 *     text   FILE  WRITTEN  CONFIDENCE, two spaces between; `  unsure` behind it when the reader is not sure
 *     json   an object a line
 *     csv    RFC 4180 with a header
 */
import { csvRecord } from '@inkwire/base';
import type { ReadPicture } from '@inkwire/digits';
import { printable } from '../output/printable.ts';

/** The readings of one file, and the model that read them (`cnn 1a2b3c4d5e6f`). */
export interface FileReading {
  readonly file: string;
  readonly model: string;
  readonly reading: ReadPicture;
}

/** A form of output: what stands before everything, and what is written for each file. */
export interface ReadOutput {
  readonly header: string;
  record(read: FileReading): string;
}

/** The three forms by name. */
export const readOutputs = {
  text: {
    header: '',
    record({ file, reading: { written, confidence, unsure } }) {
      const fields = [printable(file), written.replaceAll('\n', ' / '), confidence.toFixed(4)];
      return `${[...fields, ...(unsure ? ['unsure'] : [])].join('  ')}\n`;
    },
  },
  json: {
    header: '',
    record({ file, model, reading }) {
      const { text, written, confidence, unsure, width, height, digits, cells, detector } = reading;
      const record = {
        file,
        text,
        written,
        confidence,
        unsure,
        width,
        height,
        digits,
        model,
        cells,
        detector,
      };
      return `${JSON.stringify(record)}\n`;
    },
  },
  csv: {
    header: csvRecord(['file', 'text', 'confidence', 'unsure', 'model', 'written']),
    record({ file, model, reading: { text, written, confidence, unsure } }) {
      return csvRecord([file, text, confidence.toFixed(4), unsure, model, written]);
    },
  },
} as const satisfies Record<string, ReadOutput>;
