import { createManualClock, createRandom } from '@inkwire/base';
import { createPool, type Lease, type OpenContext, type Pool, type PoolOptions } from '../src/index.ts';

export interface FakeConnection {
  readonly id: number;
  lost(error?: unknown): void;
}

interface Attempt {
  readonly signal: AbortSignal;
  succeed(): FakeConnection;
  fail(error?: unknown): void;
}

interface Closing {
  readonly id: number;
  readonly how: 'close' | 'destroy';
  readonly error: Error | undefined;
  finish(error?: Error): void;
}

/** A database whose every answer a test decides, or that answers at once. */
export class FakeDatabase {
  /** Whether attempts and closings are answered at once, and how. */
  opens: 'at once' | 'when told' | 'never succeeds' = 'at once';
  closes: 'at once' | 'when told' = 'at once';
  error: unknown = new Error('refused');
  readonly attempts: Attempt[] = [];
  readonly closings: Closing[] = [];
  /** What is open, by id, as the database sees it. */
  readonly sessions = new Map<number, FakeConnection>();
  mostSessions = 0;
  /** How often an attempt was made. */
  attempted = 0;
  #ids = 0;

  readonly open = (context: OpenContext): Promise<FakeConnection> => {
    this.attempted++;
    return new Promise((resolve, reject) => {
      const attempt: Attempt = {
        signal: context.signal,
        succeed: () => {
          this.#forget(this.attempts, attempt);
          const connection = { id: this.#ids++, lost: context.lost };
          this.sessions.set(connection.id, connection);
          this.mostSessions = Math.max(this.mostSessions, this.sessions.size);
          resolve(connection);
          return connection;
        },
        fail: (error = this.error) => {
          this.#forget(this.attempts, attempt);
          reject(error);
        },
      };
      this.attempts.push(attempt);
      if (this.opens === 'at once') attempt.succeed();
      else if (this.opens === 'never succeeds') attempt.fail();
    });
  };

  readonly close = (connection: FakeConnection): Promise<void> => this.#end(connection, 'close', undefined);
  readonly destroy = (connection: FakeConnection, error: Error | undefined): Promise<void> =>
    this.#end(connection, 'destroy', error);

  #end({ id }: FakeConnection, how: 'close' | 'destroy', error: Error | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const closing: Closing = {
        id,
        how,
        error,
        finish: (failure) => {
          this.#forget(this.closings, closing);
          if (failure === undefined || how === 'destroy') this.sessions.delete(id);
          if (failure === undefined) resolve();
          else reject(failure);
        },
      };
      this.closings.push(closing);
      if (this.closes === 'at once') closing.finish();
    });
  }

  #forget<T>(list: T[], item: T): void {
    list.splice(list.indexOf(item), 1);
  }
}

/** A pool on a fake database and a clock that moves only when told to. */
export function createFixture(options: Partial<PoolOptions<FakeConnection>> = {}) {
  const clock = createManualClock();
  const database = new FakeDatabase();
  const pool = createPool<FakeConnection>({
    open: database.open,
    close: database.close,
    destroy: database.destroy,
    clock,
    random: createRandom(1),
    ...options,
  });
  return { clock, database, pool, ...watching(pool) };
}

/** A clock that the test sets, and whose timers never ring. */
export function createLateClock() {
  const nothing = () => {};
  const clock = {
    nowMs: 0,
    now: () => clock.nowMs,
    monotonic: () => clock.nowMs,
    after: () => ({ cancel: nothing, [Symbol.dispose]: nothing }),
  };
  return clock;
}

/** An acquire whose answer can be looked at without waiting for it. */
export interface Watched {
  lease?: Lease<FakeConnection>;
  /** The id of the connection, once there is one. */
  id?: number;
  error?: unknown;
}

function watching(pool: Pool<FakeConnection>) {
  return {
    ask(...options: Parameters<Pool<FakeConnection>['acquire']>): Watched {
      const watched: Watched = {};
      pool
        .acquire(...options)
        .then((lease) => Object.assign(watched, { lease, id: lease.connection.id }))
        .catch((error: unknown) => Object.assign(watched, { error }));
      return watched;
    },
    async take(count: number): Promise<Lease<FakeConnection>[]> {
      return Promise.all(Array.from({ length: count }, () => pool.acquire()));
    },
  };
}

/** Lets everything happen that needs no time. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** The code of a promise's rejection. */
export async function codeOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return (error as { readonly code?: unknown }).code ?? error;
  }
  throw new Error('Expected a rejection');
}

/** The code that a call throws. */
export function thrownCode(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return (error as { readonly code?: unknown }).code ?? error;
  }
  throw new Error('Expected a throw');
}
