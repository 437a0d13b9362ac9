/** The chat on the page, as a test sees and uses it. */
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright/test';
import { expect } from './browser-test.ts';

export class ChatPage {
  readonly page: Page;
  readonly panel: Locator;
  readonly input: Locator;
  readonly log: Locator;
  readonly button: Locator;
  readonly #complaints: string[] = [];

  constructor(page: Page) {
    this.page = page;
    page.on('pageerror', (error) => this.#complaints.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error') this.#complaints.push(message.text());
    });
    this.panel = page.getByTestId('chat');
    this.input = page.getByTestId('chat-input');
    this.log = page.getByTestId('chat-log');
    this.button = page.getByTestId('chat-button');
  }

  /** A browser of its own with a camera's view and its chat open in it. The caller closes what comes back. */
  static async enter(
    browser: Browser,
    url: string,
    camera: string,
    options?: BrowserContextOptions,
  ): Promise<ChatPage> {
    const chat = new ChatPage(await (await browser.newContext(options)).newPage());
    await chat.open(url, camera);
    return chat;
  }

  /** Opens a camera's view and, unless told otherwise, its chat. */
  async open(url: string, camera: string, panel = true): Promise<void> {
    await this.page.goto(`${url}/#/camera/${camera}`);
    await this.button.waitFor();
    if (!panel || (await this.panel.isVisible())) return;
    await this.button.click();
    await this.isUp();
  }

  async isUp(): Promise<void> {
    await expect(this.panel).toHaveAttribute('data-link', 'up', { timeout: 15_000 });
  }

  async say(text: string): Promise<void> {
    await this.input.fill(text);
    await this.input.press('Enter');
  }

  /** The lines with this text, as they are read. */
  line(text: string): Locator {
    return this.page.getByTestId('chat-message').filter({ has: this.page.getByText(text, { exact: true }) });
  }

  async texts(): Promise<string[]> {
    return this.page.locator('[data-testid="chat-message"] .chat-text').allInnerTexts();
  }

  async rename(name: string): Promise<void> {
    await this.page.getByTestId('chat-settings-button').click();
    await this.page.locator('#chat-name').fill(name);
    await this.page.locator('#chat-name').press('Enter');
    await this.page.getByTestId('chat-settings-button').click();
  }

  /** Closes the browser's context and expects that the page complained about nothing but what is allowed. */
  async close(allowed: readonly RegExp[] = []): Promise<void> {
    await this.page.context().close();
    expect(this.#complaints.filter((text) => !allowed.some((each) => each.test(text)))).toEqual([]);
  }
}
