import type { Reading } from '@inkwire/wire/hub';
import { computed, signal } from '@preact/signals';
import { announce } from '../announcement.ts';
import { api } from '../api.ts';
import { toSent } from '../ink/stroke.ts';
import { type Problem, problemOf } from '../problem.ts';
import { addReadings } from '../readings/reading-store.ts';
import { words } from '../words/language.ts';
import { pictures, placeKept, removePicture, removePictures } from './pictures.ts';
import { clearInk, liveStroke, preview, strokes } from './sheet-ink.ts';

/** The outcome of the last request that a button sent to the hub. */
export interface Outcome {
  readonly kept?: readonly Reading[];
  readonly problem?: Problem;
}

export const keeping = signal(false);
export const outcome = signal<Outcome>({});

const unkept = computed(() => pictures.value.filter(({ file, reading }) => file && reading));

/** The number of readings that the Keep button would keep. */
export const keepable = computed(() => {
  if (pictures.value.length > 0) return unkept.value.length;
  const { problem } = preview.value;
  const isHopeless = problem !== undefined && problem.retryAfterMs === undefined;
  return strokes.value.length > 0 && !liveStroke.value && !isHopeless ? 1 : 0;
});

/** Keeps what is on the sheet, and clears it: the next number can be written at once. */
export async function keep(): Promise<void> {
  if (keeping.value || keepable.value === 0) return;
  await attempt(async () => {
    const kept = pictures.value.length > 0 ? await keepPictures() : await keepInk();
    outcome.value = { kept };
    const [only] = kept;
    announce(
      kept.length === 1 && only
        ? words.value.reading.kept(only.written)
        : words.value.reading.keptMany(kept.length),
    );
  });
}

/** Reads the first pictures of the test set and lays them on the sheet. */
export async function trySamples(count: number): Promise<void> {
  if (keeping.value) return;
  await attempt(async () => {
    const readings = await api.samples(count);
    addReadings(...readings);
    clearInk();
    placeKept(readings);
    const right = readings.filter(({ text, label }) => text === label).length;
    announce(words.value.reading.samplesRight(right, readings.length));
  });
}

async function attempt(task: () => Promise<void>): Promise<void> {
  keeping.value = true;
  outcome.value = {};
  try {
    await task();
  } catch (error) {
    outcome.value = { problem: problemOf(error) };
  } finally {
    keeping.value = false;
  }
}

async function keepInk(): Promise<readonly Reading[]> {
  const written = strokes.value;
  const kept = await api.read({ strokes: toSent(written) });
  addReadings(...kept);
  if (strokes.value === written) clearInk();
  return kept;
}

/** One request for each, so that a bad picture spoils nothing; those that are kept leave the sheet. */
async function keepPictures(): Promise<readonly Reading[]> {
  const kept: Reading[] = [];
  for (const { key, file } of unkept.value) {
    const readings = await api.read({ file: file! });
    addReadings(...readings);
    kept.push(...readings);
    removePicture(key);
  }
  if (pictures.value.length === 0) removePictures();
  return kept;
}
