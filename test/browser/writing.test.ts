import { expect, it } from 'vitest';
import { expectKept, expectRead, writeAndKeep } from './reading.ts';
import { phone, setStage } from './stage.ts';
import { strokesOf, write, writeWithFinger } from './writing.ts';

const stage = setStage();

it('reads a number while it is written, each digit in its box with ten bars', async () => {
  const page = await stage.open();
  await write(page, '2047');
  await expectRead(page, '2047');
  expect(await page.locator('.digit-box b').allTextContents()).toEqual(['2', '0', '4', '7']);
  expect(await page.locator('.digit-card').count()).toBe(4);
  expect(await page.locator('.digit-card').first().locator('.bar').count()).toBe(10);
  expect(await page.locator('.digit-card').first().locator('[data-read=true] small').textContent()).toBe('2');
});

it('lays each box over the ink of its digit', async () => {
  const page = await stage.open();
  await write(page, '386', { height: 0.4 });
  await expectRead(page, '386');
  const area = (await page.locator('.ink-canvas').boundingBox())!;
  const strokes = strokesOf('386', area, { height: 0.4 });
  const left = Math.min(...strokes[0]!.map(({ x }) => x));
  const right = Math.max(...strokes.at(-1)!.map(({ x }) => x));
  const top = Math.min(...strokes.flat().map(({ y }) => y));
  const bottom = Math.max(...strokes.flat().map(({ y }) => y));
  const boxes = await page
    .locator('.digit-box')
    .evaluateAll((all) => all.map((box) => box.getBoundingClientRect().toJSON()));
  // The box stands 6 px off the ink, and the pen has a width.
  const near = (a: number, b: number) => expect(Math.abs(a - b), `${a} near ${b}`).toBeLessThan(20);
  near(boxes[0].left, left);
  near(boxes.at(-1).right, right);
  near(Math.min(...boxes.map((box) => box.top)), top);
  near(Math.max(...boxes.map((box) => box.bottom)), bottom);
  expect(boxes[0].right).toBeLessThan(boxes[1].left + 12);
});

it('keeps with the button and with Enter, and the sheet is clear for the next number', async () => {
  const page = await stage.open();
  await write(page, '5');
  await expectRead(page, '5');
  await page.getByRole('button', { name: 'Keep' }).click();
  await page.getByRole('link', { name: 'Kept 5' }).waitFor();
  await page.locator('.invitation').waitFor();
  await writeAndKeep(page, '38');
  await expectKept(page, ['38', '5']);
});

it('undoes, redoes and clears', async () => {
  const page = await stage.open();
  await write(page, '71');
  await expectRead(page, '71');
  await page.keyboard.press('Control+z');
  await expectRead(page, '7');
  await page.keyboard.press('Control+Shift+z');
  await expectRead(page, '71');
  await page.getByRole('button', { name: 'Clear the sheet' }).click();
  await page.locator('.invitation').waitFor();
  expect(await page.locator('.digit-box').count()).toBe(0);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expectRead(page, '71');
});

it('remembers the width of the pen', async () => {
  const page = await stage.open();
  await page.getByRole('radio', { name: 'Broad pen' }).check({ force: true });
  await page.reload();
  expect(await page.getByRole('radio', { name: 'Broad pen' }).isChecked()).toBe(true);
});

it('sends the pressure of a pen, and of a mouse none', async () => {
  const page = await stage.open();
  const sent: unknown[] = [];
  page.on('request', (request) => request.url().includes('keep=false') && sent.push(request.postDataJSON()));
  const { x, y } = (await page.locator('.ink-canvas').boundingBox())!;
  const session = await page.context().newCDPSession(page);
  const pen = (type: 'mousePressed' | 'mouseMoved' | 'mouseReleased', step: number) =>
    session.send('Input.dispatchMouseEvent', {
      type,
      x: x + 300,
      y: y + 80 + step * 20,
      button: 'left',
      buttons: 1,
      clickCount: 1,
      pointerType: 'pen',
      force: 0.3 + step * 0.05,
    });
  await pen('mousePressed', 0);
  for (let step = 1; step < 9; step++) await pen('mouseMoved', step);
  await pen('mouseReleased', 9);
  await expect.poll(() => sent.length).toBeGreaterThan(0);
  const { strokes } = sent.at(-1) as { strokes: number[][][] };
  expect(strokes[0]!.every((point) => point.length === 3)).toBe(true);
  expect(strokes[0]!.at(-1)![2]).toBeGreaterThan(strokes[0]![0]![2]!);
});

it('keeps the ink when the window changes its shape', async () => {
  const page = await stage.open();
  await write(page, '471');
  await expectRead(page, '471');
  await page.setViewportSize({ width: 420, height: 800 });
  const sheet = (await page.locator('.ink-canvas').boundingBox())!;
  await expect
    .poll(async () => {
      const boxes = await page
        .locator('.digit-box')
        .evaluateAll((all) => all.map((box) => box.getBoundingClientRect().right));
      return Math.max(...boxes) <= sheet.x + sheet.width + 8;
    })
    .toBe(true);
});

it('writes with a finger without scrolling, zooming or selecting', async () => {
  const page = await stage.open(phone);
  await page.evaluate(() => document.documentElement.style.setProperty('min-height', '200vh'));
  await writeWithFinger(page, '38');
  await expectRead(page, '38');
  expect(
    await page.evaluate(() => [scrollX, scrollY, visualViewport!.scale, String(getSelection())]),
  ).toEqual([0, 0, 1, '']);
});

it('reads at the screen’s own resolution', async () => {
  const page = await stage.open(phone);
  const [drawn, shown] = await page
    .locator('.ink-canvas')
    .evaluate((canvas: HTMLCanvasElement) => [canvas.width, canvas.clientWidth]);
  expect(drawn).toBe(shown! * 2);
});
