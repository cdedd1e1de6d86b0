/** Runs the built command as a child process, with none of this process's INKWIRE_ variables. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { allSettings, variableOf } from '../src/settings/settings.ts';

/** Every limit on time that a hub can be given, for tests that do not try it. */
const patientSettings = Object.fromEntries(
  Object.keys(allSettings)
    .filter((name) => name.endsWith('-timeout-ms'))
    .map((name) => [variableOf(name), '600000']),
);

/** The built command. */
export const bin = fileURLToPath(new URL('../bin/inkwire.js', import.meta.url));

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: Uint8Array;
  /** Leaves the input open, for the test to write to. */
  readonly keepsInput?: boolean;
  /** Who runs it. Default: who runs the test. */
  readonly uid?: number;
  readonly gid?: number;
}

export interface Outcome {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that is running. */
export interface Running extends AsyncDisposable {
  readonly child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly outcome: Promise<Outcome>;
  /** Resolves with the match once stdout or stderr holds it; rejects when the command ends without. */
  output(pattern: RegExp): Promise<RegExpExecArray>;
}

/** Starts `inkwire ARGS`. Disposing of it kills what is still running. */
export function start(args: readonly string[], options: RunOptions = {}): Running {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('INKWIRE_'));
  const child = spawn(process.execPath, [bin, ...args], {
    cwd: options.cwd ?? tmpdir(),
    env: { ...Object.fromEntries(inherited), ...patientSettings, ...options.env },
    stdio: ['pipe', 'pipe', 'pipe'],
    ...(options.uid !== undefined && { uid: options.uid, gid: options.gid }),
  });
  const written = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      written[name] += text;
      child.emit('written');
    });
  }
  // A command that ends without reading its input breaks the pipe; that is its right.
  child.stdin.on('error', () => {});
  if (!options.keepsInput) child.stdin.end(options.input ?? '');
  const outcome = once(child, 'close').then(([code, signal]) => ({ code, signal, ...written }) as Outcome);
  const ended = outcome.then((end) => {
    throw new Error(`Ended too early: ${JSON.stringify(end)}`);
  });
  ended.catch(() => {});
  return {
    child,
    outcome,
    async output(pattern) {
      for (;;) {
        const found = pattern.exec(written.stdout) ?? pattern.exec(written.stderr);
        if (found) return found;
        await Promise.race([once(child, 'written'), ended]);
      }
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await outcome;
    },
  };
}

/** Runs `inkwire ARGS` to its end. */
export function inkwire(args: readonly string[], options?: RunOptions): Promise<Outcome> {
  return start(args, options).outcome;
}

/** A server on a port that the system chose. */
export interface Server extends Running {
  readonly url: string;
  /** Sends SIGTERM and waits for the end. */
  stop(): Promise<Outcome>;
}

/** Starts `inkwire serve` and waits until it is ready. */
export async function serve(args: readonly string[], options?: RunOptions): Promise<Server> {
  const running = start(['serve', '--http', '127.0.0.1:0', '--wire', 'off', ...args], options);
  const [, url] = await running.output(/ready on (https?:\S+)/);
  return {
    ...running,
    url: url!,
    stop() {
      running.child.kill('SIGTERM');
      return running.outcome;
    },
  };
}

/** A directory that is removed when the block ends. */
export async function temporaryDirectory(): Promise<
  AsyncDisposable & { path: string; file(name: string): string }
> {
  const path = await mkdtemp(join(tmpdir(), 'inkwire-cli-'));
  return {
    path,
    file: (name) => join(path, name),
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }),
  };
}
