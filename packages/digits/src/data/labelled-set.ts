/** Pictures of single digits with their labels, as recipes and evaluation take them. */
export interface LabelledSet {
  /** Shown to people and written to records: `mnist-test`. */
  readonly name: string;
  readonly count: number;
  /** [count, 784], row-major 28×28, 0 = paper, 255 = ink. */
  readonly images: Uint8Array;
  /** [count], each 0…9. */
  readonly labels: Uint8Array;
  /** Of the two files' inflated content, in hexadecimal. */
  readonly sha256?: { readonly images: string; readonly labels: string };
  /** Pictures in which preparation did not find exactly one digit. An evaluation counts each as wrong. */
  readonly missed?: readonly MissedPicture[];
}

/** A picture in which preparation did not find exactly one digit, and why. */
export interface MissedPicture {
  readonly file: string;
  readonly label: number;
  readonly reason: string;
}

/** Bytes in one prepared digit, 28 × 28. */
export const digitBytes = 784;

/** A new set of the digits at `indexes`, in that order. */
export function pickDigits(set: LabelledSet, indexes: Uint32Array, name: string): LabelledSet {
  const images = new Uint8Array(indexes.length * digitBytes);
  const labels = new Uint8Array(indexes.length);
  indexes.forEach((from, to) => {
    images.set(set.images.subarray(from * digitBytes, (from + 1) * digitBytes), to * digitBytes);
    labels[to] = set.labels[from]!;
  });
  return { name, count: indexes.length, images, labels };
}

/** The digits of two sets, those of `first` before those of `second`, under the name of `first`. */
export function joinSets(first: LabelledSet, second: LabelledSet): LabelledSet {
  const count = first.count + second.count;
  const images = new Uint8Array(count * digitBytes);
  images.set(first.images);
  images.set(second.images, first.count * digitBytes);
  const labels = new Uint8Array(count);
  labels.set(first.labels);
  labels.set(second.labels, first.count);
  return { name: first.name, count, images, labels };
}

/** Pixels along each side of a prepared digit. */
export const pictureSide = 28;
