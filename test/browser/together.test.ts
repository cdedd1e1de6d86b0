/** Everybody on one hub: the page, the terminal, a lab client and a program, each its own way. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { createClient } from '@inkwire/wire';
import { dialStream } from '@inkwire/wire/node';
import type { Page } from 'playwright-core';
import { expect, it, onTestFinished } from 'vitest';
import { patient } from '../../packages/wire/test/patient.ts';
import { command } from './hub.ts';
import { setStage } from './stage.ts';

const stage = setStage();
const [request, send] = [1, 5];

/** The terminal: `inkwire connect` with what is typed and what it shows. */
function openTerminal(name: string) {
  const { host, port } = stage.hub.wire;
  const child = spawn(process.execPath, [command, 'connect', `${host}:${port}`, '--name', name]);
  onTestFinished(() => void child.kill());
  let shown = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (shown += text));
  return {
    type: (line: string) => void child.stdin.write(`${line}\n`),
    shows: (pattern: RegExp) => expect.poll(() => shown).toMatch(pattern),
  };
}

/** A client that sends packets of 1,032 bytes, as docs/protocol.md has them. */
async function openLab() {
  const socket = connect(stage.hub.labPort, '127.0.0.1').on('error', () => {});
  onTestFinished(() => void socket.destroy());
  const next = async (): Promise<string> => {
    for (;;) {
      const bytes = socket.read(1032) as Buffer | null;
      if (bytes) return bytes.toString('utf8', 8, bytes.indexOf(0, 8));
      await once(socket, 'readable');
    }
  };
  const write = (to: number, text: string): void => {
    const packet = Buffer.alloc(1032);
    for (const [at, number] of [request, send, to].entries()) packet.writeInt32LE(number!, 4 * at);
    packet.write(text, 12);
    socket.write(packet);
  };
  expect(await next()).toContain('hello from server');
  return { next, write };
}

const row = (page: Page, name: string) => page.getByRole('link', { name: new RegExp(`^Write to ${name}`) });

async function say(page: Page, name: string, text: string): Promise<void> {
  await row(page, name).click();
  await page.locator('.message-field').fill(text);
  await page.keyboard.press('Enter');
  await page.locator('.message[data-sent=sent]', { hasText: text }).waitFor();
  await page.keyboard.press('Escape');
}

/** What the page shows of a conversation. */
async function expectSaid(page: Page, name: string, text: string): Promise<void> {
  await row(page, name).click();
  await page.locator('.message[data-own=false]', { hasText: text }).waitFor();
  await page.keyboard.press('Escape');
}

it('the page, the terminal, the lab packet and a program see one another and exchange messages', async () => {
  const page = await stage.open({}, '#/wire');
  await page.evaluate(() => localStorage.setItem('inkwire.name', 'Page'));
  await page.reload();
  await page.locator('.people[data-state=online] .you').getByText('Page', { exact: true }).waitFor();
  const program = createClient({
    dial: (wait) => dialStream({ ...stage.hub.wire, ...wait }),
    name: 'Program',
    ...patient,
  });
  onTestFinished(() => program.destroy());
  const inbox = program.subscribe((id) => `$inbox/${id}`);
  await inbox.ready();
  const heard = async () => (await inbox.next()).value!.values!.slice(1);
  const terminal = openTerminal('Terminal');
  await terminal.shows(/Connected to inkwire as member \d+, Terminal/);
  const lab = await openLab();

  // Everyone is seen by everyone who can be shown anyone.
  const members = [...(await program.hgetall('$members')).values()].map((json) => JSON.parse(String(json)));
  expect(members.map(({ transport }) => transport).sort()).toEqual(['lab', 'tcp', 'tcp', 'websocket']);
  const idOf = (name: string): number => members.find((member) => member.name === name).id;
  const { name: labName, id: labId } = members.find(({ transport }) => transport === 'lab');
  await row(page, labName).getByText('lab packet').waitFor();
  for (const name of ['Program', 'Terminal'])
    await row(page, name).getByText('terminal or program').waitFor();
  terminal.type('members');
  for (const { id, name } of members) await terminal.shows(new RegExp(`^ *${id} +${name} `, 'm'));

  // And each writes to each of the others.
  await say(page, 'Terminal', 'page to terminal');
  await terminal.shows(/^Message from \d+, Page: page to terminal$/m);
  await say(page, labName, 'page to lab');
  expect(await lab.next()).toBe('\nForward by server: page to lab\n');
  await say(page, 'Program', 'page to program');
  expect(await heard()).toEqual(['Page', 'page to program']);

  terminal.type(`send ${idOf('Page')} terminal to page`);
  await expectSaid(page, 'Terminal', 'terminal to page');
  terminal.type(`send ${labId} terminal to lab`);
  expect(await lab.next()).toBe('\nForward by server: terminal to lab\n');
  terminal.type(`send ${idOf('Program')} terminal to program`);
  expect(await heard()).toEqual(['Terminal', 'terminal to program']);

  await program.publish(`$inbox/${idOf('Page')}`, ['program to page']);
  await expectSaid(page, 'Program', 'program to page');
  await program.publish(`$inbox/${idOf('Terminal')}`, ['program to terminal']);
  await terminal.shows(/^Message from \d+, Program: program to terminal$/m);
  await program.publish(`$inbox/${labId}`, ['program to lab']);
  expect(await lab.next()).toBe('\nForward by server: program to lab\n');

  lab.write(idOf('Page'), 'lab to page');
  await expectSaid(page, labName, 'lab to page');
  lab.write(idOf('Terminal'), 'lab to terminal');
  await terminal.shows(new RegExp(`^Message from ${labId}, ${labName}: lab to terminal$`, 'm'));
  lab.write(idOf('Program'), 'lab to program');
  expect(await heard()).toEqual([labName, 'lab to program']);
});
