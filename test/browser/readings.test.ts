import { expect, it } from 'vitest';
import { expectKept, expectRead, keptTexts, writeAndKeep } from './reading.ts';
import { setStage } from './stage.ts';
import { write } from './writing.ts';

const stage = setStage();

it('corrects in place: Enter saves, Escape leaves it, and the machine’s text stays', async () => {
  const page = await stage.open();
  await writeAndKeep(page, '47');
  await page.getByRole('button', { name: 'Correct 47' }).click();
  await page.keyboard.type('99');
  await page.keyboard.press('Escape');
  await expectKept(page, ['47']);
  await page.getByRole('button', { name: 'Correct 47' }).click();
  await page.keyboard.type('41');
  await page.keyboard.press('Enter');
  await expectKept(page, ['41']);
  expect(await page.locator('.row .reading-text s').textContent()).toBe('47');
  await page.reload();
  await expectKept(page, ['41']);
  expect(await page.locator('.row .reading-text s').textContent()).toBe('47');
});

it('finds readings by what they say', async () => {
  const page = await stage.open();
  await writeAndKeep(page, '38');
  await expectKept(page, ['38', '41']);
  const search = page.getByRole('searchbox', { name: 'Search the readings' });
  await search.fill('3');
  await expectKept(page, ['38']);
  await search.fill('47'); // What the machine had read is found too.
  await expectKept(page, ['41']);
  await search.fill('777');
  await page.getByText('No reading matches.').waitFor();
  await page.getByRole('button', { name: 'Show all' }).click();
  await expectKept(page, ['38', '41']);
});

it('shows only the unsure ones', async () => {
  const page = await stage.open();
  await expectKept(page, ['38', '41']);
  const asked = page.waitForRequest((request) => request.url().includes('unsure=true'));
  await page.getByText('To check', { exact: true }).click();
  await asked;
  await expect
    .poll(() => page.locator('.row').count())
    .toBe(await page.locator('.row .reading-meta-sure[data-unsure=true]').count());
});

it('hears what is kept, corrected and removed elsewhere', async () => {
  const [here, there] = [await stage.open(), await stage.open()];
  await here.getByText('Live', { exact: true }).waitFor();
  await writeAndKeep(there, '5');
  await expectKept(here, ['5', '38', '41']);
  await there.getByRole('button', { name: 'Correct 5' }).click();
  await there.keyboard.type('6');
  await there.keyboard.press('Enter');
  await expectKept(here, ['6', '38', '41']);
  await there.getByRole('button', { name: 'Remove 6' }).click();
  await there.getByRole('button', { name: 'Dismiss' }).click();
  await expectKept(here, ['38', '41']);
});

it('removes with second thoughts', async () => {
  const page = await stage.open();
  await expectKept(page, ['38', '41']);
  // Second thoughts have all the time that the test needs.
  await page.evaluate(() => {
    const { setTimeout: real } = window;
    const patient = (act: () => void, ms: number) => (ms === 6_000 ? 0 : real(act, ms));
    Object.assign(window, {
      setTimeout: patient,
      impatient: () => Object.assign(window, { setTimeout: real }),
    });
  });
  await page.getByRole('button', { name: 'Remove 38' }).click();
  await expectKept(page, ['41']);
  await page.getByRole('button', { name: 'Undo' }).last().click();
  await expectKept(page, ['38', '41']);
  await page.evaluate('impatient()');
  const gone = page.waitForResponse((response) => response.request().method() === 'DELETE');
  await page.getByRole('button', { name: 'Remove 38' }).click();
  expect((await gone).ok()).toBe(true);
  await page.reload();
  await expectKept(page, ['41']);
});

it('removes even when the page is closed before the second thoughts are over', async () => {
  const page = await stage.open();
  await writeAndKeep(page, '6');
  await page.getByRole('button', { name: 'Remove 6' }).click();
  const afterReloading = async () => {
    await page.reload();
    await page.locator('.row').first().waitFor();
    return keptTexts(page);
  };
  await expect.poll(afterReloading).toEqual(['41']);
});

it('opens a reading: its picture with boxes, its bars, and what the reader saw', async () => {
  const page = await stage.open();
  await writeAndKeep(page, '660');
  await page.getByRole('link', { name: 'Open 660' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.waitFor();
  expect(await dialog.locator('.digit-box b').allTextContents()).toEqual(['6', '6', '0']);
  expect(await dialog.locator('.bar').count()).toBe(30);
  const loaded = (selector: string) =>
    dialog
      .locator(selector)
      .evaluateAll((all) => all.every((image) => (image as HTMLImageElement).naturalWidth > 0));
  await expect.poll(() => loaded('img.file-picture')).toBe(true);
  await expect.poll(() => loaded('img.digit-card-prepared')).toBe(true);
  await page.keyboard.press('Escape');
  await expect.poll(() => dialog.isVisible()).toBe(false);
});

it('opens a reading by its address, and corrects it there', async () => {
  const page = await stage.open();
  const href = await page.getByRole('link', { name: 'Open 660' }).getAttribute('href');
  const other = await stage.open({}, href!);
  const dialog = other.getByRole('dialog');
  await dialog.getByRole('textbox').fill('666');
  await dialog.getByRole('button', { name: 'Correct' }).click();
  await dialog.getByText('666').waitFor();
  await dialog.getByRole('button', { name: 'Take the correction back' }).click();
  await expect.poll(() => dialog.locator('s').count()).toBe(0);
});

it('says so when a reading is not there any more', async () => {
  stage.expectErrors(/404/);
  const page = await stage.open({}, '#/readings/01890000-0000-7000-8000-000000000000');
  await page.getByRole('dialog').getByText('Not here any more').waitFor();
});

it('has everything again after the hub was restarted', async () => {
  // A hub that is about to end answers 503, one that has ended nothing.
  stage.expectErrors(/ERR_|Failed to load|WebSocket .* 503$/);
  const page = await stage.open();
  await expectKept(page, ['660', '41']);
  await stage.hub.stop();
  await page.getByText('Offline', { exact: true }).waitFor();
  await stage.hub.start();
  await page.getByText('Live', { exact: true }).waitFor();
  await page.reload();
  await expectKept(page, ['660', '41']);
  await write(page, '7');
  await expectRead(page, '7');
});

it('gives everything away as CSV', async () => {
  const page = await stage.open();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'CSV' }).click(),
  ]);
  expect(download.suggestedFilename()).toMatch(/\.csv$/);
});
