/** What a server of either kind says no with. */
export class ServerError extends Error {
  readonly code: string;
  readonly errno: number;

  constructor(message: string, code: string, errno: number) {
    super(message);
    this.code = code;
    this.errno = errno;
  }
}

export interface Answer {
  readonly rows: readonly Record<string, unknown>[];
  /** What was done, in the words of PostgreSQL. */
  readonly command: string;
}

/** A database server in this process that knows the few statements of the contract suite and of the adapters. */
export class FakeServer {
  readonly sessions = new Map<number, FakeSession>();
  readonly statements: string[] = [];
  maxConnections = Infinity;
  rows: number[] = [];
  /** Undefined until a fence has made the table. */
  fenced: Set<string> | undefined;
  refused = 0;
  #ids = 1;

  connect(name: string, ended: () => void): FakeSession {
    if (this.sessions.size >= this.maxConnections) {
      this.refused++;
      throw new ServerError('too many connections', '53300', 1040);
    }
    const session = new FakeSession(this, this.#ids++, name, ended);
    this.sessions.set(session.id, session);
    return session;
  }

  /** An incarnation's sessions: as PostgreSQL's application names or MySQL's attributes have it. */
  of(incarnation: string): FakeSession[] {
    return [...this.sessions.values()].filter(
      ({ name }) => name.startsWith(`inkwire/${incarnation}/`) || name.endsWith(` ${incarnation}`),
    );
  }
}

type Transaction = { rows: number[]; hasFailed: boolean };

export class FakeSession {
  readonly id: number;
  /** What it was said to be at the beginning. */
  readonly name: string;
  transaction: Transaction | undefined;
  commitsByItself = true;
  /** Ends what is being run. */
  #interrupt: ((error: Error) => void) | undefined;
  /** What was asked before is answered first. */
  #last: Promise<unknown> = Promise.resolve();
  #unanswered = 0;
  readonly #server: FakeServer;
  readonly #ended: () => void;

  constructor(server: FakeServer, id: number, name: string, ended: () => void) {
    this.#server = server;
    this.id = id;
    this.name = name;
    this.#ended = ended;
  }

  get isBusy(): boolean {
    return this.#unanswered > 0;
  }

  end(): void {
    if (!this.#server.sessions.delete(this.id)) return;
    this.#interrupt?.(new ServerError('terminated', '57P01', 1053));
    this.#interrupt = undefined;
    this.#ended();
  }

  run(sql: string, values: readonly unknown[] = []): Promise<Answer> {
    this.#unanswered++;
    const answer = this.#last.then(() => this.#run(sql, values)).finally(() => this.#unanswered--);
    this.#last = answer.catch(() => {});
    return answer;
  }

  async #run(sql: string, values: readonly unknown[]): Promise<Answer> {
    if (!this.#server.sessions.has(this.id)) throw new ServerError('terminated', '57P01', 1053);
    this.#server.statements.push(sql);
    // A round trip.
    await new Promise<void>((resolve, reject) => {
      this.#interrupt = reject;
      if (!/sleep/i.test(sql)) setImmediate(resolve);
    });
    this.#interrupt = undefined;
    const handler = statements.find(({ pattern }) => pattern.test(sql));
    const isEnd = /^(ROLLBACK|COMMIT)$/.test(sql);
    if (handler === undefined || (this.transaction?.hasFailed && !isEnd)) {
      if (this.transaction !== undefined) this.transaction.hasFailed = true;
      throw new ServerError(`no such statement: ${sql}`, '42601', 1064);
    }
    return handler.run(this, this.#server, values, sql);
  }
}

const nothing = (command: string): Answer => ({ rows: [], command });

const statements: readonly {
  readonly pattern: RegExp;
  run(session: FakeSession, server: FakeServer, values: readonly unknown[], sql: string): Answer;
}[] = [
  { pattern: /^SELECT 1$/, run: () => ({ rows: [{ one: 1 }], command: 'SELECT' }) },
  { pattern: /^SELECT session AS id$/, run: ({ id }) => ({ rows: [{ id }], command: 'SELECT' }) },
  {
    pattern: /^(BEGIN|START TRANSACTION)/,
    run: (session) => {
      session.transaction = { rows: [], hasFailed: false };
      return nothing('BEGIN');
    },
  },
  {
    pattern: /^COMMIT$/,
    run: (session, server) => {
      const { transaction } = session;
      session.transaction = undefined;
      if (transaction?.hasFailed) return nothing('ROLLBACK');
      server.rows.push(...(transaction?.rows ?? []));
      return nothing('COMMIT');
    },
  },
  {
    pattern: /^ROLLBACK$/,
    run: (session) => {
      session.transaction = undefined;
      return nothing('ROLLBACK');
    },
  },
  {
    pattern: /^SET autocommit = 0$/,
    run: (session) => {
      session.commitsByItself = false;
      return nothing('SET');
    },
  },
  {
    pattern: /^INSERT INTO inkwire_contract VALUES \((\d+)\)$/,
    run: (session, server, _values, sql) => {
      const row = Number(/\((\d+)\)/.exec(sql)![1]);
      if (!session.commitsByItself) session.transaction ??= { rows: [], hasFailed: false };
      (session.transaction ?? server).rows.push(row);
      return nothing('INSERT');
    },
  },
  {
    pattern: /^SELECT id FROM inkwire_contract/,
    run: (session, server) => ({
      rows: [...server.rows, ...(session.transaction?.rows ?? [])]
        .sort((a, b) => a - b)
        .map((id) => ({ id })),
      command: 'SELECT',
    }),
  },
  {
    pattern: /CREATE TABLE IF NOT EXISTS inkwire_fenced/,
    run: (_session, server) => {
      server.fenced ??= new Set();
      return nothing('CREATE');
    },
  },
  { pattern: /^GRANT SELECT/, run: () => nothing('GRANT') },
  {
    pattern: /^INSERT .*INTO inkwire_fenced/,
    run: (_session, server, [incarnation]) => {
      server.fenced!.add(String(incarnation));
      return nothing('INSERT');
    },
  },
  {
    pattern: /^SELECT 1 FROM inkwire_fenced/,
    run: (_session, server, [incarnation]) => {
      if (server.fenced === undefined) throw new ServerError('no such table', '42P01', 1146);
      return { rows: server.fenced.has(String(incarnation)) ? [{ one: 1 }] : [], command: 'SELECT' };
    },
  },
  {
    pattern: /^SELECT pg_terminate_backend/,
    run: (_session, server, [prefix]) => {
      const found = server.of(String(prefix).split('/')[1]!);
      for (const session of found) session.end();
      return { rows: found.map(() => ({})), command: 'SELECT' };
    },
  },
  { pattern: /^SELECT @@performance_schema/, run: () => ({ rows: [{ isOn: 1 }], command: 'SELECT' }) },
  {
    pattern: /session_connect_attrs/,
    run: (_session, server, [, incarnation]) => ({
      rows: server.of(String(incarnation)).map(({ id }) => ({ id })),
      command: 'SELECT',
    }),
  },
  {
    pattern: /^KILL CONNECTION \d+$/,
    run: (_session, server, _values, sql) => {
      server.sessions.get(Number(/\d+/.exec(sql)![0]))?.end();
      return nothing('KILL');
    },
  },
];
