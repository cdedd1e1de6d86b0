import { expect, it } from 'vitest';
import { inspectPostgresReadings } from '../../src/postgres/index.ts';
import { describeWithPostgres, nameOf, open, server } from '../postgres-stage.ts';

describeWithPostgres('what a database of PostgreSQL says of itself', () => {
  it('before and after its tables were made, and makes none', async () => {
    const connection = await server.createDatabase();
    const before = await inspectPostgresReadings({ connection });
    expect(before).toMatchObject({
      server: expect.stringMatching(/^\d+/),
      version: undefined,
      mayCreate: true,
      isReadOnly: false,
      missingRights: undefined,
      trigrams: 'possible',
      maxConnections: 57,
      // As the tests start it.
      isFlushing: false,
    });
    expect(before.usedConnections).toBeGreaterThanOrEqual(1);
    const schemas = "SELECT to_regnamespace('inkwire') AS it";
    expect(await server.sql(nameOf(connection), schemas)).toEqual([{ it: null }]);
    await open({ connection });
    const after = await inspectPostgresReadings({ connection });
    expect(after).toMatchObject({ version: after.knownVersion, trigrams: 'ready' });
  });

  it('of a later version, of an earlier one, and of a role that lacks rights', async () => {
    const connection = await server.createDatabase();
    const database = nameOf(connection);
    await open({ connection });
    for (const version of [1, 1000]) {
      await server.sql(database, `UPDATE inkwire.readings_version SET version = ${version}`);
      expect(await inspectPostgresReadings({ connection })).toMatchObject({ version });
    }
    const { knownVersion } = await inspectPostgresReadings({ connection });
    await server.sql(
      database,
      `UPDATE inkwire.readings_version SET version = ${knownVersion}`,
      'CREATE ROLE visitor LOGIN',
      'GRANT USAGE ON SCHEMA inkwire TO visitor',
      'GRANT SELECT ON ALL TABLES IN SCHEMA inkwire TO visitor',
    );
    expect(await inspectPostgresReadings({ connection: server.url(database, 'visitor') })).toMatchObject({
      version: knownVersion,
      mayCreate: false,
      missingRights: expect.stringMatching(/role visitor lacks rights to keep readings: .*INSERT on/),
    });
  });

  it('is an error of readings when it does not exist', async () => {
    await expect(inspectPostgresReadings({ connection: server.url('missing') })).rejects.toMatchObject({
      code: 'READINGS_REFUSED',
    });
  });
});
