import { expect, it } from 'vitest';
import { connectHub } from '../connect-hub.ts';
import { inkwire, start } from '../inkwire.ts';

/** `inkwire kv` on a hub of the test's own. */
function kvOn(address: string) {
  return async (...args: string[]) => {
    const { code, stdout, stderr } = await inkwire(['kv', ...args], { env: { INKWIRE_HUB: address } });
    return { code, stdout, stderr };
  };
}

const done = (stdout = '') => ({ code: 0, stdout, stderr: '' });
const missing = (what: string, stdout = '') => ({
  code: 1,
  stdout,
  stderr: `inkwire: Not found: ${what} (CLI_KEY_MISSING)\n`,
});

it('sets, gets, lists and removes keys, and exits with 1 for one that is missing', async () => {
  await using hub = await connectHub();
  const kv = kvOn(hub.address);
  expect(await kv('set', 't', 'b', 'hello\nworld')).toEqual(done());
  expect(await kv('set', 't', 'a', '-5', '--type', 'integer', '--json')).toEqual(done('{"previous":null}\n'));
  expect(await kv('get', 't', 'b')).toEqual(done('hello\nworld\n'));
  expect(await kv('get', 't', 'a', '--json')).toEqual(done('{"key":"a","value":-5}\n'));
  expect(await kv('all', 't')).toEqual(done('a\t-5\nb\thello\\u{a}world\n'));
  expect(await kv('mget', 't', 'b', 'c', 'a')).toEqual(
    missing('table t, key c', 'b\thello\\u{a}world\na\t-5\n'),
  );
  expect(await kv('exists', 't', 'a')).toEqual(done('true\n'));
  expect(await kv('del', 't', 'a')).toEqual(done());
  expect(await kv('del', 't', 'a')).toEqual(missing('table t, key a'));
  expect(await kv('exists', 't', 'a')).toEqual(missing('table t, key a', 'false\n'));
  expect(await kv('get', 't', 'a')).toEqual(missing('table t, key a'));
  expect(await kv('all', 'none')).toEqual(done());
});

it('lets a key expire', async () => {
  await using hub = await connectHub();
  const kv = kvOn(hub.address);
  expect(await kv('set', 't', 'k', 'v', '--ttl', '1')).toEqual(done());
  expect((await kv('get', 't', 'k')).code).toBe(1);
});

it('hears what is published, and ends after so many', async () => {
  await using hub = await connectHub();
  const kv = kvOn(hub.address);
  await using listening = start(['kv', 'subscribe', 'lobby', '--count', '2', '--json', '--hub', hub.address]);
  await listening.output(/^inkwire: Listening to lobby$/m);
  expect(await kv('publish', 'lobby', '1', 'two', '"3"', 'true', '--type', 'json')).toMatchObject({
    code: 2,
  });
  expect(await kv('publish', 'lobby', '1', '"two"', '2.5', 'true', '--type', 'json')).toEqual(done());
  expect(await kv('publish', 'lobby', 'aGk=', '--type', 'binary')).toEqual(done());
  expect(await listening.outcome).toMatchObject({
    code: 0,
    stdout: '{"values":[1,"two",2.5,true]}\n{"values":[{"base64":"aGk="}]}\n',
  });
});

it('hears until Ctrl-C', async () => {
  await using hub = await connectHub();
  await using listening = start(['kv', '--hub', hub.address, 'subscribe', 'lobby']);
  await listening.output(/Listening/);
  expect(await kvOn(hub.address)('publish', 'lobby', 'a\tb', 'c')).toEqual(done());
  await listening.output(/^a\\u\{9\}b\tc$/m);
  listening.child.kill('SIGINT');
  expect(await listening.outcome).toMatchObject({ code: 0 });
});

it('says in one line what the hub refuses, and exits with 2 for wrong usage', async () => {
  await using hub = await connectHub({ token: 'of-this-test-only' });
  const kv = kvOn(hub.address);
  expect(await kv('get', 't', 'k')).toEqual({
    code: 1,
    stdout: '',
    stderr:
      'inkwire: The hub refused: Who are you? (status 401); a token is given with --token or INKWIRE_TOKEN (CLI_HUB_REFUSED)\n',
  });
  expect(await kv('exists', 't', 'k', '--token', 'of-this-test-only')).toMatchObject({ stdout: 'false\n' });
  for (const args of [
    ['get', 't'],
    ['set', 't', 'k', 'x', '--type', 'bool'],
    ['get', 't', 'k', '--hub', 'x'],
    [],
  ])
    expect(await kv(...args)).toMatchObject({ code: 2, stdout: '' });
});
