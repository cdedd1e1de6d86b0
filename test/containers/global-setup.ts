import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import type { TestProject } from 'vitest/node';
import { buildImage } from '../../scripts/image.mjs';
import { importDebianImage } from './debian-image.ts';
import { Docker } from './docker.ts';

declare module 'vitest' {
  interface ProvidedContext {
    readonly dockerHost: string;
    readonly image: string;
  }
}

/** Builds the image once, as a person does, on a base that stands for the official one. */
export default function setup(project: TestProject): void {
  const host = process.env.DOCKER_HOST!;
  const docker = new Docker(host);
  project.provide('dockerHost', host);
  project.provide('image', process.env.INKWIRE_TEST_IMAGE ?? build(docker));
}

function build(docker: Docker): string {
  const base = process.env.INKWIRE_BASE_IMAGE ?? standInForNode(docker);
  // With the machine's own network, because a private daemon has no way out of it.
  return buildImage({ base, args: ['--network', 'host'], env: docker.env });
}

function standInForNode(docker: Docker): string {
  const tag = 'inkwire-test-node:20';
  const cache = `${homedir()}/.npm/_cacache`;
  importDebianImage(docker, {
    tag,
    packages: ['nodejs', 'binutils'],
    // `npm ci` has just filled it, in the step before.
    files: ['/usr/lib/node_modules/npm', '/var/lib/dpkg', ...(existsSync(cache) ? [cache] : [])],
    changes: [
      'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      'ENV NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt',
      `ENV npm_config_cache=${homedir()}/.npm npm_config_prefer_offline=true`,
      'CMD ["node"]',
    ],
  });
  return tag;
}
