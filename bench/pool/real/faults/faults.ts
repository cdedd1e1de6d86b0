/** What happens to a stage, one fault each. Every wait is for what the judge or the clients see, none for a time. */
import { setTimeout as wait } from 'node:timers/promises';
import { messageOf, within } from '@inkwire/base';
import { alone, capacity, type Findings, floor, Stage, type StageOptions, usable } from './stage.ts';

export interface Fault {
  readonly name: string;
  readonly stage?: StageOptions;
  readonly act: (stage: Stage) => Promise<void>;
}

/** More than there is, so that a client takes all that it may have. */
const all = usable * 2;
/** Answers after which a client is believed to be well. */
const some = 10;
const everyone = [0, 1, 2];

export const faults: readonly Fault[] = [
  {
    name: 'kill -9 of an idle client',
    act: async (stage) => {
      await growAlone(stage);
      await stage.need(0);
      await stage.untilIdle(0);
      await stage.clients[0]!.kill();
      await othersTakeOver(stage);
      await comeBack(stage);
    },
  },
  {
    // Its queries run on in the database for longer than its lease: only the fence ends them.
    name: 'kill -9 of a client in mid-query',
    stage: { serviceMs: 2_500 },
    act: async (stage) => {
      await growAlone(stage);
      await stage.untilActive(alone, 0);
      await stage.clients[0]!.kill();
      await othersTakeOver(stage);
      await comeBack(stage);
    },
  },
  {
    name: 'a client that is killed and started again at once',
    act: async (stage) => {
      await growAlone(stage);
      await stage.clients[0]!.kill();
      await stage.enter(0);
      await growTogether(stage);
    },
  },
  {
    name: 'a client that stands still for longer than its lease',
    act: async (stage) => {
      await growAlone(stage);
      stage.clients[0]!.signal('SIGSTOP');
      await othersTakeOver(stage);
      stage.clients[0]!.signal('SIGCONT');
      await stage.untilFenced(0);
      await stage.untilAnswered(some, ...everyone);
    },
  },
  {
    name: 'the allocator killed and restarted',
    act: async (stage) => {
      await growTogether(stage);
      await stage.allocator.kill();
      await stage.allocator.restart();
      await stage.untilAnswered(some, ...everyone);
      await growTogether(stage);
    },
  },
  { name: 'the allocator away for many leases', act: withoutAllocator(6_000) },
  { name: 'the database restarted', act: restartDatabase('fast') },
  { name: 'the database crashed', act: restartDatabase('crash') },
  {
    name: 'connects that take 150 ms',
    stage: { connectMs: 150 },
    act: async (stage) => {
      for (const busy of everyone) {
        await stage.need(...everyone.map((index) => (index === busy ? all : 0)));
        await stage.untilHeld(alone, busy);
        await stage.untilAnswered(some, busy);
      }
      await growTogether(stage);
    },
  },
  {
    // A session whose client has gone lives until its query ends, so for a moment there are more than clients know of:
    // the database has no room for that, refuses, and no application may notice.
    name: 'connections cut in mid-query',
    stage: { connectMs: 0, serviceMs: 100, room: 0 },
    act: async (stage) => {
      await growTogether(stage);
      for (let times = 0; times < 5; times++) {
        await stage.untilActive(1, ...everyone);
        stage.network!.cut();
        await stage.untilAnswered(some, ...everyone);
      }
    },
  },
  {
    name: 'a database that has fewer connections than it says',
    stage: { room: -4 },
    act: async (stage) => {
      await stage.need(all, all, all);
      while (stage.postgres.refused === 0) await wait(5);
      await stage.untilAnswered(some, ...everyone);
    },
  },
];

/** With the allocator gone for `awayMs`, longer than a lease: everyone falls back to the floor, and works. */
export function withoutAllocator(awayMs: number): Fault['act'] {
  return async (stage) => {
    await growTogether(stage);
    const goneMs = performance.now();
    await stage.allocator.kill();
    await stage.judge.until(({ sessions }) => sessions <= floor * everyone.length);
    do await stage.untilAnswered(some, ...everyone);
    while (performance.now() - goneMs < awayMs);
    await stage.allocator.restart();
    await growTogether(stage);
  };
}

function restartDatabase(how: 'fast' | 'crash'): Fault['act'] {
  return async (stage) => {
    await growTogether(stage);
    await stage.postgres.stop(how);
    await stage.postgres.start();
    await stage.untilAnswered(some, ...everyone);
    await growTogether(stage);
  };
}

async function growAlone(stage: Stage): Promise<void> {
  await stage.need(all, 0, 0);
  await stage.untilHeld(alone, 0);
}

async function growTogether(stage: Stage): Promise<void> {
  await stage.need(all, all, all);
  await stage.untilHeld(usable, ...everyone);
}

/** All that the first client had becomes the others'. */
async function othersTakeOver(stage: Stage): Promise<void> {
  await stage.need(undefined, all, all);
  await stage.untilHeld(usable, 1, 2);
}

async function comeBack(stage: Stage): Promise<void> {
  await stage.enter(0);
  await stage.need(all);
  await stage.untilAnswered(some, ...everyone);
}

/** Lets it happen, and answers what was seen. Rejects when the clients do not come through it in time. */
export async function runFault({ stage: options, act }: Fault, timeoutMs = 100_000): Promise<Findings> {
  await using stage = await Stage.open(options);
  try {
    return await within(
      act(stage).then(() => stage.findings()),
      { timeoutMs },
    );
  } catch (error) {
    throw new Error(`${messageOf(error)}\n${await stage.describe()}`, { cause: error });
  }
}

/** What must not have happened, whatever the fault; empty when all is well. */
export function complaints({ most, asked, answered, failures, tooMany }: Findings): string[] {
  const failed = Object.values(failures).reduce((sum, count) => sum + count, 0);
  return [
    ...(most > capacity ? [`${most} connections where ${capacity} may be`] : []),
    ...(tooMany > 0 ? [`applications were told ${tooMany} times that there are too many connections`] : []),
    ...(asked !== answered + failed ? [`${asked - answered - failed} queries without an answer`] : []),
  ];
}
