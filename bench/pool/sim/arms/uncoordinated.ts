/**
 * What people run today: every client has a pool of a fixed size, guessed once, that knows of no other. The model
 * follows node-postgres (`pg-pool` 3: newest idle first, a connection is opened for the query that finds none, and when
 * it is refused that query fails; idle ones are closed after `idleTimeoutMillis`, by default 10 s).
 */
import type { Timer } from '@inkwire/base';
import type { Arm, Client, World } from '../arm.ts';
import type { Connection } from '../database.ts';

/** What each client guesses. */
const guess = 100;
const idleTimeoutMs = 10_000;

interface Query {
  readonly serviceMs: number;
  readonly answered: (failed: boolean) => void;
}

interface Idle {
  readonly connection: Connection;
  readonly timer: Timer;
}

class GuessedPool implements Client {
  readonly limit = guess;
  readonly #world: World;
  readonly #name: string;
  readonly #idle: Idle[] = [];
  readonly #waiting: Query[] = [];
  #total = 0;
  #hasLeft = false;

  constructor(world: World, name: string) {
    this.#world = world;
    this.#name = name;
  }

  query(serviceMs: number, answered: (failed: boolean) => void): void {
    const query = { serviceMs, answered };
    const idle = this.#idle.pop();
    if (idle) {
      idle.timer.cancel();
      this.#run(idle.connection, query);
    } else if (this.#total < guess) void this.#open(query);
    else this.#waiting.push(query);
  }

  leave(): void {
    this.#hasLeft = true;
    for (const idle of this.#idle.splice(0)) {
      idle.timer.cancel();
      this.#close(idle.connection);
    }
  }

  async #open(query: Query): Promise<void> {
    this.#total++;
    try {
      this.#run(await this.#world.database.open(this.#name), query);
    } catch {
      this.#total--;
      query.answered(true);
      const next = this.#waiting.shift();
      if (next) void this.#open(next);
    }
  }

  #run(connection: Connection, { serviceMs, answered }: Query): void {
    this.#world.database.run(serviceMs, () => {
      const next = this.#waiting.shift();
      if (next) this.#run(connection, next);
      else if (this.#hasLeft) this.#close(connection);
      else this.#rest(connection);
      answered(false);
    });
  }

  #rest(connection: Connection): void {
    const timer = this.#world.clock.after(idleTimeoutMs, () => {
      this.#idle.splice(
        this.#idle.findIndex((idle) => idle.connection === connection),
        1,
      );
      this.#close(connection);
    });
    this.#idle.push({ connection, timer });
  }

  #close(connection: Connection): void {
    this.#total--;
    void this.#world.database.close(connection);
  }
}

/** Pools that each take what they guessed, until the database refuses. */
export function uncoordinated(world: World): Arm {
  return { join: (name) => new GuessedPool(world, name) };
}
