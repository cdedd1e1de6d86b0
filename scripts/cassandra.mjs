/**
 * Apache Cassandra on this machine, for tests, benchmarks and trying out: one node, or three on 127.0.0.1, .2 and .3.
 *
 *   node scripts/cassandra.mjs start [--nodes 1|3] [--dir DIR] [--port N]
 *   node scripts/cassandra.mjs stop [--dir DIR]
 *
 * There is no tarball of the server in Maven Central. All of it is in the jars of `cassandra-all`, which Maven copies once
 * into the user's cache directory (67 MB; INKWIRE_CASSANDRA_LIB names another). The configuration is written here. A node
 * takes 16 s to start on two quiet cores, 0.8 GB of memory, and keeps its files in DIR until somebody removes them.
 *
 * `startCassandra` is the same for programs: their nodes can be killed, paused and started again one by one.
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { connect } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

const version = '5.0.9';
const copier = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies';
const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'inkwire');
const startTimeoutMs = 600_000;

const java = process.env.JAVA_HOME ? join(process.env.JAVA_HOME, 'bin', 'java') : 'java';

/** Why no Cassandra can be started here, and what to do about it; undefined where one can. */
export function whyNoCassandra() {
  const { stderr, error } = spawnSync(java, ['-version'], { encoding: 'utf8' });
  const major = Number(/version "(\d+)/.exec(stderr ?? '')?.[1]);
  if (error) return 'there is no java (Debian: apt-get install openjdk-17-jre-headless maven)';
  if (major !== 11 && major !== 17)
    return `Cassandra ${version} runs on Java 11 or 17, and java is ${major}: set JAVA_HOME`;
  if (!existsSync(libraries()) && spawnSync('mvn', ['-v']).error)
    return 'there is no Maven to fetch it with (Debian: apt-get install maven)';
  return undefined;
}

function libraries() {
  return process.env.INKWIRE_CASSANDRA_LIB ?? join(cache, `cassandra-${version}`);
}

/** Copies the jars once. They appear under their final name only when all of them are there. */
function ensureLibraries() {
  const directory = libraries();
  if (existsSync(directory)) return directory;
  const partial = `${directory}.partial-${process.pid}`;
  mkdirSync(partial, { recursive: true });
  const pom = join(partial, 'pom.xml');
  writeFileSync(
    pom,
    `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>local</groupId><artifactId>cassandra</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies><dependency>
    <groupId>org.apache.cassandra</groupId><artifactId>cassandra-all</artifactId><version>${version}</version>
  </dependency></dependencies>
</project>`,
  );
  execFileSync(
    'mvn',
    ['-q', '-B', '-f', pom, copier, '-DincludeScope=runtime', `-DoutputDirectory=${partial}`],
    { stdio: ['ignore', 'inherit', 'inherit'] },
  );
  rmSync(pom);
  if (existsSync(directory)) rmSync(partial, { recursive: true });
  else renameSync(partial, directory);
  return directory;
}

/**
 * Starts a cluster and resolves when every node answers CQL and sees the others.
 *
 * @param {object} [options]
 * @param {1 | 3} [options.nodes] default 1
 * @param {string} [options.directory] default a temporary one, which `stop` removes
 * @param {number} [options.port] of CQL on every node, default 9142
 * @param {number} [options.storagePort] between the nodes, default 7100
 * @param {'group' | 'batch' | 'periodic'} [options.commitLog] default group: what is acknowledged survives kill -9
 * @param {boolean} [options.authenticate] whether it asks for a password; `cassandra` has the password `cassandra`
 * @param {string} [options.settings] more lines of cassandra.yaml
 */
export async function startCassandra(options = {}) {
  const why = whyNoCassandra();
  if (why !== undefined) throw new Error(`Cassandra cannot be started: ${why}`);
  const { nodes: total = 1, port = 9142, directory } = options;
  const home = directory ?? mkdtempSync(join(tmpdir(), 'inkwire-cassandra-'));
  const lib = ensureLibraries();
  const nodes = Array.from(
    { length: total },
    (_, i) => new Node(i + 1, { ...options, total, port, home, lib }),
  );
  const removeOwn = () => {
    if (directory === undefined) rmSync(home, { recursive: true, force: true });
  };
  // A cluster in a temporary directory ends with its process, also where that forgets to stop it.
  const atExit = () => {
    for (const node of nodes) node.killNow();
    removeOwn();
  };
  if (directory === undefined) process.once('exit', atExit);
  const stop = async () => {
    await Promise.all(nodes.map((node) => node.stop()));
    process.off('exit', atExit);
    removeOwn();
  };
  try {
    // The others end at once where the first, their seed, does not answer them yet.
    const [seed, ...others] = nodes;
    await seed.spawn();
    await seed.answers();
    for (const node of others) await node.spawn();
    await Promise.all(others.map((node) => node.answers()));
    await Promise.all(nodes.map((node) => node.sees(total - 1)));
  } catch (error) {
    await stop();
    throw error;
  }
  return { port, nodes, contactPoints: nodes.map(({ address }) => address), directory: home, stop };
}

/** One process of the server. */
class Node {
  address;
  #number;
  #options;
  #directory;
  #child;

  constructor(number, options) {
    this.#number = number;
    this.#options = options;
    this.address = `127.0.0.${number}`;
    this.#directory = join(options.home, `node${number}`);
  }

  get pid() {
    return this.#child.pid;
  }

  /** Starts it again after a `kill` or `stop`, with the files that it has. */
  async start() {
    await this.spawn();
    await this.answers();
    await this.sees(this.#options.total - 1);
  }

  async spawn() {
    const { total, lib, heapMegabytes = total === 1 ? 512 : 384 } = this.#options;
    const directory = this.#directory;
    for (const part of ['conf', 'logs', 'data']) mkdirSync(join(directory, part), { recursive: true });
    const conf = join(directory, 'conf');
    writeFileSync(join(conf, 'cassandra.yaml'), this.#yaml());
    writeFileSync(join(conf, 'cassandra-rackdc.properties'), `dc=dc1\nrack=r${this.#number}\n`);
    writeFileSync(join(conf, 'logback.xml'), logback(this.#log()));
    // Anew: what it says of others is waited for.
    rmSync(this.#log(), { force: true });
    const out = openSync(join(directory, 'logs', 'out'), 'w');
    const url = (name) => pathToFileURL(join(conf, name));
    this.#child = spawn(
      java,
      [
        '-server',
        ...[`-Xms${heapMegabytes}M`, `-Xmx${heapMegabytes}M`, '-Xss256k', '-XX:MaxDirectMemorySize=256M'],
        ...['-XX:+UseSerialGC', '-XX:+PerfDisableSharedMem', '-XX:+ExitOnOutOfMemoryError'],
        `-javaagent:${join(
          lib,
          readdirSync(lib).find((name) => /^jamm-.*\.jar$/.test(name)),
        )}`,
        ...moduleFlags,
        `-Dcassandra.config=${url('cassandra.yaml')}`,
        `-Dcassandra-rackdc.properties=${url('cassandra-rackdc.properties')}`,
        `-Dlogback.configurationFile=${join(conf, 'logback.xml')}`,
        `-Dcassandra.logdir=${join(directory, 'logs')}`,
        `-Dcassandra.storagedir=${join(directory, 'data')}`,
        // All nodes start together, each with a token of its own: there is nothing to wait for.
        '-Dcassandra.skip_wait_for_gossip_to_settle=0',
        '-Dcassandra.ring_delay_ms=2000',
        '-Dcassandra.superuser_setup_delay_ms=0',
        '-Dcassandra-foreground=yes',
        ...['-cp', `${conf}:${join(lib, '*')}`],
        'org.apache.cassandra.service.CassandraDaemon',
      ],
      { detached: true, stdio: ['ignore', out, out] },
    );
    closeSync(out);
    this.#child.unref();
    writeFileSync(join(directory, 'pid'), String(this.pid));
  }

  async kill() {
    await this.#end('SIGKILL');
  }

  killNow() {
    if (this.#child && this.#isRunning()) process.kill(this.pid, 'SIGKILL');
  }

  /** Ends it in order: it writes down what it has in memory. */
  async stop() {
    if (this.#child === undefined) return;
    // A paused one would not hear of it.
    this.resume();
    await this.#end('SIGTERM');
  }

  pause() {
    if (this.#isRunning()) process.kill(this.pid, 'SIGSTOP');
  }

  resume() {
    if (this.#isRunning()) process.kill(this.pid, 'SIGCONT');
  }

  /** Resolves when the node answers CQL's first question. */
  async answers() {
    await this.#poll(() => speaksCql(this.address, this.#options.port), 'does not answer CQL');
  }

  /** Resolves when the node has seen so many others come up. */
  async sees(others) {
    const seen = () => {
      const log = existsSync(this.#log()) ? readFileSync(this.#log(), 'utf8') : '';
      return new Set(Array.from(log.matchAll(/\/(127\.0\.0\.\d+):\d+ is now UP/g), ([, address]) => address));
    };
    await this.#poll(async () => seen().size >= others, 'does not see the others');
  }

  async #poll(isDone, complaint) {
    for (const end = Date.now() + startTimeoutMs; !(await isDone()); await sleep(100)) {
      if (this.#isRunning() && Date.now() < end) continue;
      const out = readFileSync(join(this.#directory, 'logs', 'out'), 'utf8')
        .trim()
        .split('\n');
      const telling = out.filter((line) => /ERROR|Exception|Error:/.test(line));
      const last = (telling.length > 0 ? telling : out).slice(-5);
      throw new Error(`Cassandra's node at ${this.address} ${complaint}:\n${last.join('\n')}`);
    }
  }

  #isRunning() {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  async #end(signal) {
    if (this.#isRunning()) process.kill(this.pid, signal);
    while (this.#isRunning()) await sleep(50);
    rmSync(join(this.#directory, 'pid'), { force: true });
  }

  #log() {
    return join(this.#directory, 'logs', 'system.log');
  }

  #yaml() {
    const {
      total,
      port,
      storagePort = 7100,
      commitLog = 'group',
      authenticate,
      settings = '',
    } = this.#options;
    const data = join(this.#directory, 'data');
    // Spread by hand: no node has to ask the others for its share.
    const token = -(2n ** 63n) + 1n + (BigInt(this.#number - 1) * 2n ** 64n) / BigInt(total);
    return `
cluster_name: inkwire-test
num_tokens: 1
initial_token: ${token}
auto_bootstrap: false
partitioner: org.apache.cassandra.dht.Murmur3Partitioner
seed_provider:
  - class_name: org.apache.cassandra.locator.SimpleSeedProvider
    parameters: [{ seeds: "127.0.0.1:${storagePort}" }]
listen_address: ${this.address}
rpc_address: ${this.address}
storage_port: ${storagePort}
native_transport_port: ${port}
endpoint_snitch: GossipingPropertyFileSnitch
data_file_directories: [ "${data}/data" ]
commitlog_directory: "${data}/commitlog"
saved_caches_directory: "${data}/saved_caches"
hints_directory: "${data}/hints"
cdc_raw_directory: "${data}/cdc_raw"
${commitLogLines[commitLog]}
commitlog_segment_size: 32MiB
commitlog_total_space: 512MiB
authenticator: ${authenticate ? 'PasswordAuthenticator' : 'AllowAllAuthenticator'}
authorizer: ${authenticate ? 'CassandraAuthorizer' : 'AllowAllAuthorizer'}
role_manager: CassandraRoleManager
concurrent_reads: 8
concurrent_writes: 16
concurrent_compactors: 1
native_transport_max_threads: 32
memtable_heap_space: 96MiB
memtable_offheap_space: 96MiB
file_cache_size: 32MiB
key_cache_size: 8MiB
disk_access_mode: mmap_index_only
${settings}
`;
  }
}

const commitLogLines = {
  group: 'commitlog_sync: group\ncommitlog_sync_group_window: 5ms',
  batch: 'commitlog_sync: batch',
  periodic: 'commitlog_sync: periodic\ncommitlog_sync_period: 10000ms',
};

const logback = (file) => `<configuration>
  <appender name="FILE" class="ch.qos.logback.core.FileAppender">
    <file>${file}</file>
    <encoder><pattern>%-5level [%thread] %date{ISO8601} %logger{0} - %msg%n</pattern></encoder>
  </appender>
  <root level="INFO"><appender-ref ref="FILE"/></root>
</configuration>`;

/** What the server reaches into, by its own conf/jvm17-server.options. */
const moduleFlags = [
  '-Djdk.attach.allowAttachSelf=true',
  ...flags('--add-opens', {
    'java.base': [
      ...[
        'java.io',
        'java.lang',
        'java.lang.module',
        'java.lang.reflect',
        'java.util',
        'java.util.concurrent',
      ],
      ...['java.nio', 'jdk.internal.loader', 'jdk.internal.math', 'jdk.internal.module', 'jdk.internal.ref'],
      ...['jdk.internal.reflect', 'jdk.internal.util.jar', 'sun.nio.ch'],
    ],
    'jdk.management': ['com.sun.management.internal'],
    'jdk.compiler': ['com.sun.tools.javac'],
  }),
  ...flags('--add-exports', {
    'java.base': ['java.lang.ref', 'jdk.internal.misc', 'jdk.internal.ref', 'sun.nio.ch'],
    'java.management.rmi': ['com.sun.jmx.remote.internal.rmi'],
    'java.rmi': ['sun.rmi.registry', 'sun.rmi.server'],
    'java.sql': ['java.sql'],
    'jdk.attach': ['sun.tools.attach'],
    'jdk.compiler': ['com.sun.tools.javac.file'],
    'jdk.unsupported': ['sun.misc'],
  }),
];

function flags(flag, modules) {
  return Object.entries(modules).flatMap(([module, packages]) =>
    packages.flatMap((name) => [flag, `${module}/${name}=ALL-UNNAMED`]),
  );
}

/** Whether the answer to OPTIONS is a frame of CQL's version 4. A node listens a moment before it answers. */
function speaksCql(host, port) {
  return new Promise((done) => {
    const socket = connect({ host, port });
    const end = (speaks) => {
      socket.destroy();
      done(speaks);
    };
    socket.setTimeout(2000, () => end(false));
    socket.on('error', () => end(false));
    socket.on('close', () => done(false));
    socket.on('data', (answer) => end(answer[0] === 0x84));
    socket.write(Buffer.from([4, 0, 0, 0, 5, 0, 0, 0, 0]));
  });
}

/** Ends the nodes that an earlier `start` left running in a directory. */
async function stopDirectory(home) {
  const files = existsSync(home)
    ? readdirSync(home)
        .map((name) => join(home, name, 'pid'))
        .filter((file) => existsSync(file))
    : [];
  const pids = files.map((file) => Number(readFileSync(file, 'utf8'))).filter((pid) => isNode(pid, home));
  for (const pid of pids) process.kill(pid, 'SIGTERM');
  while (pids.some((pid) => isNode(pid, home))) await sleep(100);
  for (const file of files) rmSync(file, { force: true });
  return pids.length;
}

/** The number of a process that ended may be another's by now. */
function isNode(pid, home) {
  const { stdout } = spawnSync('ps', ['-p', String(pid), '-ww', '-o', 'args='], { encoding: 'utf8' });
  return stdout.includes(home) && stdout.includes('CassandraDaemon');
}

async function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      nodes: { type: 'string', default: '1' },
      dir: { type: 'string', default: join(cache, 'cassandra') },
      port: { type: 'string', default: '9142' },
    },
  });
  const [command, ...rest] = positionals;
  const port = Number(values.port);
  const isUsable = /^[13]$/.test(values.nodes) && Number.isInteger(port) && port > 0 && port < 65_536;
  const directory = resolve(values.dir);
  if (command === 'start' && rest.length === 0 && isUsable) {
    const nodes = Number(values.nodes);
    const { contactPoints } = await startCassandra({ nodes, directory, port });
    console.log(`Cassandra ${version} answers on ${contactPoints.join(', ')}, port ${port}; datacentre dc1`);
    console.log(`--readings 'cassandra://${contactPoints.join(',')}:${port}/inkwire?replication=${nodes}'`);
    console.log(`Its files and logs are in ${directory}`);
  } else if (command === 'stop' && rest.length === 0) {
    const ended = await stopDirectory(directory);
    console.log(ended === 0 ? `No node of ${directory} is running` : `Nodes ended: ${ended}`);
  } else {
    console.error(
      'Usage: node scripts/cassandra.mjs start [--nodes 1|3] [--dir DIR] [--port N]\n       node scripts/cassandra.mjs stop [--dir DIR]',
    );
    process.exitCode = 2;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    await main();
  } catch (error) {
    console.error(`cassandra: ${error instanceof Error ? error.message : error}`);
    process.exitCode = 1;
  }
}
