import { createInterface, type Interface } from 'node:readline';

/** The input and the outputs of a terminal session. */
export interface ScreenStreams {
  readonly input: NodeJS.ReadableStream & { readonly isTTY?: boolean | undefined };
  readonly output: NodeJS.WritableStream & { readonly isTTY?: boolean | undefined };
  /** The output for complaints when no person sits there. */
  readonly errors: NodeJS.WritableStream;
}

/** At most so many lines of a pipe wait, and those that came with the last of them. */
const maxWaitingLines = 1_000;

/**
 * Lines in, lines out. At a terminal, what is printed while a line is being typed appears above it, and the line stays
 * as it is, cursor and all. Piped, it is lines and nothing else: no prompt, no echo, no escape sequence.
 */
export class Screen {
  /** Whether a person sits there. */
  readonly isTerminal: boolean;
  readonly #interface: Interface;
  readonly #streams: ScreenStreams;
  readonly #leaving = new AbortController();
  readonly #lines: string[] = [];
  #waiting: ((line: string | undefined) => void) | undefined;
  #isPaused = false;
  #ended = false;

  constructor(streams: ScreenStreams, environment: NodeJS.ProcessEnv = process.env) {
    const { input, output } = streams;
    this.#streams = streams;
    // A terminal that knows no escape sequences gets what a pipe gets.
    this.isTerminal = Boolean(input.isTTY && output.isTTY) && environment.TERM !== 'dumb';
    this.#interface = createInterface({
      input,
      output,
      terminal: this.isTerminal,
      historySize: 200,
      prompt: '',
    });
    // While it is off, as readline turns it for pasted text, what is inserted goes to the end of the line instead of the
    // cursor, and the rows that it takes are not counted. We complete nothing.
    Object.defineProperty(this.#interface, 'isCompletionEnabled', { get: () => true, set: () => {} });
    this.#interface.on('line', (line) => this.#give(line));
    this.#interface.on('close', () => this.#end());
    this.#interface.on('SIGINT', () => this.leave());
  }

  /** Aborts when the person wants to leave (Ctrl-C): nothing is worth waiting for any more. */
  get leaving(): AbortSignal {
    return this.#leaving.signal;
  }

  /** The person wants to leave now. */
  leave(): void {
    this.#leaving.abort(new Error('Left'));
    this.#lines.length = 0;
    this.close();
  }

  /** The next line; undefined at the end of the input. */
  ask(prompt: string): Promise<string | undefined> {
    const line = this.#lines.shift();
    if (this.#isPaused && this.#lines.length < maxWaitingLines / 2) {
      this.#isPaused = false;
      this.#interface.resume();
    }
    if (line !== undefined || this.#ended) return Promise.resolve(line);
    if (this.isTerminal) {
      this.#interface.setPrompt(prompt);
      // Keeps what was typed ahead.
      this.#interface.prompt(true);
    }
    return new Promise((resolve) => {
      this.#waiting = resolve;
    });
  }

  /** Prints whole lines. */
  print(text: string): void {
    const lines = text.endsWith('\n') ? text : `${text}\n`;
    if (this.#isTyping) this.#printAbove(lines);
    else this.#streams.output.write(lines);
  }

  /** Prints what is not an answer: on a terminal as everything else, from a pipe on stderr. */
  complain(text: string): void {
    if (this.isTerminal) this.print(text);
    else this.#streams.errors.write(`inkwire: ${text}\n`);
  }

  close(): void {
    if (!this.#ended) this.#interface.close();
  }

  /** Whether a prompt, or something typed ahead of one, stands in the last line. */
  get #isTyping(): boolean {
    if (!this.isTerminal || this.#ended) return false;
    return this.#waiting !== undefined || this.#interface.line !== '';
  }

  #printAbove(lines: string): void {
    const { rows } = this.#interface.getCursorPos();
    const toFirstRow = rows > 0 ? `\x1b[${rows}A` : '';
    this.#streams.output.write(`${toFirstRow}\r\x1b[J${lines}`);
    // The row of the cursor, as readline believes it. Otherwise readline moves up as many rows and erases the printed lines.
    (this.#interface as Interface & { prevRows: number }).prevRows = 0;
    this.#interface.prompt(true);
  }

  #give(line: string): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (this.isTerminal) this.#interface.setPrompt('');
    if (waiting) {
      waiting(line);
      return;
    }
    this.#lines.push(line);
    if (this.isTerminal || this.#isPaused || this.#lines.length < maxWaitingLines) return;
    this.#isPaused = true;
    this.#interface.pause();
  }

  #end(): void {
    // The output from now on begins on a new line.
    if (this.#isTyping) this.#streams.output.write('\n');
    this.#ended = true;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.(undefined);
  }
}
