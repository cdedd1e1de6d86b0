import { existsSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Everything that `names` need at run time, as the lock file has it: places like `node_modules/pg`, the packages of this
 * repository among them. Optional peers are taken where `isDriver` says so. Throws where something was not installed.
 *
 * @param {{ root: string, lock: Record<string, any>, names: readonly string[], isDriver: (name: string) => boolean,
 *   withTypes?: boolean }} of `withTypes`: also peers that hold types only, which npm asks for and Node does not
 * @returns {string[]}
 */
export function runtimeClosure({ root, lock, names, isDriver, withTypes = false }) {
  const places = new Set();
  const waiting = names.map((name) => `node_modules/${name}`);
  for (let place = waiting.pop(); place !== undefined; place = waiting.pop()) {
    if (places.has(place)) continue;
    places.add(place);
    const entry = lock[place].link ? lock[lock[place].resolved] : lock[place];
    const home = lock[place].link ? lock[place].resolved : place;
    for (const { name, isOptional } of needsOf(entry, isDriver)) {
      if (name.startsWith('@types/') && !withTypes) continue;
      const found = locate(lock, home, name);
      if (found !== undefined && (lock[found].link || existsSync(join(root, found)))) waiting.push(found);
      else if (!isOptional) throw new Error(`${place} needs ${name}, which is not installed`);
    }
  }
  return [...places].sort();
}

/** Dependencies of each kind; an optional one may be absent, because it is for another platform or for a driver. */
function needsOf({ dependencies, optionalDependencies, peerDependencies, peerDependenciesMeta }, isDriver) {
  const isOptionalPeer = (name) => peerDependenciesMeta?.[name]?.optional === true;
  return [
    ...Object.keys(dependencies ?? {}).map((name) => ({ name, isOptional: false })),
    ...Object.keys(optionalDependencies ?? {}).map((name) => ({ name, isOptional: true })),
    ...Object.keys(peerDependencies ?? {})
      .filter((name) => !isOptionalPeer(name) || isDriver(name))
      .map((name) => ({ name, isOptional: isOptionalPeer(name) })),
  ].filter(({ name }, index, all) => all.findLastIndex((other) => other.name === name) === index);
}

/** Where Node finds a package from `home`: in the nearest `node_modules` on the way up. */
function locate(lock, home, name) {
  for (let directory = home; ; directory = directory.slice(0, Math.max(0, directory.lastIndexOf('/')))) {
    const place = `${directory}${directory === '' ? '' : '/'}node_modules/${name}`;
    if (place in lock && !directory.endsWith('node_modules')) return place;
    if (directory === '') return undefined;
  }
}
