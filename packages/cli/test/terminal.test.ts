/** `inkwire connect` as a person at a terminal sees it, who knows nothing but the menu. */
import { expect, it } from 'vitest';
import { clientsOf } from '../src/connect/hub-options.ts';
import { Terminal } from '../src/connect/terminal.ts';
import { connectHub } from './connect-hub.ts';
import { setUp } from './fake-terminal.ts';

type Hub = Awaited<ReturnType<typeof connectHub>>;

/** Sits down at a terminal. `says` types a line and waits for what the screen then shows; the prompt comes last. */
async function sitDown({ port }: Hub, repeat = 1) {
  const { screen, output, type } = setUp(100);
  const hub = { host: '127.0.0.1', port: 1 };
  const terminal = new Terminal(screen, { hub, repeat, isTls: false, clientsOf: await clientsOf({}) });
  const over = terminal.run({ joinsAtOnce: false });
  const shows = (pattern: RegExp) => expect.poll(() => output.shown.join('\n')).toMatch(pattern);
  await shows(/1 {2}connect .*7 {2}quit.*\ninkwire>$/s);
  return {
    over,
    output,
    type,
    shows,
    async says(line: string, pattern: RegExp) {
      const before = output.shown.length;
      await type(`${line}\r`);
      const since = () => output.shown.slice(before - 1).join('\n');
      await expect.poll(since).toMatch(pattern);
      await expect.poll(since).toMatch(/(inkwire>|[:?])$/);
    },
    address: `127.0.0.1:${port}`,
  };
}

it('is led through it by numbers, and told what to do next', async () => {
  await using hub = await connectHub();
  const { says, shows, type, over, output, address } = await sitDown(hub, 100);
  await says('3', /^You are not connected yet; connect HOST:PORT, or 1, comes first$/m);
  await says('1', /Address \[127\.0\.0\.1:1\]:$/);
  await says('', /^Nothing listens at 127\.0\.0\.1:1; a hub is started with inkwire serve$/m);
  await says('1', /Address/);
  await says(address, /^Connected to test hub as member 1, guest-1$/m);
  await says('3', /^100 answers in [\d.]+ ms, the last 2026-01-02T03:04:05\.000Z$/m);
  await says('4 ann', /^You are on test hub as member 1, ann$/m);
  await says('5', /^ 1 {2}ann \(you\) {2}127\.0\.0\.1:\d+ {2}tcp$/m);
  await says('6', /To which member\?$/);
  await says('9', /Message:$/);
  await says('hello', /^There is no member 9; members, or 5, lists them$/m);

  await type('half a li');
  hub.say(1, 7, 'eve', 'are you there?');
  await shows(/^Message from 7, eve: are you there\?\ninkwire> half a li$/m);
  await says('ne', /^There is no command "half"; help lists them$/m);

  hub.cut();
  await shows(new RegExp(`^The connection to ${address} is lost, trying again$`, 'm'));
  await shows(/^Back on test hub as member \d, ann$/m);
  await says('2', /^Disconnected$/m);
  // Where it led last.
  await says('1', new RegExp(`Address \\[${address}\\]:$`));
  await says('', /^Connected to test hub/m);
  await type('7\r');
  expect(await over).toBe(4);
  // No person has use for the codes of failures.
  expect(output.shown.join('\n')).not.toMatch(/\([A-Z]+_[A-Z_]+\)/);
});
