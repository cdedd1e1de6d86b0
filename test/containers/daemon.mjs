import { spawn, spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

const answers = (env) => spawnSync('docker', ['version'], { env: { ...process.env, ...env } }).status === 0;

/**
 * A Docker daemon: the one that answers already, or a private one whose images and containers end with `stop()`. Throws
 * with the end of its log when it does not start.
 *
 * @returns {Promise<{ host: string, stop(): Promise<void> }>}
 */
export async function startDaemon() {
  if (answers({}))
    return { host: process.env.DOCKER_HOST ?? 'unix:///var/run/docker.sock', stop: async () => {} };
  const directory = mkdtempSync(join(tmpdir(), 'inkwire-docker-'));
  const host = `unix://${directory}/docker.sock`;
  const logFile = join(directory, 'log');
  const log = openSync(logFile, 'a');
  const hadBridge = hasBridge();
  // With its rules of the packet filter: another daemon may have left a policy that drops what passes a bridge.
  const args = ['--host', host, '--pidfile', join(directory, 'pid')];
  args.push('--data-root', join(directory, 'data'), '--exec-root', join(directory, 'exec'));
  const daemon = spawn('dockerd', args, { stdio: ['ignore', log, log] });
  closeSync(log);
  let hasEnded = false;
  const ended = new Promise((resolve) => {
    const end = () => {
      hasEnded = true;
      resolve(undefined);
    };
    daemon.on('exit', end);
    daemon.on('error', end);
  });
  const stop = async () => {
    daemon.kill('SIGTERM');
    await ended;
    if (!hadBridge) spawnSync('ip', ['link', 'delete', 'docker0']);
    for (const mounted of mountsBelow(directory)) spawnSync('umount', [mounted]);
    rmSync(directory, { recursive: true, force: true });
  };
  for (let seconds = 0; seconds < 120 && !hasEnded; seconds++) {
    if (answers({ DOCKER_HOST: host })) return { host, stop };
    await wait(1000);
  }
  const reason = readFileSync(logFile, 'utf8').trim().split('\n').slice(-3).join('\n');
  await stop();
  throw new Error(`dockerd does not start here:\n${reason}`);
}

/** What a daemon leaves mounted, such as a network namespace; the deepest first. */
function mountsBelow(directory) {
  const points = readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '');
  return points.filter((point) => point.startsWith(`${directory}/`)).toReversed();
}

function hasBridge() {
  return spawnSync('ip', ['link', 'show', 'docker0']).status === 0;
}
