import { expect, test } from 'vitest';
import { AllocatorProcess } from '../../bench/pool/real/allocator-process.ts';
import { ClientProcess } from '../../bench/pool/real/client-process.ts';
import { Judge } from '../../bench/pool/real/judge.ts';
import { tooMany } from '../../bench/pool/real/load.ts';
import { type Connect, mariadbWitness, postgresWitness } from '../../bench/pool/real/witness.ts';
import { startMariadb } from '../../bench/pool/servers/mariadb.ts';
import { reservedConnections, startPostgres } from '../../bench/pool/servers/postgres.ts';

const capacity = 14;
const spare = 2;
const databases = {
  PostgreSQL: {
    start: () => startPostgres({ maxConnections: capacity + reservedConnections }),
    witness: postgresWitness,
  },
  MariaDB: { start: () => startMariadb({ maxConnections: capacity }), witness: mariadbWitness },
} satisfies Record<string, Database>;

interface Database {
  start(): Promise<AsyncDisposable & { readonly url: string; readonly superuserUrl: string }>;
  witness(superuserUrl: string): Connect;
}

test.each(Object.entries<Database>(databases))(
  'four clients that each want all of a %s are never refused, wherever the load goes',
  async (_, { start, witness }) => {
    await using server = await start();
    await using judge = new Judge(witness(server.superuserUrl));

    await using allocator = await AllocatorProcess.start({
      capacity,
      spare,
      strategy: 'fair',
      databaseUrl: server.superuserUrl,
    });
    const clients = Array.from({ length: 4 }, () => new ClientProcess());
    const workload = { loop: 'closed', service: 'constant', meanServiceMs: 10, seed: 1 } as const;
    const access = { kind: 'leased', url: server.url, allocatorPort: allocator.port, floor: 1 } as const;
    try {
      for (const [index, client] of clients.entries())
        await client.ask({ kind: 'open', name: `client-${index + 1}`, access, workload });
      for (let turn = 0; turn < 12; turn++) {
        const busy = turn % 5;
        for (const [index, client] of clients.entries())
          await client.ask({ kind: 'need', needs: [index === busy || busy === 4 ? capacity : 0] });
        // All but the places of those who rest and may begin at any time.
        await judge.until(({ sessions }) => sessions >= capacity - spare - 3);
      }
      for (const client of clients) {
        await client.ask({ kind: 'stop' });
        const { loads } = await client.ask({ kind: 'counts' });
        expect(tooMany(loads[0]!.failures)).toBe(0);
        expect(loads[0]).toEqual({ asked: loads[0]!.answered, answered: expect.any(Number), failures: {} });
      }
      expect(judge.most).toBeLessThanOrEqual(capacity);
    } finally {
      for (const client of clients) await client.kill();
    }
  },
);
