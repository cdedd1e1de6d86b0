import type { Reading } from '@inkwire/wire/hub';
import { computed, signal } from '@preact/signals';
import { api } from '../api.ts';
import { type Problem, problemOf } from '../problem.ts';

/** A picture that lies on the sheet: one of this person's files, or one that the hub keeps (`file` undefined). */
export interface SheetPicture {
  readonly key: number;
  readonly name: string;
  readonly file: File | undefined;
  /** Undefined while it is being read, or when it could not be. */
  readonly reading: Reading | undefined;
  readonly problem: Problem | undefined;
}

/** The number that are read at the same time; the hub batches what arrives together. */
const atOnce = 3;

export const pictures = signal<readonly SheetPicture[]>([]);

/** Of several pictures, the one that is shown large. */
const chosenKey = signal<number | undefined>(undefined);

/** The picture that fills the sheet: the only one, or the chosen one. */
export const shownPicture = computed(() =>
  pictures.value.length === 1 ? pictures.value[0] : pictures.value.find(({ key }) => key === chosenKey.value),
);

export const choosePicture = (key: number | undefined): void => void (chosenKey.value = key);

let lastKey = 0;
let sitting = new AbortController();

/** Lays these files on the sheet and reads them, without keeping them. */
export function placeFiles(files: readonly File[]): void {
  if (files.length === 0) return;
  const laid = files.map(
    (file): SheetPicture => ({
      key: ++lastKey,
      name: file.name,
      file,
      reading: undefined,
      problem: undefined,
    }),
  );
  begin(laid);
  const queue = [...laid];
  const { signal: aborted } = sitting;
  const work = async (): Promise<void> => {
    for (let next = queue.shift(); next && !aborted.aborted; next = queue.shift())
      await readPicture(next, aborted);
  };
  for (let worker = 0; worker < atOnce; worker++) void work();
}

/** Lays down pictures that the hub keeps already. */
export function placeKept(readings: readonly Reading[]): void {
  begin(
    readings.map((reading) => ({
      key: ++lastKey,
      name: reading.label ?? '',
      file: undefined,
      reading,
      problem: undefined,
    })),
  );
}

export function removePictures(): void {
  begin([]);
}

/** Reads a picture again that the hub had no time for. */
export function retryPicture(picture: SheetPicture): void {
  void readPicture(picture, sitting.signal);
}

export function removePicture(key: number): void {
  pictures.value = pictures.value.filter((picture) => picture.key !== key);
}

function begin(laid: readonly SheetPicture[]): void {
  sitting.abort();
  sitting = new AbortController();
  chosenKey.value = undefined;
  pictures.value = laid;
}

async function readPicture({ key, file }: SheetPicture, aborted: AbortSignal): Promise<void> {
  if (!file) return;
  const settle = (change: Partial<SheetPicture>): void => {
    if (aborted.aborted) return;
    pictures.value = pictures.value.map((picture) =>
      picture.key === key ? { ...picture, ...change } : picture,
    );
  };
  settle({ problem: undefined });
  try {
    const [reading] = await api.read({ file }, { keep: false, signal: aborted });
    settle({ reading });
  } catch (error) {
    settle({ problem: problemOf(error) });
  }
}
