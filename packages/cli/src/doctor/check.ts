import { messageOf } from '@inkwire/base';
import { failureText } from '../output/failure.ts';
import type { Configuration } from '../settings/configuration.ts';

/** What a check has found: `problem` keeps the server from starting or from keeping its promises, `warning` may. */
export interface Finding {
  readonly state: 'ok' | 'warning' | 'problem';
  /** A sentence that says what is so and, unless all is well, what to do. */
  readonly message: string;
}

/** One thing that is looked at. It changes nothing. A check with nothing to look at finds nothing. */
export interface Check {
  /** What it looks at, in a word or two. */
  readonly subject: string;
  find(configuration: Configuration): Promise<readonly Finding[]> | readonly Finding[];
}

/** A finding, and the subject of its check. */
export interface Diagnosis extends Finding {
  readonly subject: string;
}

export const ok = (message: string): Finding => ({ state: 'ok', message });
export const warning = (message: string): Finding => ({ state: 'warning', message });
export const problem = (message: string): Finding => ({ state: 'problem', message });

/** The finding of something that was thrown: its message and its code. */
export const failure = (error: unknown): Finding => problem(failureText(error));

/** Runs the checks one after the other. One that fails itself is a problem. */
export async function* diagnose(
  checks: readonly Check[],
  configuration: Configuration,
): AsyncGenerator<Diagnosis> {
  for (const { subject, find } of checks) {
    let findings: readonly Finding[];
    try {
      findings = await find(configuration);
    } catch (error) {
      findings = [problem(`This could not be looked at: ${messageOf(error)}`)];
    }
    for (const finding of findings) yield { subject, ...finding };
  }
}
