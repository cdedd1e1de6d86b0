import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { expect, it, onTestFinished } from 'vitest';
import { drawPhotograph, drawPicture, handOver } from './drawn-picture.ts';
import { leased } from './leased.ts';
import { pretendReadings } from './many-readings.ts';
import { company } from './people.ts';
import { expectRead, writeAndKeep } from './reading.ts';
import { phone, setStage } from './stage.ts';
import { strokesOf, write, writeWithFinger } from './writing.ts';

/** Pictures of every state, to be looked at, in the directory that INKWIRE_SCREENSHOTS names. */
const directory = process.env.INKWIRE_SCREENSHOTS ?? '';
const only = process.env.INKWIRE_SCREENSHOTS_ONLY?.split(',');

const dark: BrowserContextOptions = { colorScheme: 'dark' };
const chinese: BrowserContextOptions = { locale: 'zh-CN' };
/** As docs/images/page.png has it. */
const readme: BrowserContextOptions = { viewport: { width: 1200, height: 800 }, deviceScaleFactor: 2 };
const tall: BrowserContextOptions = { viewport: { width: 1440, height: 1500 } };

const stage = setStage();
const poolStage = setStage(['--pool-capacity', '60', '--pool-spare', '2']);

const shots: [
  name: string,
  options: BrowserContextOptions,
  hash: string,
  act: (page: Page) => Promise<unknown>,
][] = [
  ['readme', readme, '', keepAndWrite],
  ['empty', {}, '', untouched],
  ['empty-dark', dark, '', untouched],
  ['list', {}, '', keepSome],
  ['drawing', { reducedMotion: 'no-preference' }, '', draw],
  ['several-digits', {}, '', several],
  ['several-digits-dark', dark, '', several],
  ['several-digits-chinese', chinese, '', several],
  [
    'long-number',
    {},
    '',
    (page) => write(page, '31415926', { height: 0.3 }).then(() => expectRead(page, '31415926')),
  ],
  ['unsure', {}, '', unsure],
  ['unsure-dark', dark, '', unsure],
  ['kept', {}, '', (page) => writeAndKeep(page, '56')],
  ['error-none-found', {}, '', (page) => fail(page, 422, 'DIGITS_NONE_FOUND')],
  ['error-busy', {}, '', (page) => fail(page, 503, 'DIGITS_OVERLOADED')],
  ['error-offline-dark', dark, '', offline],
  ['photograph', {}, '', photograph],
  ['photograph-dark', dark, '', photograph],
  ['pictures', {}, '', manyPictures],
  ['dropping', {}, '', dropping],
  ['samples', {}, '', samples],
  ['samples-dark', dark, '', samples],
  ['detail', {}, '', openFirst],
  ['detail-dark', dark, '', openFirst],
  ['correcting', {}, '', correcting],
  ['removed', {}, '', removed],
  ['long-list', {}, '', longList],
  ['long-list-dark', dark, '', longList],
  ['nothing-found', {}, '', nothingFound],
  ['model', tall, '#/model', describeModel],
  ['model-dark', { ...tall, ...dark }, '#/model', describeModel],
  ['model-chinese', { ...tall, ...chinese }, '#/model', describeModel],
  ['wire-alone', {}, '#/wire', alone],
  ['wire-company', {}, '#/wire', meet],
  ['wire-company-dark', dark, '#/wire', meet],
  ['wire-company-chinese', chinese, '#/wire', meet],
  ['wire-unread', {}, '', unreadMessages],
  ['wire-talk', {}, '#/wire', talk],
  ['wire-talk-dark', dark, '#/wire', talk],
  ['wire-naming', {}, '#/wire', naming],
  ['wire-left', {}, '#/wire', left],
  ['wire-laptop', { viewport: { width: 1024, height: 700 } }, '#/wire', meet],
  ['phone-wire', phone, '#/wire', meet],
  ['phone-wire-talk', phone, '#/wire', talk],
  ['phone-wire-talk-dark-chinese', { ...phone, ...dark, ...chinese }, '#/wire', talk],
  ['phone-wire-small', { ...phone, viewport: { width: 320, height: 568 } }, '#/wire', talk],
  ['phone-wire-across', { ...phone, viewport: { width: 568, height: 320 } }, '#/wire', talk],
  ['wire-offline', {}, '#/wire', cutOff],
  ['pool', {}, '#/pool', busyPool],
  ['pool-dark', dark, '#/pool', busyPool],
  ['pool-chinese-dark', { ...chinese, ...dark }, '#/pool', busyPool],
  ['pool-empty', {}, '#/pool', emptyPool],
  ['phone-pool', phone, '#/pool', busyPool],
  ['phone-pool-small-dark', { ...phone, ...dark, viewport: { width: 320, height: 568 } }, '#/pool', busyPool],
  ['keyboard', {}, '', keyboard],
  ['wide', { viewport: { width: 1600, height: 1000 } }, '', several],
  ['laptop', { viewport: { width: 1024, height: 700 } }, '', several],
  ['tablet', { viewport: { width: 820, height: 1180 }, hasTouch: true }, '', several],
  ['phone-empty', phone, '', untouched],
  ['phone-digits', phone, '', finger],
  ['phone-digits-dark', { ...phone, ...dark }, '', finger],
  ['phone-unsure', phone, '', unsure],
  ['phone-error', phone, '', (page) => fail(page, 422, 'DIGITS_NONE_FOUND')],
  ['phone-samples', phone, '', samples],
  ['phone-readings', phone, '#/readings', longList],
  ['phone-readings-chinese-dark', { ...phone, ...chinese, ...dark }, '#/readings', longList],
  ['phone-detail', phone, '#/readings', openFirst],
  ['phone-model', phone, '#/model', describeModel],
  ['phone-small', { ...phone, viewport: { width: 320, height: 568 } }, '', finger],
  ['phone-across', { ...phone, viewport: { width: 740, height: 360 } }, '', finger],
];

it.each(shots.filter(([name]) => !only || only.includes(name)))('%s', async (name, options, hash, act) => {
  const { expectErrors, open } = hash === '#/pool' ? poolStage : stage;
  expectErrors(/./);
  mkdirSync(directory, { recursive: true });
  // Without motion ink is dry at once, and bars have their length.
  const page = await open({ reducedMotion: 'reduce', ...options }, hash);
  await page.locator('.ink-canvas').waitFor({ state: 'attached' });
  await act(page);
  await untilPainted(page);
  await page.screenshot({
    path: path.join(directory, `${name}.png`),
    ...(/^(phone-)?(model|pool)/.test(name) ? { fullPage: true } : {}),
  });
});

/** Fonts and pictures are loaded, and the last change is on the screen. */
async function untilPainted(page: Page): Promise<void> {
  await page.waitForFunction(
    () =>
      document.fonts.status === 'loaded' &&
      [...document.images].every(({ complete }) => complete) &&
      !document.querySelector('.file-picture[data-state=opening]'),
  );
  await nextFrame(page);
}

/** Resolves when a frame has been painted since. */
async function nextFrame(page: Page): Promise<void> {
  await page.evaluate(
    () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
  );
}

/** The page has its readings, and its connection to the hub. */
async function untouched(page: Page): Promise<void> {
  await page.locator('.readings-none, .row').first().waitFor({ state: 'attached' });
  await page.locator('.live-state[data-live=true]').waitFor({ state: 'attached' });
  await page.locator('.nav-count').waitFor({ state: 'attached' });
}

async function describeModel(page: Page): Promise<void> {
  await page.locator('.confusion').waitFor();
  await page.locator('.weights').waitFor();
}

async function alone(page: Page): Promise<void> {
  await page.locator('.people[data-state=online] .hint').waitFor();
}

async function emptyPool(page: Page): Promise<void> {
  await page.locator('.pool .hint').waitFor();
}

async function keepSome(page: Page): Promise<void> {
  for (const [index, text] of ['471', '660', '19', '38', '5', '2047'].entries())
    await writeAndKeep(page, text, { hand: index % 2 ? 1 : 0 });
}

async function keepAndWrite(page: Page): Promise<void> {
  await keepSome(page);
  await write(page, '2046', { hand: 1 });
  await expectRead(page, '2046');
}

async function several(page: Page): Promise<void> {
  await write(page, '2047', { hand: 1 });
  await expectRead(page, '2047');
}

async function finger(page: Page): Promise<void> {
  await writeWithFinger(page, '386');
  await expectRead(page, '386');
}

/** Stops in the middle of the last stroke. */
async function draw(page: Page): Promise<void> {
  const area = (await page.locator('.ink-canvas').boundingBox())!;
  const strokes = strokesOf('203', area);
  for (const [index, [first, ...rest]] of strokes.entries()) {
    const isLast = index === strokes.length - 1;
    await page.mouse.move(first!.x, first!.y);
    await page.mouse.down();
    for (const { x, y } of isLast ? rest.slice(0, rest.length * 0.7) : rest) await page.mouse.move(x, y);
    if (!isLast) await page.mouse.up();
  }
  await nextFrame(page);
}

/** What the hub would say of a hurried hand. */
async function unsure(page: Page): Promise<void> {
  await page.route('**/api/readings?keep=false', async (route) => {
    const response = await route.fetch();
    const body = await response.json();
    const [reading] = body.readings;
    const second = reading.digits[1];
    if (!second) return route.fulfill({ response });
    second.probabilities = [0.01, 0.34, 0.02, 0.01, 0.04, 0.01, 0.01, 0.02, 0.02, 0.02].map((share, digit) =>
      digit === second.digit ? 0.52 : share,
    );
    Object.assign(second, { confidence: 0.52 });
    Object.assign(reading, { confidence: 0.5, unsure: true });
    await route.fulfill({ json: body });
  });
  await write(page, '471');
  await expectRead(page, '471');
}

async function fail(page: Page, status: number, code: string): Promise<void> {
  const body = JSON.stringify({ code, status, title: code });
  await page.route('**/api/readings?keep=false', (route) =>
    route.fulfill({ status, headers: { 'retry-after': '5' }, contentType: 'application/problem+json', body }),
  );
  const area = (await page.locator('.ink-canvas').boundingBox())!;
  await page.mouse.move(area.x + 90, area.y + 90);
  await page.mouse.down();
  for (let step = 0; step < 60; step++)
    await page.mouse.move(
      area.x + area.width * (0.3 + step / 150) + Math.sin(step) * 40,
      area.y + area.height * (0.5 + Math.cos(step * 1.7) * 0.2),
    );
  await page.mouse.up();
  await page.getByRole('alert').waitFor();
}

async function offline(page: Page): Promise<void> {
  await page.context().setOffline(true);
  await write(page, '47');
  await page.getByRole('alert').waitFor();
}

async function photograph(page: Page): Promise<void> {
  await handOver(page, 'drop', [await drawPhotograph(page, '2047')]);
  await page.locator('.reading .number').waitFor();
}

async function manyPictures(page: Page): Promise<void> {
  const bad = {
    name: 'minutes-of-the-meeting.png',
    mimeType: 'image/png',
    buffer: Buffer.from('not a picture'),
  };
  const pictures = [];
  for (const text of ['38', '4', '660', '19', '7', '52']) pictures.push(await drawPicture(page, text));
  await handOver(page, 'drop', [...pictures, bad]);
  await page.getByText('6 of 7 read').waitFor();
}

async function dropping(page: Page): Promise<void> {
  await page.evaluate(() => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File(['x'], 'x.png', { type: 'image/png' }));
    document.body.dispatchEvent(new DragEvent('dragenter', { dataTransfer, bubbles: true }));
  });
  await page.locator('.sheet[data-dropping=true]').waitFor();
}

async function samples(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Ten samples' }).click();
  await page.locator('.contact').first().waitFor();
}

async function openFirst(page: Page): Promise<void> {
  const found = page.waitForResponse(/\/api\/readings\?.*text=2047/);
  await page.getByRole('searchbox').fill('2047');
  await found;
  await page.locator('.row', { hasText: '2047' }).first().locator('.row-link').click();
  await page.locator('.reading-dialog .digit-card').first().waitFor();
}

async function nothingFound(page: Page): Promise<void> {
  await page.getByRole('searchbox').fill('777777');
  await page.locator('.readings-none button').waitFor();
}

async function removed(page: Page): Promise<void> {
  await page
    .getByRole('button', { name: /^Remove/ })
    .first()
    .click({ force: true });
  await page.locator('.notice').waitFor();
}

async function correcting(page: Page): Promise<void> {
  await page
    .getByRole('button', { name: /^Correct/ })
    .first()
    .click({ force: true });
  await page.locator('.correction-field:focus').waitFor();
  await page.keyboard.type('4');
}

async function longList(page: Page): Promise<void> {
  await pretendReadings(page, 1_000);
  await page.locator('.row').first().waitFor();
}

async function keyboard(page: Page): Promise<void> {
  await page.locator('.ink-canvas').focus();
  for (const key of [
    ' ',
    ...Array(7).fill('ArrowRight'),
    ...Array(9).fill(['ArrowDown', 'ArrowDown', 'ArrowLeft']).flat(),
  ])
    await page.keyboard.press(key as string);
}

async function meet(page: Page): Promise<void> {
  const { anna } = await company(stage.hub.wire);
  await page.locator('.person', { hasText: 'Anna' }).waitFor();
  await anna.read([Array.from({ length: 20 }, (_, step) => [100 + step, 40 + step * 8] as const)]);
  await page.locator('.latest-reading').waitFor();
}

async function talk(page: Page): Promise<void> {
  const { anna } = await company(stage.hub.wire);
  await page.locator('.person', { hasText: 'Anna' }).click();
  const inbox = anna.subscribe((id) => `$inbox/${id}`);
  await inbox.ready();
  const say = async (text: string): Promise<void> => {
    await page.locator('.message-field').fill(text);
    await page.keyboard.press('Enter');
  };
  await say('Is the seven in 471 yours?');
  const [id] = (await inbox.next()).value!.values!;
  await anna.publish(`$inbox/${id}`, ['It is. I cross mine, so the reader was not quite sure of it.']);
  await anna.publish(`$inbox/${id}`, ['<b>4?1</b>, it said']);
  await page.locator('.message').nth(2).waitFor();
  await say('I have corrected it.');
  await page.locator('.message').nth(3).waitFor();
}

async function unreadMessages(page: Page): Promise<void> {
  await page.locator('.nav-count').waitFor();
  const { anna, members } = await company(stage.hub.wire);
  const pages = (await members()).filter(({ transport }) => transport === 'websocket');
  for (const text of ['Hello there', 'Is anyone at the sheet?'])
    await anna.publish(`$inbox/${pages.at(-1)!.id}`, [text]);
  await page.locator('.nav-link .count').waitFor();
}

async function naming(page: Page): Promise<void> {
  await meet(page);
  await page.locator('#rename').click();
  await page.locator('.name-form input').fill('   ');
  await page.keyboard.press('Enter');
  await page.locator('.name-unfit:not(:empty)').waitFor();
}

async function left(page: Page): Promise<void> {
  await talk(page);
  await (await company(stage.hub.wire)).leave();
  await page.getByText('Anna has left.').waitFor();
}

/** Six programs whose needs go up and down. */
async function busyPool(page: Page): Promise<void> {
  const names = ['web-1', 'web-2', 'api', '夜间任务', 'reports', 'a-queue-worker-of-a-long-name'];
  const programs = [];
  for (const name of names) programs.push(await leased(poolStage.hub.wire, name));
  const needs = [
    [4, 2, 9, 1, 0, 3],
    [9, 4, 9, 1, 2, 6],
    [14, 6, 5, 1, 8, 9],
    [11, 9, 3, 2, 14, 14],
    [8, 12, 2, 2, 26, 16],
    [12, 9, 4, 1, 40, 12],
  ];
  let before = needs[0]!.map(() => 0);
  for (const need of needs) {
    for (const [at, program] of programs.entries()) {
      const more = need[at]! - before[at]!;
      if (more > 0) program.take(more);
      else program.give(-more);
    }
    before = need;
    await expect
      .poll(() => shownNeeds(page))
      .toEqual(Object.fromEntries(names.map((name, at) => [name, need[at]])));
    await pass(page, 2_500);
  }
}

/** The connections that each client in the table uses and waits for. */
function shownNeeds(page: Page): Promise<Record<string, number>> {
  return page.locator('.pool-table tbody tr').evaluateAll((rows) => {
    const text = (row: Element, selector: string) => row.querySelector(selector)!.textContent;
    const needOf = (row: Element) => Number(text(row, 'td')) + Number(text(row, '.pool-waiting'));
    return Object.fromEntries(rows.map((row) => [text(row, 'bdi'), needOf(row)]));
  });
}

/** Moves the page's clock ahead, and waits until the chart has moved with it. */
async function pass(page: Page, ms: number): Promise<void> {
  const line = page.locator('.pool-needed');
  const before = await line.getAttribute('d');
  await page.evaluate((ms) => {
    const now = performance.now.bind(performance);
    performance.now = () => now() + ms;
  }, ms);
  await expect.poll(() => line.getAttribute('d')).not.toBe(before);
}

async function cutOff(page: Page): Promise<void> {
  await meet(page);
  await stage.hub.stop();
  await page.locator('.people[data-state=offline]').waitFor();
  onTestFinished(() => stage.hub.start());
}
