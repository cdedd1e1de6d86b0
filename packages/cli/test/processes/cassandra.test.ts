import { describe, expect, it } from 'vitest';
import { connectionTo, noCassandra } from '../../../readings/test/named-cassandra.ts';
import { inkwire, serve, temporaryDirectory } from '../inkwire.ts';
import { expectKeptAndListed } from '../kept-and-listed.ts';

/** A URL of a new keyspace, with a password that the server does not ask for. */
const secret = 'open-sesame';
function url(): string {
  const { hosts, port, keyspace } = connectionTo();
  return `cassandra://me:${secret}@${hosts.join(',')}:${port}/${keyspace}?dc=dc1&replication=1`;
}

describe.skipIf(noCassandra)('readings in Cassandra', () => {
  it('are kept by a server and listed by the command, and no line shows the password', async () => {
    await using folder = await temporaryDirectory();
    const env = { INKWIRE_READINGS: url() };
    await using hub = await serve(['--data', folder.file('data')], { env });
    await hub.output(/keeps readings in cassandra:\/\/me:…@.*, the rest in/);
    await expectKeptAndListed(hub, env);
    const { stdout, stderr } = await hub.stop();
    expect(stdout + stderr).not.toContain(secret);
    expect(stderr).toMatch(/^inkwire: Keyspace \w+ keeps one copy of each reading: /);
  });

  it('are missing where none were kept, and no keyspace is made', async () => {
    const readings = url();
    for (let i = 0; i < 2; i++) {
      const { code, stderr } = await inkwire(['readings', '--readings', readings]);
      expect(code).toBe(1);
      expect(stderr).toMatch(/^inkwire: Nothing is kept in cassandra:\/\/me:…@.* \(CLI_DATA_MISSING\)\n$/);
    }
  });
});

describe('readings in a Cassandra that is away', () => {
  it('end the command in one line without the password', async () => {
    await using folder = await temporaryDirectory();
    const readings = `cassandra://me:${secret}@127.0.0.1:1/inkwire`;
    const { code, stderr } = await inkwire(['serve', '--data', folder.file('data'), '--readings', readings]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^inkwire: .*ECONNREFUSED.* \(READINGS_UNREACHABLE\)\n$/);
    expect(stderr).not.toContain(secret);
  });
});
