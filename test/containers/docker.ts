import { execFileSync, spawnSync } from 'node:child_process';

/** The command `docker`, speaking to one daemon. */
export class Docker {
  readonly env: NodeJS.ProcessEnv;

  constructor(host: string) {
    // The classic builder: Debian's daemon comes without the plugin of the newer one.
    this.env = { ...process.env, DOCKER_HOST: host, DOCKER_BUILDKIT: '0' };
  }

  /** Runs it and returns what it printed, without the last line's end. Throws with what it printed on stderr. */
  run(args: readonly string[], options: { readonly input?: string } = {}): string {
    const { status, stdout, stderr } = spawnSync('docker', args, {
      env: this.env,
      encoding: 'utf8',
      maxBuffer: 2 ** 28,
      ...options,
    });
    if (status !== 0) throw new Error(`docker ${args.join(' ')} ended with ${status}: ${stderr}${stdout}`);
    return stdout.trimEnd();
  }

  /** Runs it and returns its exit code and everything that it printed. */
  attempt(args: readonly string[]): { readonly status: number | null; readonly output: string } {
    const { status, stdout, stderr } = spawnSync('docker', args, { env: this.env, encoding: 'utf8' });
    return { status, output: stdout + stderr };
  }

  succeeds(args: readonly string[]): boolean {
    return this.attempt(args).status === 0;
  }

  /** One value of `docker inspect`, by a template's path: `.State.ExitCode`. */
  inspect(name: string, path: string): unknown {
    return JSON.parse(this.run(['inspect', '--format', `{{json ${path}}}`, name]));
  }

  /** Runs docker-compose with a file of the repository. */
  compose(args: readonly string[], env: NodeJS.ProcessEnv): string {
    return execFileSync('docker-compose', args, {
      env: { ...this.env, ...env },
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }
}
