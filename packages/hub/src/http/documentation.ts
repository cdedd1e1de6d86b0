import { z } from 'zod';
import { problemTable, reasonOf } from '../problem.ts';
import { type Html, html, page } from './html.ts';
import type { Answer, Content, DocumentedRoute } from './route.ts';
import { type ComponentName, components } from './schemas.ts';

const registry = z.registry<{ readonly id: string }>();
for (const [id, schema] of Object.entries(components)) registry.add(schema, { id });

/** Problems that every route may answer with. */
const commonProblems = [400, 401, 403, 429, 500, 503];

/** The OpenAPI 3.1 document of these routes; the shapes in it are those that are validated. */
export function describeRoutes(
  routes: readonly DocumentedRoute[],
  about: { name: string; version: string },
): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const route of routes) (paths[route.path] ??= {})[route.method.toLowerCase()] = operation(route);
  return {
    openapi: '3.1.0',
    info: {
      title: about.name,
      version: about.version,
      description: 'Reads handwritten digits and keeps the readings.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    paths,
    components: {
      schemas: componentSchemas(),
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer' },
        query: { type: 'apiKey', in: 'query', name: 'token' },
        cookie: { type: 'apiKey', in: 'cookie', name: 'inkwire-token' },
      },
    },
    // The empty one: a server without a token asks for none.
    security: [{}, { bearer: [] }, { query: [] }, { cookie: [] }],
  };
}

function componentSchemas(): Record<string, object> {
  const { schemas } = z.toJSONSchema(registry, { uri: (id) => `#/components/schemas/${id}` });
  return Object.fromEntries(
    Object.entries(schemas).map(([id, { $schema: _schema, $id: _id, ...schema }]) => [id, schema]),
  );
}

function operation(route: DocumentedRoute): object {
  const parameters = [...parametersOf(route.params, 'path'), ...parametersOf(route.query, 'query')];
  return {
    summary: route.summary,
    ...(parameters.length > 0 && { parameters }),
    ...(route.body && { requestBody: { required: true, content: contentOf(route.body) } }),
    responses: { ...mapValues(route.answers, answerOf), ...problemsOf(route) },
  };
}

function parametersOf(schema: z.ZodObject | undefined, place: 'path' | 'query'): object[] {
  return Object.entries(schema?.shape ?? {}).map(([name, field]) => {
    const { $schema: _schema, description, ...rest } = z.toJSONSchema(field as z.ZodType, { io: 'input' });
    const required = place === 'path' || !(field as z.ZodType).safeParse(undefined).success;
    return { name, in: place, required, ...(description !== undefined && { description }), schema: rest };
  });
}

function answerOf({ description, content }: Answer): object {
  return { description, ...(content && { content: contentOf(content) }) };
}

function contentOf(content: Content): object {
  return mapValues(content, (shape) => {
    if (shape === 'binary') return {};
    if (shape === 'text') return { schema: { type: 'string' } };
    if (typeof shape === 'string') return { schema: reference(shape) };
    const { $schema: _schema, ...schema } = z.toJSONSchema(shape, { io: 'input' });
    return { schema };
  });
}

function reference(name: ComponentName): object {
  return { $ref: `#/components/schemas/${name}` };
}

function problemsOf(route: DocumentedRoute): object {
  const statuses = [...new Set([...commonProblems, ...(route.problems ?? [])])].sort();
  return Object.fromEntries(
    statuses.map((status) => [
      status,
      {
        description: reasonOf(status),
        content: { 'application/problem+json': { schema: reference('Problem') } },
      },
    ]),
  );
}

function mapValues<Value, Result>(values: Readonly<Record<string, Value>>, map: (value: Value) => Result) {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, map(value)]));
}

/** The same for people: a page of what can be asked, and what can go wrong. */
export function documentationPage(routes: readonly DocumentedRoute[]): Html {
  const asked = routes.map(
    ({ method, path, summary, query }) =>
      html`<tr><td><code>${method} ${path}${queryText(query)}</code></td><td>${summary}</td></tr>`,
  );
  const problems = Object.entries(problemTable).map(
    ([code, [status, title]]) =>
      html`<tr><td>${status}</td><td><code>${code}</code></td><td>${title}</td></tr>`,
  );
  return page(
    'Inkwire: HTTP',
    html`<h1>What can be asked of this server</h1>
<table>${asked}</table>
<p>The same for machines: <code>curl -H 'Accept: application/json' …/api/docs</code> gives OpenAPI 3.1.</p>
<h2>What can go wrong</h2>
<p>Problems are <a href="https://www.rfc-editor.org/rfc/rfc9457">RFC 9457</a> problem details; match the code.</p>
<table>${problems}</table>`,
  );
}

function queryText(query: z.ZodObject | undefined): string {
  const names = Object.keys(query?.shape ?? {});
  return names.length === 0 ? '' : `?${names.map((name) => `${name}=`).join('&')}`;
}
