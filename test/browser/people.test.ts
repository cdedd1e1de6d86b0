import { type Client, createClient } from '@inkwire/wire';
import { dialStream } from '@inkwire/wire/node';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { expect, it, onTestFinished } from 'vitest';
import { patient } from '../../packages/wire/test/patient.ts';
import { writeAndKeep } from './reading.ts';
import { setStage } from './stage.ts';

const stage = setStage();

/** A page that shows who is here, under this name. */
async function openAs(name: string, options: BrowserContextOptions = {}): Promise<Page> {
  const page = await stage.open(options, '#/wire');
  await page.evaluate((chosen) => localStorage.setItem('inkwire.name', chosen), name);
  await page.reload();
  await page.locator('.people[data-state=online] .you').getByText(name).waitFor();
  return page;
}

/** A TypeScript program, over TCP. */
function connectAs(name: string): Client {
  const client = createClient({
    dial: (wait) => dialStream({ ...stage.hub.wire, ...wait }),
    name,
    ...patient,
  });
  onTestFinished(() => client.destroy());
  return client;
}

const row = (page: Page, name: string) => page.locator('.person', { hasText: name });

async function say(page: Page, text: string): Promise<void> {
  await page.locator('.message-field').fill(text);
  await page.keyboard.press('Enter');
}

const said = (page: Page) => page.locator('.message-text').allTextContents();

it('connects after the first paint, by a chunk of its own and under the page’s policy', async () => {
  const page = await stage.open();
  await page.locator('.nav-link[data-view=wire] .nav-count').waitFor();
  const { painted, fetched } = await page.evaluate(() => ({
    painted: performance.getEntriesByName('first-contentful-paint')[0]!.startTime,
    fetched: performance.getEntriesByType('resource').find(({ name }) => name.includes('people-panel'))!
      .startTime,
  }));
  expect(fetched).toBeGreaterThan(painted);
  expect(await page.locator('.nav-link[data-view=wire]').textContent()).toContain('1 here');
});

it('lets two pages see one another, change their names and talk', async () => {
  const [anna, ben] = [await openAs('Anna'), await openAs('Ben')];
  await row(anna, 'Ben').getByText('page').waitFor();
  await anna.getByRole('button', { name: 'Change your name' }).click();
  await anna.keyboard.type('Änne');
  await anna.keyboard.press('Enter');
  await row(ben, 'Änne').waitFor();

  await row(ben, 'Änne').click();
  await say(ben, '<b>hello</b> & welcome');
  await anna.locator('.nav-link .count').getByText('1', { exact: true }).waitFor();
  expect(await anna.title()).toBe('(1) Inkwire');
  expect(await anna.locator('#announcement').textContent()).toBe('Ben writes: <b>hello</b> & welcome');
  await row(anna, 'Ben').click();
  await expect.poll(() => said(anna)).toEqual(['<b>hello</b> & welcome']);
  expect(await anna.locator('.message-text b').count()).toBe(0);
  await expect.poll(() => anna.title()).toBe('Inkwire');
  await say(anna, 'hello Ben');
  await expect.poll(() => said(ben)).toEqual(['<b>hello</b> & welcome', 'hello Ben']);
  await ben.locator('.message[data-sent=sent]').waitFor();

  await ben.goto(`${stage.hub.url}/#/wire`);
  await ben.reload();
  await ben.locator('.you').getByText('Ben').waitFor();
  await anna.locator('.log').getByText('Ben has left.').waitFor();
  expect(await anna.locator('.message-field').isEditable()).toBe(false);
  await anna.goto(`${stage.hub.url}/#/wire`);
  await anna.reload();
  await anna.locator('.you').getByText('Änne').waitFor();
});

it('refuses a name that would be none', async () => {
  const page = await openAs('Anna');
  await page.getByRole('button', { name: 'Change your name' }).click();
  await page.getByLabel('Your name').fill('   ');
  await page.keyboard.press('Enter');
  await page.getByText('A name is one line').waitFor();
  await page.keyboard.press('Escape');
  await page.locator('.you').getByText('Anna').waitFor();
});

it('talks with a TypeScript program over TCP, and shows what is read for it', async () => {
  const program = connectAs('Program');
  const page = await openAs('Anna');
  await row(page, 'Program').getByText('terminal or program').waitFor();

  const inbox = program.subscribe((id) => `$inbox/${id}`);
  await inbox.ready();
  await row(page, 'Program').click();
  await say(page, 'ping');
  const { value } = await inbox.next();
  const [from, name, ...values] = value!.values!;
  expect([name, values]).toEqual(['Anna', ['ping']]);
  await program.publish(`$inbox/${from}`, ['pong', 7]);
  await expect.poll(() => said(page)).toEqual(['ping', 'pong 7']);

  const strokes = [Array.from({ length: 20 }, (_, step) => [100 + step, 40 + step * 8] as const)];
  await page.keyboard.press('Escape');
  const { text } = await program.read(strokes);
  await expect
    .poll(() => page.locator('.latest-reading').textContent())
    .toMatch(new RegExp(`^${text}read for Program`));
  await writeAndKeep(page, '5');
  await expect.poll(() => page.locator('.latest-reading').textContent()).toMatch(/^5written/);
});

it('says that somebody has left who does not take the message any more', async () => {
  const program = connectAs('Program');
  const page = await openAs('Anna');
  await row(page, 'Program').click();
  await page.locator('.message-field').fill('are you there?');
  // The page waits, and hears nothing, until the program has left: it sends before it is told.
  stage.expectErrors(/Synchronous XMLHttpRequest/);
  const observer = connectAs('Observer');
  await page.route('**/has-left', async (route) => {
    await program.close();
    await expect
      .poll(async () => [...(await observer.hgetall('$members')).values()].join())
      .not.toContain('Program');
    await route.fulfill({ body: '' });
  });
  await page.evaluate(() => {
    const waiting = new XMLHttpRequest();
    waiting.open('GET', '/has-left', false);
    waiting.send();
    document.querySelector<HTMLFormElement>('.write-line')!.requestSubmit();
  });
  await page.locator('.message[data-sent=gone]').getByText('not delivered').waitFor();
  await page.locator('.log').getByText('Program has left.').waitFor();
});

it('comes back by itself after the hub was restarted, under the same name, and mistakes nobody for another', async () => {
  stage.expectErrors(/ERR_|Failed to load|WebSocket/);
  const [anna, ben] = [await openAs('Anna'), await openAs('Ben')];
  await row(anna, 'Ben').click();
  await say(anna, 'before');
  await expect.poll(() => ben.locator('.nav-link .count').count()).toBe(1);
  await stage.hub.stop();
  await anna.locator('.people[data-state=offline]').waitFor();
  await anna.locator('.message-field').fill('while it is away');
  expect(await anna.getByRole('button', { name: 'Send' }).isDisabled()).toBe(true);
  await stage.hub.start();
  await anna.locator('.people[data-state=online]').waitFor();
  await anna.locator('.log').getByText('Ben has left.').waitFor();
  await anna.keyboard.press('Escape');
  await anna.locator('.you').getByText('Anna').waitFor();
  const returned = anna.locator('.person[data-here=true]', { hasText: 'Ben' });
  await returned.waitFor();
  await returned.click();
  await say(anna, 'after');
  await expect.poll(() => ben.locator('.nav-link .count').textContent()).toContain('2');
});

it('has the focus in a conversation as soon as it is there, so that no key is lost', async () => {
  const anna = await openAs('Anna');
  await connectAs('Ben').hget('$hub', 'time');
  await row(anna, 'Ben').waitFor();
  const focused = await anna.evaluate(
    () =>
      new Promise<boolean>((resolve) => {
        new MutationObserver(() => {
          const field = document.querySelector('.message-field');
          if (field) resolve(document.activeElement === field);
        }).observe(document.body, { childList: true, subtree: true });
        document.querySelector<HTMLElement>('.person')!.click();
      }),
  );
  expect(focused).toBe(true);
});

it('is used without a pointer', async () => {
  const program = connectAs('Program');
  const page = await openAs('Anna');
  const link = row(page, 'Program');
  await link.focus();
  await page.keyboard.press('Enter');
  await expect.poll(() => page.evaluate(() => document.activeElement!.className)).toBe('message-field');
  const inbox = program.subscribe((id) => `$inbox/${id}`);
  await inbox.ready();
  await page.keyboard.type('by hand');
  await page.keyboard.press('Enter');
  expect((await inbox.next()).value!.values!.slice(1)).toEqual(['Anna', 'by hand']);
  await page.keyboard.press('Escape');
  await page.getByRole('heading', { name: 'Who is here' }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('heading', { name: 'Kept readings' }).waitFor();
});
