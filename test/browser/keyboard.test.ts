import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { expectKept, expectRead } from './reading.ts';
import { setStage } from './stage.ts';

const stage = setStage();

/** The accessible name of what has the focus. */
const focused = (page: Page) =>
  page.evaluate(() => {
    const element = document.activeElement as HTMLElement;
    return (
      element.getAttribute('aria-label') ??
      element.closest('label')?.textContent?.trim() ??
      element.textContent?.trim()
    );
  });

async function press(page: Page, key: string, times = 1): Promise<void> {
  for (let time = 0; time < times; time++) await page.keyboard.press(key);
}

it('writes, keeps, corrects, opens and removes without a pointer', async () => {
  const page = await stage.open();
  await page.locator('.ink-canvas').waitFor();
  await press(page, 'Tab');
  expect(await focused(page)).toBe('Skip to the sheet');
  await press(page, 'Enter');
  await expect.poll(() => focused(page)).toBe('Sheet to write numbers on');

  // A seven: a bar to the right, then down.
  await press(page, 'ArrowUp', 4);
  await press(page, ' ');
  await press(page, 'ArrowRight', 7);
  for (let step = 0; step < 7; step++) {
    await press(page, 'ArrowDown', 2);
    await press(page, 'ArrowLeft');
  }
  await press(page, ' ');
  await expectRead(page, '7');
  await expect.poll(() => page.locator('#announcement').textContent()).toMatch(/^Read 7,/);
  await press(page, 'Enter');
  await expectKept(page, ['7']);
  await expect.poll(() => page.locator('#announcement').textContent()).toBe('Kept 7');

  const passed: string[] = [];
  for (let step = 0; step < 40; step++) {
    await press(page, 'Tab');
    const name = await focused(page);
    passed.push(name ?? '');
    if (name === 'Correct 7') break;
  }
  expect(passed).toEqual(
    expect.arrayContaining([
      'Medium pen',
      'Undo',
      'Picture',
      'Ten samples',
      'CSV',
      'Search the readings',
      'Open 7',
      'Correct 7',
    ]),
  );
  await press(page, 'Enter');
  await page.keyboard.type('1');
  await press(page, 'Enter');
  await expectKept(page, ['1']);
  await expect.poll(() => focused(page)).toBe('Correct 1');

  await press(page, 'Shift+Tab');
  await press(page, 'Enter');
  await page.getByRole('dialog').waitFor();
  await press(page, 'Escape');
  await expect.poll(() => focused(page)).toBe('Open 1');
  await press(page, 'Tab', 2);
  expect(await focused(page)).toBe('Remove 1');
  await press(page, 'Enter');
  await page.getByText('Nothing kept yet').waitFor();
});

it('shows where the focus is', async () => {
  const page = await stage.open();
  await page.locator('.ink-canvas').waitFor();
  for (let step = 0; step < 30; step++) {
    await press(page, 'Tab');
    if (await page.evaluate(() => document.activeElement === document.body)) break;
    const hasOutline = await page.evaluate(() => {
      const element = document.activeElement!;
      return [element, element.closest('label')].some(
        (each) => each && getComputedStyle(each).outlineStyle !== 'none',
      );
    });
    expect(hasOutline, await focused(page)).toBe(true);
  }
});

it('names everything that can be used, and has its landmarks', async () => {
  const page = await stage.open();
  await page.locator('.ink-canvas').waitFor();
  for (const role of ['banner', 'main', 'navigation', 'search'] as const)
    expect(await page.getByRole(role).count(), role).toBe(1);
  const nameless = await page.evaluate(() =>
    [...document.querySelectorAll('button, a, input')]
      .filter(
        (element) =>
          !(
            element.getAttribute('aria-label') ??
            element.closest('label')?.textContent ??
            element.textContent
          )?.trim(),
      )
      .map((element) => element.outerHTML),
  );
  expect(nameless).toEqual([]);
});
