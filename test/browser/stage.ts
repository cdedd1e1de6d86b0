import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { openHub, type TestHub } from './hub.ts';

export const desktop: BrowserContextOptions = { viewport: { width: 1440, height: 900 }, locale: 'en-GB' };
export const phone: BrowserContextOptions = {
  viewport: { width: 390, height: 844 },
  deviceScaleFactor: 2,
  hasTouch: true,
  isMobile: true,
  locale: 'en-GB',
};

/** What a page did that no page of ours may do. */
export interface Complaints {
  /** Addresses that are not the hub's. */
  readonly outside: string[];
  /** Errors and warnings on the console, and errors that nothing caught. */
  readonly errors: string[];
}

export interface Stage {
  readonly hub: TestHub;
  /** A page in a browser profile of its own, at the address `/` and this hash. */
  open(options?: BrowserContextOptions, hash?: string): Promise<Page>;
  /** Says that an error on the console belongs to the test: the browser reports each answer that is not 2xx. */
  expectErrors(pattern: RegExp): void;
}

/** A browser reports every answer that is not 2xx. A slow hand is previewed between two strokes, and half a digit is none. */
const halfDigit = /status of 422/;

/**
 * A hub, with these settings, and a Chromium for the tests of one file. After each test no page may have asked anyone but the hub, nor have
 * complained.
 */
export function setStage(settings: readonly string[] = []): Stage {
  let hub: TestHub;
  let browser: Browser;
  let complaints: Complaints = { outside: [], errors: [] };
  let expected: RegExp[] = [];

  beforeAll(async () => {
    [hub, browser] = await Promise.all([openHub(settings), launch()]);
  });
  afterAll(async () => {
    await browser?.close();
    await hub?.close();
  });
  afterEach(async () => {
    const { outside, errors } = complaints;
    const unexpected = errors.filter((error) => !expected.some((pattern) => pattern.test(error)));
    complaints = { outside: [], errors: [] };
    expected = [];
    await Promise.all(browser.contexts().map((context) => context.close()));
    expect(outside, 'requests to anyone but the hub').toEqual([]);
    expect(unexpected, 'complaints of the page').toEqual([]);
  });

  return {
    get hub() {
      return hub;
    },
    expectErrors: (pattern) => void expected.push(pattern),
    async open(options = {}, hash = '') {
      const context = await browser.newContext({ ...desktop, ...options });
      const { outside, errors } = complaints;
      context.on('request', (request) => {
        if (!request.url().replace(/^ws:/, 'http:').startsWith(hub.url) && !request.url().startsWith('blob:'))
          outside.push(request.url());
      });
      context.on('console', (message) => {
        if (['error', 'warning'].includes(message.type()) && !halfDigit.test(message.text()))
          errors.push(message.text());
      });
      context.on('weberror', (error) => errors.push(String(error.error())));
      const page = await context.newPage();
      page.setDefaultTimeout(120_000);
      await page.goto(`${hub.url}/${hash}`);
      return page;
    },
  };
}

function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    headless: true,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}
