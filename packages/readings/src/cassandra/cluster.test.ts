import { describe, expect, it } from 'vitest';
import { localDataCenter, promisesMissing } from './cluster.ts';
import type { Database, Statement } from './database.ts';

/** A cluster that has a keyspace of this replication, and whose nodes write their commit log in this way. */
function cluster(replication: Record<string, string>, commitLog: string | undefined): Database {
  const rowOf = ({ query }: Statement) => {
    if (query.includes('system_schema.keyspaces')) return { replication };
    if (commitLog === undefined) throw new Error('may not be read');
    return { value: commitLog };
  };
  return { run: async (statement: Statement) => ({ first: () => rowOf(statement) }) } as unknown as Database;
}

const connection = { hosts: ['a'], keyspace: 'ink' };
const missing = (
  replication: Record<string, string>,
  { commitLog = 'periodic' as string | undefined, nodes = 3, asked = undefined as number | undefined } = {},
) =>
  promisesMissing(
    cluster(replication, commitLog),
    { ...connection, replication: asked },
    { local: 'dc1', known: new Map([['dc1', nodes]]) },
  );

describe('what a cluster does not promise', () => {
  it('is nothing with three copies, whatever the commit log', async () => {
    expect(await missing({ dc1: '3' })).toEqual([]);
    expect(await missing({ class: 'SimpleStrategy', replication_factor: '3' })).toEqual([]);
  });

  it('is what was acknowledged last, with one copy and a commit log that is written now and then', async () => {
    const [sentence, ...others] = await missing({ dc1: '1' });
    expect(others).toEqual([]);
    expect(sentence).toMatch(/acknowledged since are lost\. Set commitlog_sync: group/);
  });

  it('is the loss of a disk with one copy', async () => {
    for (const commitLog of ['group', 'batch'])
      expect(await missing({ dc1: '1' }, { commitLog })).toEqual([
        expect.stringContaining('lost with the disk of their node'),
      ]);
    expect(await missing({ dc1: '1' }, { commitLog: undefined as never })).toHaveLength(1);
  });

  it('is to go on while one of two copies is away, or more copies than nodes', async () => {
    expect(await missing({ dc1: '2' })).toEqual([
      expect.stringContaining('readings stop while one node is away'),
    ]);
    expect(await missing({ dc1: '3' }, { nodes: 2 })).toEqual([expect.stringContaining('has fewer nodes')]);
  });

  it('is another replication than was asked for', async () => {
    expect(await missing({ dc1: '3' }, { asked: 5 })).toEqual([expect.stringContaining('ALTER KEYSPACE')]);
    expect(await missing({ dc1: '3' }, { asked: 3 })).toEqual([]);
  });
});

describe('the datacentre', () => {
  const known = new Map([
    ['east', 3],
    ['west', 3],
  ]);

  it('is the only one, or has to be named', () => {
    expect(localDataCenter(undefined, new Map([['dc1', 1]]))).toBe('dc1');
    expect(localDataCenter('west', known)).toBe('west');
    const refused = { code: 'READINGS_REFUSED', message: expect.stringContaining('east, west') };
    expect(() => localDataCenter(undefined, known)).toThrow(expect.objectContaining(refused));
    expect(() => localDataCenter('north', known)).toThrow(expect.objectContaining(refused));
  });
});
