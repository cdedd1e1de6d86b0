import { access } from 'node:fs/promises';
import { join, sep } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { HubError } from '../errors.ts';
import { pagePolicy } from './responses.ts';

/** Serves the files of the built page, and returns how to send its index. Throws `HUB_PAGE_MISSING`. */
export async function addPageFiles(
  app: FastifyInstance,
  directory: string,
): Promise<(reply: FastifyReply) => FastifyReply> {
  await access(join(directory, 'index.html')).catch((error: unknown) => {
    throw new HubError('HUB_PAGE_MISSING', `There is no index.html in ${directory}; build the page first`, {
      cause: error,
    });
  });
  const assets = join(directory, 'assets') + sep;
  await app.register(fastifyStatic, {
    root: directory,
    index: false,
    preCompressed: true,
    cacheControl: false,
    setHeaders(response, path) {
      // Vite puts a hash of the content into the names of assets; the other names stay and their content changes.
      const cache = path.startsWith(assets) ? 'public, max-age=31536000, immutable' : 'no-cache';
      response.setHeader('cache-control', cache);
      response.setHeader('content-security-policy', pagePolicy);
    },
  });
  return (reply) => reply.sendFile('index.html');
}
