/**
 * Runs a database server as its package installed it: as the user that it belongs to, on a loopback port of its own, with
 * its data in memory where there is room. It is killed when the process that started it ends, however that ends.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdtempSync, statfsSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

/** A program and its arguments. */
export type CommandLine = readonly [program: string, ...words: readonly string[]];

export interface ServerProcess {
  readonly pid: number;
  /** Ends the server with this signal, and waits until it has ended. */
  stop(signal: NodeJS.Signals): Promise<void>;
}

export interface ServerProcessOptions {
  readonly command: CommandLine;
  /** Who runs it when we are root, which database servers refuse to be. */
  readonly user: string;
  /** Resolves once the server answers; it is called again after it has rejected. */
  readonly ask: () => Promise<unknown>;
  /** Hears each line of the server's log. */
  readonly onLine?: (line: string) => void;
}

const startWithinMs = 30_000;
const isRoot = process.getuid?.() === 0;

/** Starts a server; resolves when it answers, rejects with the end of its log when it does not. */
export async function startServerProcess(options: ServerProcessOptions): Promise<ServerProcess> {
  const [program, ...words] = asUser(options.user, options.command);
  const child = spawn(program, words, { stdio: ['ignore', 'pipe', 'pipe'] });
  const log: string[] = [];
  for (const output of [child.stdout, child.stderr]) readLines(output, log, options.onLine);
  const failed = once(child, 'exit').then(() => 'ended');
  const started = await Promise.race([failed, answers(options.ask)]).catch(String);
  if (started !== 'answers') {
    child.kill('SIGKILL');
    throw new Error(`${options.command[0]} does not start (${started})\n${log.slice(-20).join('\n')}`);
  }
  return { pid: child.pid!, stop: (signal) => end(child, signal) };
}

/** Runs a command of a server's package to its end. */
export function runAsUser(user: string, command: CommandLine): void {
  const [program, ...words] = asUser(user, command);
  execFileSync(program, words, { stdio: ['ignore', 'ignore', 'pipe'] });
}

/**
 * The command as that user, if we may choose; killed when we are gone, which no handler of ours could promise, where the
 * system has a program for both.
 */
function asUser(user: string, command: CommandLine): CommandLine {
  if (process.platform !== 'linux') return command;
  const identity = isRoot ? [`--reuid=${user}`, `--regid=${idOf('-g', user)}`, '--init-groups'] : [];
  return ['setpriv', ...identity, '--pdeathsig=KILL', ...command];
}

/** A new directory that belongs to the server's user: in memory if there is room, for a disk's fsync takes seconds. */
export function makeDataDirectory(name: string, user: string): string {
  const directory = mkdtempSync(join(hasRoom('/dev/shm') ? '/dev/shm' : tmpdir(), `inkwire-${name}-`));
  if (isRoot) chownSync(directory, idOf('-u', user), idOf('-g', user));
  return directory;
}

function idOf(what: '-u' | '-g', user: string): number {
  return Number(execFileSync('id', [what, user], { encoding: 'utf8' }));
}

function hasRoom(directory: string): boolean {
  if (!existsSync(directory)) return false;
  const { bavail, bsize } = statfsSync(directory);
  return bavail * bsize > 2 ** 30;
}

/** A free port below those that the system gives to outgoing connections, so that a server that restarts finds it free. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    const server = createServer();
    const isFree = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false));
      server.listen(port, '127.0.0.1', () => resolve(true));
    });
    server.close();
    if (isFree) return port;
  }
}

async function answers(ask: () => Promise<unknown>): Promise<string> {
  for (const deadline = performance.now() + startWithinMs; ; await wait(20)) {
    try {
      await ask();
      return 'answers';
    } catch (error) {
      if (performance.now() > deadline) throw error;
    }
  }
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill(signal);
  await ended;
}

function readLines(
  output: NodeJS.ReadableStream,
  log: string[],
  onLine: (line: string) => void = () => {},
): void {
  let partial = '';
  output.setEncoding('utf8');
  output.on('data', (text: string) => {
    const lines = (partial + text).split('\n');
    partial = lines.pop()!;
    for (const line of lines) {
      log.push(line);
      if (log.length > 100) log.shift();
      onLine(line);
    }
  });
}
