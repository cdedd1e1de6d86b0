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
  /** The most sessions there have been at a time. */
  most = 0;
  /** Why it refuses whoever connects. */
  refusal: ServerError | undefined;
  /** Whether it has sessions down as what they say they are. */
  keepsNames = true;
  /** Whether it takes connections and answers nothing. */
  isSilent = false;
  /** Whether a statement runs on when its client has gone. */
  runsOn = false;
  /** Whether sessions commit by themselves unless they say otherwise. */
  commitsByItself = true;
  #ids = 1;

  connect(name: string, ended: () => void): FakeSession {
    if (this.sessions.size >= this.maxConnections) {
      this.refused++;
      throw new ServerError('too many connections', '53300', 1040);
    }
    if (this.refusal !== undefined) throw this.refusal;
    const session = new FakeSession(this, this.#ids++, this.keepsNames ? name : 'somebody', ended);
    this.sessions.set(session.id, session);
    this.most = Math.max(this.most, this.sessions.size);
    return session;
  }

  /** An incarnation's sessions: as PostgreSQL's application names or MySQL's attributes have it. */
  of(incarnation: string): FakeSession[] {
    return [...this.sessions.values()].filter(
      ({ name }) => name.startsWith(`inkwire/${incarnation}/`) || name.startsWith(`${incarnation} `),
    );
  }
}

type Transaction = { rows: number[]; hasFailed: boolean };

export class FakeSession {
  readonly id: number;
  /** What it was said to be at the beginning. */
  readonly name: string;
  transaction: Transaction | undefined;
  commitsByItself: boolean;
  /** Whether it is in another database than whoever fences. */
  isElsewhere = false;
  /** Ends what is being run. */
  #interrupt: ((error: Error) => void) | undefined;
  /** What was asked before is answered first. */
  #last: Promise<unknown> = Promise.resolve();
  #unanswered = 0;
  #isAlone = false;
  readonly #server: FakeServer;
  readonly #ended: () => void;

  constructor(server: FakeServer, id: number, name: string, ended: () => void) {
    this.#server = server;
    this.id = id;
    this.commitsByItself = server.commitsByItself;
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

  /** The client’s side of the connection has ended. */
  leave(): void {
    this.#isAlone = this.#server.runsOn && this.isBusy;
    if (this.#isAlone) this.#interrupt?.(new Error('the client has gone'));
    else this.end();
  }

  run(sql: string, values: readonly unknown[] = []): Promise<Answer> {
    this.#unanswered++;
    const answer = this.#last.then(() => this.#run(sql, values)).finally(() => this.#unanswered--);
    this.#last = answer.catch(() => {});
    return answer;
  }

  async #run(sql: string, values: readonly unknown[]): Promise<Answer> {
    if (this.#isAlone || !this.#server.sessions.has(this.id))
      throw new ServerError('terminated', '57P01', 1053);
    this.#server.statements.push(sql);
    // A round trip.
    await new Promise<void>((resolve, reject) => {
      this.#interrupt = reject;
      if (!/sleep/i.test(sql) && !this.#server.isSilent) setImmediate(resolve);
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

function fencedIn(server: FakeServer): Set<string> {
  if (server.fenced === undefined) throw new ServerError('no such table', '42P01', 1146);
  return server.fenced;
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
    pattern: /^SET autocommit = [01]$/,
    run: (session, _server, _values, sql) => {
      session.commitsByItself = sql.endsWith('1');
      return nothing('SET');
    },
  },
  { pattern: /^DO 0$/, run: () => nothing('DO') },
  {
    pattern: /^DEADLOCK$/,
    run: (session) => {
      session.transaction = undefined;
      throw new ServerError('Deadlock found when trying to get lock', '40P01', 1213);
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
    pattern: /CREATE TABLE IF NOT EXISTS inkwire[._]fenced/,
    run: (_session, server) => {
      server.fenced ??= new Set();
      return nothing('CREATE');
    },
  },
  {
    pattern: /^INSERT .*INTO inkwire[._]fenced/,
    run: (_session, server, [incarnation]) => {
      fencedIn(server).add(String(incarnation));
      return nothing('INSERT');
    },
  },
  {
    pattern: /^SELECT (current_setting\('application_name'\)|@@autocommit)/,
    run: (session, server, [incarnation], sql) => {
      const isFenced = /inkwire[._]fenced/.test(sql) && fencedIn(server).has(String(incarnation));
      const row = { name: session.name, commits: session.commitsByItself ? 1 : 0, isFenced };
      return { rows: [row], command: 'SELECT' };
    },
  },
  {
    pattern: /pg_terminate_backend/,
    run: (_session, server, [prefix]) => {
      const found = server.of(String(prefix).split('/')[1]!);
      for (const session of found) if (!session.isElsewhere) session.end();
      return { rows: found.map(({ isElsewhere }) => ({ isElsewhere })), command: 'SELECT' };
    },
  },
  { pattern: /^SELECT @@performance_schema/, run: () => ({ rows: [{ isOn: 1 }], command: 'SELECT' }) },
  {
    pattern: /session_connect_attrs/,
    run: (_session, server, [, incarnation]) => ({
      rows: server.of(String(incarnation)).map(({ id, isElsewhere }) => ({ id, isElsewhere })),
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
