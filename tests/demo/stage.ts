// deno-lint-ignore-file no-console -- a program that people run in a terminal
/**
 * Where the demo speaks: lines as things happen, and a table at the end.
 *
 * @module
 */

const IS_PLAIN = Deno.noColor || !Deno.stdout.isTerminal();

/** Columns of the table's headings. */
const WIDTH = 34;

/** A line of the table. */
interface Row {
  readonly what: string;
  readonly result: string;
  readonly isGood: boolean;
}

/** Tells what happens, and remembers what came of it. */
export class Stage {
  readonly #start = performance.now();
  readonly #rows: Row[] = [];
  readonly #print: (line: string) => void;

  /** @param print where lines go: to the terminal, unless given */
  constructor(print: (line: string) => void = console.log) {
    this.#print = print;
  }

  /** Something begins, or is explained. */
  say(text: string): void {
    const seconds = ((performance.now() - this.#start) / 1000).toFixed(1);
    this.#print(`${dim(`${seconds.padStart(5)} s`)}  ${text}`);
  }

  /** A part of the demo begins. */
  chapter(title: string): void {
    this.#print(`\n${bold(title)}`);
  }

  /** Enters something into the table that is neither good nor bad. */
  note(what: string, result: string): void {
    this.#rows.push({ what, result, isGood: true });
  }

  /** Says a result and enters it into the table. */
  result(what: string, result: string, isGood: boolean): void {
    this.say(`${mark(isGood)} ${what}: ${result}`);
    this.#rows.push({ what, result, isGood });
  }

  /** Prints the table. */
  close(): void {
    this.chapter("What came of it");
    for (const { what, result, isGood } of this.#rows) {
      this.#print(`  ${mark(isGood)} ${what.padEnd(WIDTH)} ${result}`);
    }
    const seconds = ((performance.now() - this.#start) / 1000).toFixed(1);
    const verdict = this.hasWorked ? "Everything worked" : "Something did not work";
    this.#print(`\n${verdict}, in ${seconds} s.`);
  }

  /** Whether every result so far was good. */
  get hasWorked(): boolean {
    return this.#rows.every(({ isGood }) => isGood);
  }
}

function mark(isGood: boolean): string {
  return isGood ? paint(32, "ok  ") : paint(31, "FAIL");
}

function bold(text: string): string {
  return paint(1, text);
}

function dim(text: string): string {
  return paint(2, text);
}

/** Sets text in a colour or weight, by the code that terminals know. */
function paint(code: number, text: string): string {
  return IS_PLAIN ? text : `\x1b[${code}m${text}\x1b[0m`;
}
