import type { Reading } from '@inkwire/wire/hub';
import { announce } from '../announcement.ts';
import { api } from '../api.ts';
import { report } from '../notices.ts';
import { problemOf } from '../problem.ts';
import { words } from '../words/language.ts';
import { updateReading } from './reading-store.ts';

/** Writes a person's correction; null takes it back, and so does the machine's own text. The corrected reading, or undefined. */
export async function correctReading(reading: Reading, text: string | null): Promise<Reading | undefined> {
  const corrected = text === null || text.trim() === '' || text.trim() === reading.text ? null : text.trim();
  if (corrected === reading.corrected) return reading;
  updateReading({ ...reading, corrected });
  try {
    const answer = await api.correct(reading.id, corrected);
    updateReading(answer);
    announce(words.value.readings.correctedSaved(answer.corrected ?? answer.text));
    return answer;
  } catch (error) {
    updateReading(reading);
    report(problemOf(error));
    return undefined;
  }
}
