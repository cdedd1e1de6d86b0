import { type Clock, systemClock } from '@inkwire/base';

/** The signals that ask a program to end, and the exit code that says which (128 + its number). */
export const interruptExitCodes = { SIGINT: 130, SIGTERM: 143 } as const;

/** A signal that asks the program to end. */
export type Interrupt = keyof typeof interruptExitCodes;

/** The part of `process` that `onInterrupt` needs. */
export interface SignalSource {
  on(signal: Interrupt, listener: (signal: Interrupt) => void): unknown;
  off(signal: Interrupt, listener: (signal: Interrupt) => void): unknown;
}

/**
 * npm and npx pass Ctrl-C on to a child that has already had it from the terminal. A signal that comes this soon
 * after the first is the same keypress.
 */
const echoMs = 300;

/**
 * Calls `first` at the first SIGINT or SIGTERM and `again` at the next, until disposed of. While it lives the signals
 * do not end the process by themselves.
 */
export function onInterrupt(
  hooks: { first(signal: Interrupt): void; again(signal: Interrupt): void },
  source: SignalSource = process,
  clock: Clock = systemClock,
): Disposable {
  let since: number | undefined;
  const listener = (signal: Interrupt) => {
    if (since === undefined) {
      since = clock.monotonic();
      hooks.first(signal);
    } else if (clock.monotonic() - since >= echoMs) {
      hooks.again(signal);
    }
  };
  const signals = Object.keys(interruptExitCodes) as Interrupt[];
  for (const signal of signals) source.on(signal, listener);
  return {
    [Symbol.dispose]() {
      for (const signal of signals) source.off(signal, listener);
    },
  };
}

/** Ends the process at once, as the signal would have done. */
export function exitAtOnce(signal: Interrupt): void {
  process.exit(interruptExitCodes[signal]);
}

/** Resolves with the first signal. The second ends the process wherever it is. */
export function firstInterrupt(): Promise<Interrupt> {
  return new Promise((resolve) => {
    onInterrupt({ first: resolve, again: exitAtOnce });
  });
}
