import { vi } from 'vitest';
import { interruptExitCodes } from '../src/interrupts.ts';
import { run } from '../src/program.ts';
import type { Outcome } from './inkwire.ts';

const signals = Object.keys(interruptExitCodes) as (keyof typeof interruptExitCodes)[];

/**
 * Runs `inkwire ARGS` in this process, for what a child process would leave to chance: `onOutput` is called with each text
 * as it is written, before the command goes on.
 */
export async function runHere(
  args: readonly string[],
  onOutput: (text: string) => void = () => {},
): Promise<Outcome> {
  const written = { stdout: '', stderr: '' };
  const spies = (['stdout', 'stderr'] as const).map((name) =>
    vi.spyOn(process[name], 'write').mockImplementation((text) => {
      written[name] += String(text);
      onOutput(String(text));
      return true;
    }),
  );
  const before = process.exitCode;
  process.exitCode = undefined;
  const listening = signals.map((signal) => new Set(process.listeners(signal)));
  try {
    await run(args);
    return { code: Number(process.exitCode ?? 0), signal: null, ...written };
  } finally {
    process.exitCode = before;
    // A command waits for a second signal until its process has ended.
    for (const [i, signal] of signals.entries())
      for (const listener of process.listeners(signal))
        if (!listening[i]!.has(listener)) process.off(signal, listener);
    for (const spy of spies) spy.mockRestore();
  }
}
