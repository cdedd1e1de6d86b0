/** What the Markdown of the repository names is there: files, headings, commands. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const unread = new Set(['node_modules', 'dist', '.git', 'out', 'data', 'runs', 'api']);

function markdownIn(directory: string): string[] {
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) return unread.has(entry.name) ? [] : markdownIn(path);
    return entry.name.endsWith('.md') ? [relative(root, path)] : [];
  });
}

/** `docs/plan` is work in progress, and names files that are still to come. */
const pages = markdownIn(root).filter((page) => !page.startsWith('docs/plan/'));
const textOf = (page: string) => readFileSync(join(root, page), 'utf8');

/** The text without blocks of code, whose brackets are no links. */
const proseOf = (page: string) => textOf(page).replaceAll(/^```.*?^```$/gms, '');

/** The anchors of a page's headings, as GitHub makes them. */
function anchorsOf(page: string): Set<string> {
  const headings = [...proseOf(page).matchAll(/^#+ (.*)$/gm)].map(([, heading]) => heading!);
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\- _]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

function linksOf(page: string): string[] {
  const links = [...proseOf(page).matchAll(/\]\(<?([^)\s>]+)>?\)/g)].map(([, target]) => target!);
  return links.filter((target) => !/^[a-z]+:/.test(target));
}

test.each(pages)('%s: its links lead to files and headings of the repository', (page) => {
  const broken = linksOf(page).filter((link) => {
    const [path, anchor] = link.split('#');
    const target = path === '' ? page : normalize(join(dirname(page), path!));
    if (!existsSync(join(root, target))) return true;
    return anchor !== undefined && target.endsWith('.md') && !anchorsOf(target).has(anchor);
  });
  expect(broken).toEqual([]);
});

/** The package that a page belongs to, or the repository. */
const homeOf = (page: string) => /^packages\/[^/]+/.exec(page)?.[0] ?? '.';

function scriptsOf(directory: string): Record<string, string> {
  return JSON.parse(readFileSync(join(root, directory, 'package.json'), 'utf8')).scripts ?? {};
}

test.each(pages)('%s: every `npm run` names a script', (page) => {
  const commands = textOf(page).matchAll(/npm run (?:--\w+ )?([\w:.-]*\w)(?: -w @inkwire\/(\w+))?/g);
  const unknown = [...commands].filter(([, script, workspace]) => {
    const directories = workspace === undefined ? ['.', homeOf(page)] : [`packages/${workspace}`];
    return !directories.some((directory) => script! in scriptsOf(directory));
  });
  expect(unknown.map(([command]) => command)).toEqual([]);
});

/** What the commands make, and nobody commits. */
const made = new Set(readFileSync(join(root, '.gitignore'), 'utf8').split('\n'));

const rooted = /^(?:packages|scripts|docs|bench|examples|\.ci|\.changeset)\//;
const within = /^(?:src|test)\/|^[\w-]+\/src\//;

/** Paths in code and in commands, as far as they are whole: `packages/NAME` and `test/*.test.ts` stand for many. */
function pathsOf(page: string): string[] {
  const spans = [...proseOf(page).matchAll(/`([^`\n]+)`/g)];
  const sessions = [...textOf(page).matchAll(/^```(?:sh|console)\n(.*?)^```/gms)];
  const words = [...spans, ...sessions].flatMap(([, text]) => text!.split(/[\s'"]+/));
  const paths = words.map((word) => word.replace(/^\.\//, '').replace(/[,;:.]+$/, ''));
  return paths.filter((path) => /^[\w./@-]+$/.test(path) && !/(?:^|\/)[A-Z]+(?:\/|$|\.ts)/.test(path));
}

test.each(pages)('%s: the paths that it names exist', (page) => {
  const missing = pathsOf(page).filter((path) => {
    if (made.has(`/${path.replace(/\/$/, '')}/`)) return false;
    if (rooted.test(path)) return !existsSync(join(root, path));
    if (!within.test(path)) return false;
    const homes = ['.', 'packages', homeOf(page), dirname(page)];
    return !homes.some((home) => existsSync(join(root, home, path)));
  });
  expect(missing).toEqual([]);
});

/** What the indexes of a package say that it exports. */
function exportsOf(name: string): string {
  const sources = join(root, 'packages', name, 'src');
  const indexes = readdirSync(sources, { recursive: true, encoding: 'utf8' }).filter((file) =>
    /(^|\/)(index|node)\.ts$/.test(file.replaceAll('\\', '/')),
  );
  return indexes.map((file) => readFileSync(join(sources, file), 'utf8')).join('\n');
}

test('the glossary names what packages export', () => {
  const places = [...textOf('docs/glossary.md').matchAll(/`(\w+)` of `(\w+)` \|$/gm)];
  expect(places.length).toBeGreaterThan(40);
  const missing = places.filter(([, name, of]) => !new RegExp(`\\b${name}\\b`).test(exportsOf(of!)));
  expect(missing.map(([place]) => place)).toEqual([]);
});
