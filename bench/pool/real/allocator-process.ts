import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface AllocatorOptions {
  /** Connections of the database, `spare` of which are never lent. */
  readonly capacity: number;
  readonly spare: number;
  readonly strategy: 'fair' | 'mean';
  /** The database in which silent clients are fenced. */
  readonly databaseUrl: string;
  /** Default: that of `inkwire allocate`. */
  readonly leaseMs?: number;
}

/** `inkwire allocate` in a process of its own, its data in a directory of its own. */
export class AllocatorProcess implements AsyncDisposable {
  readonly #options: AllocatorOptions;
  readonly #directory = mkdtempSync(join(tmpdir(), 'inkwire-allocator-'));
  #process: ChildProcess | undefined;
  #port = 0;

  static async start(options: AllocatorOptions): Promise<AllocatorProcess> {
    const allocator = new AllocatorProcess(options);
    await allocator.restart();
    return allocator;
  }

  private constructor(options: AllocatorOptions) {
    this.#options = options;
  }

  get port(): number {
    return this.#port;
  }

  /** Starts it where it was, with what it kept on disk. */
  async restart(): Promise<void> {
    const { capacity, spare, strategy, databaseUrl, leaseMs } = this.#options;
    const flags = {
      capacity,
      spare,
      strategy,
      database: databaseUrl,
      wire: `127.0.0.1:${this.#port}`,
      data: this.#directory,
      ...(leaseMs && { 'lease-ms': leaseMs }),
    };
    const words = Object.entries(flags).flatMap(([name, value]) => [`--${name}`, String(value)]);
    const command = [process.execPath, join('packages', 'cli', 'bin', 'inkwire.js'), 'allocate', ...words];
    const child = spawn('setpriv', ['--pdeathsig=KILL', ...command], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#process = child;
    this.#port = await portOf(child);
  }

  /** Ends it as a crash would. */
  async kill(): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    await rm(this.#directory, { recursive: true, force: true });
  }
}

/** The port that it says it listens on. */
function portOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    let output = '';
    child.stdout!.on('data', (chunk) => {
      output += chunk;
      const port = /tcp:\/\/127\.0\.0\.1:(\d+)/.exec(output)?.[1];
      if (port) resolve(Number(port));
    });
    child.once('exit', (code) => reject(new Error(`The allocator ended with ${code}`)));
  });
}
