import { spawnSync } from 'node:child_process';
import { expect, inject, onTestFinished, test } from 'vitest';
import {
  addressOf,
  authorization,
  healthy,
  pictureOfOne,
  post,
  remove,
  restricted,
  start,
  token,
  until,
} from './container.ts';
import { Docker } from './docker.ts';

const docker = new Docker(inject('dockerHost'));
const image = inject('image');
const served = [...restricted, '--env', `INKWIRE_TOKEN=${token}`];

function run(...args: string[]): string {
  const name = start(docker, args);
  onTestFinished(() => remove(docker, name));
  return name;
}

test('it reads a picture without a network, without a writable file system and without root', async () => {
  const args = ['run', '--rm', '--interactive', '--network', 'none', ...restricted, image, 'read', '-'];
  const { stdout, stderr, status } = spawnSync('docker', args, {
    env: docker.env,
    input: await pictureOfOne(),
    encoding: 'utf8',
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).toMatch(/^- {2}1 {2}/);
});

test('it serves without a network, writes to its volume only, and Docker finds it healthy', async () => {
  const name = run('--network', 'none', ...served, image);
  await until(() => docker.inspect(name, '.State.Health.Status') === 'healthy');
  const program = `
    const attempt = (file) => { try { require('fs').writeFileSync(file, ''); return 'written'; } catch (e) { return e.code; } };
    console.log(process.getuid(), attempt('/app/x'), attempt('/etc/x'), attempt('/data/x'));`;
  expect(docker.run(['exec', name, 'node', '--eval', program])).toBe('65532 EROFS EROFS written');
});

test('a hub that does not answer is unhealthy', () => {
  const name = run(
    '--network',
    'none',
    ...served,
    '--entrypoint',
    'node',
    image,
    '--eval',
    'setInterval(() => {}, 1000)',
  );
  expect(docker.attempt(['exec', name, 'node', '/app/health.mjs']).status).toBe(1);
});

test('without a token it refuses to serve addresses that others can reach', () => {
  const { status, output } = docker.attempt(['run', '--rm', ...restricted, image]);
  expect(status).toBe(1);
  expect(output).toContain('HUB_BINDING_UNSAFE');
});

test('what it has kept is there after SIGTERM, which ends it with 0, and after SIGKILL', async () => {
  const volume = docker.run(['volume', 'create']);
  onTestFinished(() => {
    docker.attempt(['volume', 'rm', '--force', volume]);
  });
  const serve = () => run('--publish', '127.0.0.1:0:8080', '--volume', `${volume}:/data`, ...served, image);
  const since = performance.now();
  const first = serve();
  const address = addressOf(docker, first, 8080);
  console.log(`docker run until /healthz answers: ${((await healthy(address, since)) / 1000).toFixed(2)} s`);
  const answer = await post(address, await pictureOfOne());
  expect(answer.status).toBe(201);
  const [reading] = (await answer.json()).readings;
  expect(reading.text).toBe('1');
  docker.run(['stop', first]);
  expect(docker.inspect(first, '.State.ExitCode')).toBe(0);

  for (const end of ['kill', 'stop']) {
    const again = serve();
    const where = addressOf(docker, again, 8080);
    await healthy(where);
    const kept = await fetch(`${where}/api/readings/${reading.id}`, { headers: authorization });
    expect(await kept.json()).toEqual(reading);
    docker.run([end, again]);
  }
});

test('the allocator is in the same image', async () => {
  const name = run('--publish', '127.0.0.1:0:8080', ...served, image, 'allocate', '--capacity', '10');
  const address = addressOf(docker, name, 8080);
  await healthy(address);
  const metrics = await (await fetch(`${address}/metrics`, { headers: authorization })).text();
  expect(metrics).toMatch(/^inkwire_pool_capacity 10$/m);
  docker.run(['stop', name]);
  expect(docker.inspect(name, '.State.ExitCode')).toBe(0);
});
