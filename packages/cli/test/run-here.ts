import { vi } from 'vitest';
import { run } from '../src/program.ts';
import type { Outcome } from './inkwire.ts';

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
  try {
    await run(args);
    return { code: Number(process.exitCode ?? 0), signal: null, ...written };
  } finally {
    process.exitCode = before;
    for (const spy of spies) spy.mockRestore();
  }
}
