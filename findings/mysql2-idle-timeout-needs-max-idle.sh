#!/usr/bin/env bash
# The pool of mysql2 closes no idle connection at all unless `maxIdle` is below `connectionLimit`, which is not its default.
#
# A careful engineer would guess: a connection that is idle for longer than `idleTimeout` (60 seconds by default) is closed.
# `maxIdle` (by default as many as `connectionLimit`) is a second limit, and at its default it changes nothing.
#
# What happens: the pool starts its timer only if `maxIdle < connectionLimit`. With the defaults no connection is closed for
# being idle, whatever `idleTimeout` says; the same holds for the values of the documentation's example (10, 10, 60000).
# With a smaller `maxIdle` the timer runs: it closes those above `maxIdle` within a second, however long `idleTimeout` is,
# and the others after `idleTimeout`, down to none.
#
# The documentation: the types and the example give both options and their defaults, and not that one needs the other.
# mikro-orm met it as a regression in 2026 and sets `maxIdle` by itself since.
#
# Seen with: mysql2 3.24.6 and its own server, Node 20.20.2, on 2026-11-29.
# Why it matters here: the pool package takes the place of this pool in front of mysql2. A user who moves over with the same
# numbers has connections closed that stayed open before, and may think that the new pool is at fault.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' >package.json
npm install --silent --ignore-scripts --no-audit --no-fund mysql2@3.24.6
cat >idle.mjs <<'JS'
import { setTimeout as sleep } from 'node:timers/promises';
import mysql from 'mysql2';

// The server greets each client, and this script counts the sockets. No query is sent.
const open = new Set();
const server = mysql.createServer();
server.on('connection', (connection) => {
  open.add(connection);
  connection.stream.on('close', () => open.delete(connection));
  connection.on('error', () => {});
  const features = 0xffffff & ~0x0800 & ~0x0020; // neither TLS nor compression
  connection.serverHandshake({ protocolVersion: 10, serverVersion: '8.0.0', connectionId: 1, statusFlags: 2, characterSet: 8, capabilityFlags: features });
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const { port } = server._server.address();

async function idleAfter(seconds, options) {
  const pool = mysql.createPool({ host: '127.0.0.1', port, user: 'reader', connectionLimit: 4, ...options }).promise();
  const connections = await Promise.all(Array.from({ length: 4 }, () => pool.getConnection()));
  for (const connection of connections) connection.release();
  const before = open.size;
  await sleep(seconds * 1000);
  const after = open.size;
  await pool.end();
  while (open.size > 0) await sleep(10);
  return `${before} -> ${after}`;
}

console.log('idleTimeout 0.5 s:             ', await idleAfter(4, { idleTimeout: 500 }));
console.log('idleTimeout 60 s,  maxIdle 1:  ', await idleAfter(4, { idleTimeout: 60_000, maxIdle: 1 }));
console.log('idleTimeout 0.5 s, maxIdle 3:  ', await idleAfter(4, { idleTimeout: 500, maxIdle: 3 }));
process.exit();
JS
echo "node $(node --version), mysql2 $(node -p 'require("mysql2/package.json").version'); 4 connections of at most 4 released, and open 4 seconds later"
node idle.mjs 2>/dev/null | tee seen.txt
echo 'expected:                       4 -> 0; 4 -> 1 or 4; 4 -> 0'
diff seen.txt - <<'SEEN'
idleTimeout 0.5 s:              4 -> 4
idleTimeout 60 s,  maxIdle 1:   4 -> 1
idleTimeout 0.5 s, maxIdle 3:   4 -> 0
SEEN
