import type { FastifyReply, FastifyRequest } from 'fastify';
import { isServerFault, type Problem, problemOf, reasonOf, retryAfterSeconds } from '../problem.ts';
import { html, page } from './html.ts';

/** The Content-Security-Policy of the hub's pages: they load nothing from elsewhere, and no other page frames them. */
export const pagePolicy =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; " +
  "font-src 'self'; media-src 'self' blob:; connect-src 'self'; manifest-src 'self'; form-action 'self'; " +
  "base-uri 'none'; frame-ancestors 'none'";

/** Answers with a problem and its `extensions` (RFC 9457, section 3.2). Calls `onFault` with the server's own errors. */
export function sendProblem(
  request: FastifyRequest,
  reply: FastifyReply,
  error: unknown,
  onFault: (error: unknown) => void,
  extensions: object = {},
): FastifyReply {
  const problem = problemOf(error);
  if (isServerFault(problem)) onFault(error);
  if ((problem.status === 503 || problem.status === 429) && !reply.hasHeader('retry-after'))
    reply.header('retry-after', String(retryAfterSeconds));
  reply.code(problem.status).header('cache-control', 'no-store');
  if (prefersHtml(request)) return sendPage(reply, problemPage(problem));
  // Bytes, because fastify adds a charset to text, and JSON has none (RFC 8259, section 11).
  return reply
    .type('application/problem+json')
    .send(Buffer.from(JSON.stringify({ ...problem, ...extensions })));
}

/** Whether a browser asks for a page to show, and not a program or a script of the page. */
export function prefersHtml({ headers }: FastifyRequest): boolean {
  const accept = headers.accept ?? '';
  const htmlAt = accept.indexOf('text/html');
  if (htmlAt < 0) return false;
  const jsonAt = accept.search(/application\/(?:\w+\+)?json/);
  return jsonAt < 0 || htmlAt < jsonAt;
}

/** Answers with a page of ours. */
export function sendPage(reply: FastifyReply, { markup }: { readonly markup: string }): FastifyReply {
  return reply.type('text/html; charset=utf-8').header('content-security-policy', pagePolicy).send(markup);
}

function problemPage({ title, status, code, detail }: Problem) {
  return page(
    title,
    html`<h1>${title}</h1>
<p>${detail ?? ''}</p>
<p><small>${status} <code>${code}</code></small></p>
<p><a href="/">Back</a></p>`,
  );
}

/** A problem as the bytes of a whole response, for a socket that has no request. `headers` end in a line break each. */
export function bareResponse(problem: Problem, headers = ''): string {
  const body = JSON.stringify(problem);
  return (
    `HTTP/1.1 ${problem.status} ${reasonOf(problem.status)}\r\ncontent-type: application/problem+json\r\n` +
    `${headers}content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`
  );
}
