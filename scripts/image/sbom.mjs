/** The bill of materials of an image in CycloneDX: npm's packages as npm lists them, Node, and Debian's libraries. */
import { execFileSync } from 'node:child_process';
import { realpathSync } from 'node:fs';

/**
 * The packages of Debian that own `files` of the base image; empty where that was not made by Debian's tools.
 * @returns {{ name: string, version: string }[]}
 */
export function debianPackagesOf(files) {
  const ask = (command, args) => {
    try {
      return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    } catch (error) {
      // It ends with 1 when it does not know one of the files, and prints the others.
      return error.stdout ?? '';
    }
  };
  // A file is recorded by the path of its package, which may lack the /usr of today.
  const names = files.flatMap((file) => [file, realpathSync(file), realpathSync(file).replace(/^\/usr/, '')]);
  const owners = ask('dpkg-query', ['--search', ...names]);
  const packages = new Set([...owners.matchAll(/^([^:,\s]+)(?::\w+)?: \//gm)].map(([, name]) => name));
  return [...packages].sort().map((name) => ({
    name,
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a format of dpkg.
    version: ask('dpkg-query', ['--show', '--showformat=${Version}', name]),
  }));
}

/**
 * @param {{ app: string, version: string, debian: { name: string, version: string }[], created: Date }} of `app` has a
 * package.json and `node_modules/.package-lock.json`
 * @returns {object}
 */
export function billOfMaterials({ app, version, debian, created }) {
  const args = ['sbom', '--sbom-format=cyclonedx', '--sbom-type=application'];
  const bill = JSON.parse(execFileSync('npm', args, { cwd: app, encoding: 'utf8', maxBuffer: 2 ** 26 }));
  const component = (type, name, itsVersion, purl) => ({
    'bom-ref': purl,
    type,
    name,
    version: itsVersion,
    purl,
  });
  const node = process.versions.node;
  // One tree has one bill: npm's random number would make two images of one commit differ.
  delete bill.serialNumber;
  bill.metadata.timestamp = created.toISOString();
  bill.metadata.component.name = 'inkwire';
  bill.metadata.component.version = version;
  bill.components.push(
    component('application', 'node', node, `pkg:generic/node@${node}`),
    ...debian.map((each) =>
      component(
        'library',
        each.name,
        each.version,
        `pkg:deb/debian/${each.name}@${encodeURIComponent(each.version)}?arch=${process.arch === 'x64' ? 'amd64' : process.arch}`,
      ),
    ),
  );
  return bill;
}
