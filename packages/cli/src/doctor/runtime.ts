import { readFile } from 'node:fs/promises';
import type { Configuration } from '../settings/configuration.ts';
import { type Check, type Finding, ok, problem, warning } from './check.ts';

/** The least version in `engines` of the packages. */
const least = [20, 19] as const;

/** Whether this Node can run Inkwire. */
export function findNode(version: string): Finding {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  const isNew = major > least[0] || (major === least[0] && minor >= least[1]);
  return isNew
    ? ok(`Node ${version}`)
    : problem(`Node ${version} is too old: install ${least.join('.')} or a later one`);
}

/** Files that a server has open besides its sockets. */
const ownFiles = 200;

/** Whether the process may have as many files open as the server accepts connections. `limits` as in /proc/self/limits. */
export function findOpenFiles(
  limits: string,
  { http, wire, limits: own }: Configuration,
): readonly Finding[] {
  const hard = /^Max open files +\S+ +(?<hard>\d+|unlimited)/m.exec(limits)?.groups?.hard;
  if (hard === undefined || hard === 'unlimited') return [];
  const sockets = (http === 'off' ? 0 : own.http.maxConnections) + (wire === 'off' ? 0 : own.wire.maxMembers);
  const needed = sockets + ownFiles;
  if (Number(hard) >= needed) return [ok(`${hard} open files are allowed, ${needed} may be needed`)];
  return [
    warning(
      `Only ${hard} open files are allowed, and the limits on connections ask for ${needed}: raise it (ulimit -Hn, LimitNOFILE) or lower --wire-max-members and --http-max-connections`,
    ),
  ];
}

export const nodeCheck: Check = { subject: 'node', find: () => [findNode(process.version)] };

/** Only Linux says; Node raises its own limit to the hard one. */
export const openFilesCheck: Check = {
  subject: 'open files',
  find: async (configuration) =>
    findOpenFiles(await readFile('/proc/self/limits', 'utf8').catch(() => ''), configuration),
};
