/** The compose file, with what fits: two hubs, the balancer, PostgreSQL and the allocator. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { authorization, healthy, pictureOfOne, post, token, until } from './container.ts';
import { importDebianImage } from './debian-image.ts';
import { Docker } from './docker.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const docker = new Docker(inject('dockerHost'));
const project = `inkwire-test-${process.pid}`;
const path = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const password = 'a-password-of-the-tests';

/** What the example of `.env` asks for, with values of our own, and the stand-ins for official images. */
const env = {
  INKWIRE_IMAGE: inject('image'),
  INKWIRE_TOKEN: token,
  INKWIRE_READ_TOKEN: 'a-screen-of-the-tests',
  INKWIRE_HTTP_PORT: '0',
  INKWIRE_WIRE_PORT: '0',
  POSTGRES_PASSWORD: password,
  INKWIRE_READINGS: `postgres://inkwire:${password}@postgres/inkwire`,
  INKWIRE_POOL_DATABASE: `postgres://inkwire:${password}@postgres/inkwire`,
  POSTGRES_IMAGE: 'inkwire-test-postgres',
  HAPROXY_IMAGE: 'inkwire-test-haproxy',
};
const compose = (...args: string[]) =>
  docker.compose(['--project-name', project, '--file', `${root}compose.yaml`, ...args], env);
const containerOf = (service: string) => `${project}_${service}_1`;

/** The address of a service in the network that is not published: this machine reaches it, and nobody else. */
function insideAddressOf(service: string): string {
  const networks = docker.inspect(containerOf(service), '.NetworkSettings.Networks') as Record<
    string,
    { IPAddress: string }
  >;
  return `http://${networks[`${project}_inside`]!.IPAddress}:8080`;
}

/** Does what the official image does with its variables, as far as the compose file uses them. */
const startPostgres = [
  'data=/var/lib/postgresql/data',
  'if [ ! -s "$data/PG_VERSION" ]; then',
  '  echo "$POSTGRES_PASSWORD" > /tmp/password',
  '  initdb --pgdata="$data" --username="$POSTGRES_USER" --pwfile=/tmp/password --auth=scram-sha-256',
  '  echo "host all all all scram-sha-256" >> "$data/pg_hba.conf"',
  '  echo "CREATE DATABASE $POSTGRES_DB" | postgres --single -D "$data" postgres',
  'fi',
  'exec "$@" -D "$data" -c listen_addresses="*"',
].join('\n');

function importStandIns(): void {
  const [version] = readdirSync('/usr/lib/postgresql');
  importDebianImage(docker, {
    tag: env.POSTGRES_IMAGE,
    packages: [`postgresql-${version}`],
    changes: [
      `ENV PATH=/usr/lib/postgresql/${version}/bin:${path} LC_ALL=C.UTF-8`,
      `ENTRYPOINT ${JSON.stringify(['/bin/bash', '-e', '-c', startPostgres, 'postgres'])}`,
    ],
  });
  importDebianImage(docker, {
    tag: env.HAPROXY_IMAGE,
    packages: ['haproxy'],
    changes: [
      `ENV PATH=${path}`,
      'USER haproxy',
      'CMD ["haproxy", "-W", "-db", "-f", "/usr/local/etc/haproxy/haproxy.cfg"]',
    ],
  });
}

let address: string;

beforeAll(async () => {
  importStandIns();
  compose('up', '--detach');
  address = `http://${compose('port', 'balancer', '8080').trim()}`;
  for (const service of ['hub-a', 'hub-b', 'allocator-a']) await healthy(insideAddressOf(service));
  await healthy(address);
});

afterAll(() => {
  compose('down', '--volumes', '--timeout', '5');
});

const count = async (of: string) =>
  Number(
    /^inkwire_readings (\d+)$/m.exec(
      await (await fetch(`${of}/metrics`, { headers: authorization })).text(),
    )?.[1],
  );

test('no variable has a password by default, and the example has a value for each that must be set', () => {
  const text = readFileSync(`${root}compose.yaml`, 'utf8');
  const variables = [...text.matchAll(/\$\{(\w+)(?::([-?])([^}]*))?\}/g)];
  const secret = variables.filter(([, name]) => /TOKEN|PASSWORD|READINGS|DATABASE/.test(name!));
  expect(secret.length).toBeGreaterThan(5);
  for (const [, name, kind, rest] of secret)
    expect(`${name} ${kind} ${kind === '-' ? rest : ''}`).toMatch(/ \? $| - $/);
  const example = readFileSync(`${root}.env.example`, 'utf8');
  for (const [, name, kind] of variables)
    if (kind === '?') expect(example).toMatch(new RegExp(`^${name}=.`, 'm'));
  expect(existsSync(`${root}.env`)).toBe(false);
});

test('the file is right with every profile', () => {
  const profiles = ['cassandra', 'bus', 'standby'].flatMap((name) => ['--profile', name]);
  expect(
    compose(...profiles, 'config', '--services')
      .trim()
      .split('\n')
      .sort(),
  ).toEqual(
    ['allocator-a', 'allocator-b', 'balancer', 'cassandra', 'hub-a', 'hub-b', 'nats', 'postgres'].sort(),
  );
});

test('no service may gain rights, and each of ours has a read-only file system', () => {
  for (const service of ['hub-a', 'hub-b', 'allocator-a', 'balancer', 'postgres'])
    expect(docker.inspect(containerOf(service), '.HostConfig'), service).toMatchObject({
      ReadonlyRootfs: true,
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges:true'],
      PidsLimit: 200,
      RestartPolicy: { Name: 'unless-stopped' },
    });
});

test('a picture that is posted through the balancer is kept once, for both hubs', async () => {
  const before = await count(address);
  const answer = await post(address, await pictureOfOne());
  expect(answer.status).toBe(201);
  const [{ id }] = (await answer.json()).readings;
  for (const service of ['hub-a', 'hub-b']) {
    const hub = insideAddressOf(service);
    const kept = await fetch(`${hub}/api/readings/${id}`, { headers: authorization });
    expect(kept.status).toBe(200);
    expect((await kept.json()).text).toBe('1');
    expect(await count(hub)).toBe(before + 1);
  }
});

test('when a hub is killed, the other one serves, and a hub that is back is used again', async () => {
  const picture = await pictureOfOne();
  docker.run(['kill', containerOf('hub-a')]);
  // What was under way on the killed hub fails; what comes after that finds the other one.
  await until(async () => (await post(address, picture)).status === 201);
  const answers: number[] = [];
  for (let request = 0; request < 20; request++) answers.push((await post(address, picture)).status);
  expect(answers).toEqual(Array(20).fill(201));
  compose('start', 'hub-a');
  await healthy(insideAddressOf('hub-a'));
  docker.run(['kill', containerOf('hub-b')]);
  await until(async () => (await post(address, picture)).status === 201);
});

test('the allocator of the compose file shares the connections that PostgreSQL takes', async () => {
  const metrics = await fetch(`${insideAddressOf('allocator-a')}/metrics`, { headers: authorization });
  const text = await metrics.text();
  expect(text).toMatch(/^inkwire_pool_capacity 37$/m);
  expect(text).toMatch(/^inkwire_pool_fences_failed_total 0$/m);
});
