/** Figures of readings: how many are right, and how many of the surest are wrong. */
import type { Answer } from './readers.ts';

/** Readings of this confidence and above must not be wrong. */
export const sureFrom = 0.99;

export interface Score {
  readonly count: number;
  readonly right: number;
  /** Readings at 0.99 and above, and how many of them are wrong. */
  readonly sure: { readonly count: number; readonly wrong: number };
  /** Pictures that hold digits of which the separators were compared, and how many were right. */
  readonly written?: { readonly count: number; readonly right: number };
  /** Readings that are not unsure, of pictures without digits. */
  readonly sureOfNothing: number;
  /** Error codes other than DIGITS_NONE_FOUND. */
  readonly refusals: Record<string, number>;
}

/** What a picture says, beside what was read. */
export interface Judged {
  readonly truth: { readonly digits: string; readonly written?: string };
  readonly answer: Answer;
}

export const isRight = ({ truth, answer }: Judged): boolean =>
  truth.digits === answer.digits && answer.refusal === undefined;

export function scoreOf(judged: readonly Judged[]): Score {
  const sure = judged.filter(({ answer }) => answer.digits !== '' && answer.confidence >= sureFrom);
  const compared = judged.filter(
    ({ truth, answer }) => truth.written !== undefined && answer.written !== undefined,
  );
  const refusals: Record<string, number> = {};
  for (const { answer } of judged)
    if (answer.refusal) refusals[answer.refusal] = (refusals[answer.refusal] ?? 0) + 1;
  return {
    count: judged.length,
    right: judged.filter(isRight).length,
    sure: { count: sure.length, wrong: sure.filter((each) => !isRight(each)).length },
    ...(compared.length > 0 && {
      written: {
        count: compared.length,
        right: compared.filter(({ truth, answer }) => truth.written === answer.written).length,
      },
    }),
    sureOfNothing: judged.filter(({ truth, answer }) => truth.digits === '' && answer.isSure).length,
    refusals,
  };
}

/** The sum of scores. */
export function sumOf(scores: readonly Score[]): Score {
  const sum = (of: (score: Score) => number) => scores.reduce((total, score) => total + of(score), 0);
  const refusals: Record<string, number> = {};
  for (const score of scores)
    for (const [code, count] of Object.entries(score.refusals))
      refusals[code] = (refusals[code] ?? 0) + count;
  const written = {
    count: sum((score) => score.written?.count ?? 0),
    right: sum((score) => score.written?.right ?? 0),
  };
  return {
    count: sum(({ count }) => count),
    right: sum(({ right }) => right),
    sure: { count: sum(({ sure }) => sure.count), wrong: sum(({ sure }) => sure.wrong) },
    ...(written.count > 0 && { written }),
    sureOfNothing: sum(({ sureOfNothing }) => sureOfNothing),
    refusals,
  };
}

export const percent = (part: number, whole: number): string =>
  whole === 0 ? '–' : `${((100 * part) / whole).toFixed(1)} %`;

/** `3 of 120 (2.5 %)`: wrong among the sure. */
export const wrongOfSure = ({ sure }: Score): string =>
  `${sure.wrong} of ${sure.count}${sure.count > 0 ? ` (${percent(sure.wrong, sure.count)})` : ''}`;
