/**
 * Builds the image of this commit: `inkwire:VERSION-COMMIT`, and with the labels of the OCI that say which one it is.
 *
 *   npm run image -- [--base IMAGE] [OPTION OF docker build…]
 *
 * A tree with changes that are not committed makes an image that says so: its revision ends in `-dirty`.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../', import.meta.url));
const git = (...args) => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();

/** What the labels of an image of this tree say. */
export function imageFacts() {
  const { version } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));
  const revision = git('rev-parse', 'HEAD') + (git('status', '--porcelain') === '' ? '' : '-dirty');
  const epoch = Number(git('log', '-1', '--format=%ct'));
  return {
    version,
    revision,
    epoch,
    created: new Date(epoch * 1000).toISOString(),
    tag: `inkwire:${version}-${revision.replace(/^(.{12}).{28}/, '$1')}`,
  };
}

/**
 * Runs `docker build`; what it prints goes to the terminal. Throws when it fails.
 * @param {{ base?: string, args?: readonly string[], env?: NodeJS.ProcessEnv }} options
 * @returns {string} the tag
 */
export function buildImage({ base, args = [], env = process.env } = {}) {
  const { version, revision, epoch, created, tag } = imageFacts();
  const facts = { VERSION: version, REVISION: revision, CREATED: created, SOURCE_DATE_EPOCH: epoch };
  const named = Object.entries({ ...(base && { BASE: base }), ...facts });
  const buildArgs = named.flatMap(([name, value]) => ['--build-arg', `${name}=${value}`]);
  const { status } = spawnSync('docker', ['build', ...buildArgs, '--tag', tag, ...args, root], {
    stdio: 'inherit',
    env,
  });
  if (status !== 0) throw new Error(`docker build ended with ${status}`);
  return tag;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const args = process.argv.slice(2);
  const at = args.indexOf('--base');
  const [, base] = at < 0 ? [] : args.splice(at, 2);
  console.log(buildImage({ base, args }));
}
