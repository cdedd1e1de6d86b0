#!/usr/bin/env bash
# Vitest hands `ssr.resolve.conditions` to Node, where they hold for require() inside of packages too.
#
# A careful engineer would guess: the option says how Vite resolves the modules that it transforms. Listing `import` there
# changes nothing, because Vite adds `import` or `require` to each resolution by itself.
#
# What happens: Vitest starts its workers with `--conditions` for each name of the list. Node then takes the `import`
# entry of a dual package for a CommonJS require() as well. The driver pg, which requires its own pg-pool, receives the
# namespace of an ES module and ends with "Class extends value [object Module] is not a constructor or null".
#
# Seen with: vitest 4.1.12, pg 8.23.1, Node 20.20.2, on 2026-11-28.
# Why it matters here: the tests resolve the packages' sources by a condition of their own (vitest.config.ts). The list
# has to be Vite's defaults and that one name; with `import` in it a test of the pool failed on Node 24 and passed on 20.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' >package.json
npm install --silent --ignore-scripts --no-audit --no-fund vitest@4.1.12 pg@8.23.1
cat >require.test.js <<'JS'
import { createRequire } from 'node:module';
import { expect, test } from 'vitest';

test('a CommonJS driver is loaded', () => {
  console.log('worker started with:', process.execArgv.filter((each) => !each.startsWith('/')).join(' '));
  expect(typeof createRequire(import.meta.url)('pg').Client).toBe('function');
});
JS

with_conditions() { # list
  echo "export default { ssr: { resolve: { conditions: $1 } } };" >vitest.config.js
  NO_COLOR=1 npx vitest run 2>&1 || true
}

echo "node $(node --version), vitest $(node -p 'require("vitest/package.json").version'), pg $(node -p 'require("pg/package.json").version')"
without=$(with_conditions "['node']")
with=$(with_conditions "['node', 'import']")
echo "conditions [node]:         $(grep -E '^ +Tests ' <<<"$without")"
echo "conditions [node, import]: $(grep -E '^ +Tests ' <<<"$with")  $(grep -m1 -oE 'Class extends value .*' <<<"$with")"
grep -q '1 passed' <<<"$without"
grep -q 'Class extends value \[object Module\]' <<<"$with"
echo 'as described'
