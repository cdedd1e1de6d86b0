import type { StrokePoint } from '../codec/messages.ts';

/** A picture to be read: the bytes of an image file, or pen strokes. */
export type Picture = Uint8Array | readonly (readonly StrokePoint[])[];
