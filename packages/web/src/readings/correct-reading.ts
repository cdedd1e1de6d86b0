import type { Reading } from '@inkwire/wire/hub';
import { announce } from '../announcement.ts';
import { api } from '../api.ts';
import { report } from '../notices.ts';
import { problemOf } from '../problem.ts';
import { words } from '../words/language.ts';
import { correctionOf, textOf } from './reading-list.ts';
import { updateReading } from './reading-store.ts';

/** Writes a person's correction; null, nothing and the machine's own text take it back. The corrected reading, or undefined. */
export async function correctReading(reading: Reading, text: string | null): Promise<Reading | undefined> {
  const corrected = text === null ? null : correctionOf(reading, text);
  if (corrected === reading.corrected) return reading;
  updateReading({ ...reading, corrected });
  try {
    // It shows at once, so it has to outlive the page.
    const answer = await api.correct(reading.id, corrected, { keepalive: true });
    updateReading(answer);
    announce(words.value.readings.correctedSaved(textOf(answer)));
    return answer;
  } catch (error) {
    updateReading(reading);
    report(problemOf(error));
    return undefined;
  }
}
