import { endOfTurn } from '../channels/end-of-turn.ts';

/** What writes its answers together with others. */
export interface Answering {
  /** Writes what it has to answer; must not throw. */
  flush(): void;
}

/**
 * Who has answered and waits to be written. So many at a time: those who asked are woken up while the others are still
 * heard, and not one by one. With 50 connections that is up to a fifth more commands a second than one at a time; all at the
 * end of the turn, as Redis does, lets both sides wait for each other (docs/figures.md).
 */
const answered: Answering[] = [];
const answeredTogether = 16;

/** Writes the answers soon: with the next that are given in this turn, at its end at the latest. */
export function flushTogether(answering: Answering): void {
  const waiting = answered.push(answering);
  if (waiting === answeredTogether) flushAnswered();
  else if (waiting === 1) endOfTurn(flushAnswered);
}

/** Writes all answers that wait. */
export function flushAnswered(): void {
  for (const answering of answered.splice(0)) answering.flush();
}
