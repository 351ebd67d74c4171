/**
 * Stands in for `jsr:@std/cli@1.0.32` where JSR is out of reach: `parseArgs` alone.
 *
 * It is our own code and not `node:util`, whose parser knows neither numbers, nor a callback for
 * unknown options, nor a string option without its value. Left out of the contract: dotted names
 * (`--a.b 1`), `boolean: true`, and the types of aliases.
 *
 * @module
 */

/** What {@linkcode parseArgs} is told about the options. */
export interface ParseOptions<
  B extends string = string,
  S extends string = string,
  C extends string = string,
  N extends string = string,
  D extends Record<string, unknown> = Record<string, unknown>,
> {
  /** Options without a value; `false` when absent. */
  boolean?: B | readonly B[];
  /** Options whose value stays a string; `""` when the value is missing. */
  string?: S | readonly S[];
  /** Options that may be repeated; their values are gathered in an array. */
  collect?: C | readonly C[];
  /** Options that `--no-NAME` sets to `false`. */
  negatable?: N | readonly N[];
  /** Values of absent options. */
  default?: D;
  /** Other names of an option; the result holds the value under every name. */
  alias?: Record<string, string | readonly string[]>;
  /** Leave everything behind the first positional argument unparsed. */
  stopEarly?: boolean;
  /** Keep what follows `--` apart, under `"--"`. */
  "--"?: boolean;
  /** Called for each option not named here and each positional argument; `false` drops it. */
  unknown?: (arg: string, key?: string, value?: unknown) => unknown;
}

/** Names known to the compiler; nothing is known of a computed list, and `_` is described below. */
type Known<T> = string extends T ? never : Exclude<T, "_">;

type Typed<B, S, C, N> =
  & { [K in Exclude<B, C> & string]: boolean }
  & { [K in B & C & string]: boolean[] }
  & { [K in Exclude<S, C> & string]?: K extends N ? string | false : string }
  & { [K in S & C & string]: string[] }
  & { [K in Exclude<C, B | S> & string]: unknown[] };

type Defaulted<T, D> =
  & Omit<T, keyof D>
  & { [K in keyof D]: K extends keyof T ? NonNullable<T[K]> | D[K] : unknown };

/** The value returned from {@linkcode parseArgs}. */
export type Args<
  B extends string = never,
  S extends string = never,
  C extends string = never,
  N extends string = never,
  D = Record<never, never>,
> =
  & Record<string, unknown>
  & Defaulted<Typed<Known<B>, Known<S>, Known<C>, Known<N>>, D>
  & {
    /** The positional arguments; those that look like numbers are numbers. */
    _: (string | number)[];
    /** What followed `--`, if asked for. */
    "--"?: string[];
  };

type Value = string | number | boolean;

/** The names of each kind, with the aliases of each name added. */
class Names {
  readonly boolean: ReadonlySet<string>;
  readonly string: ReadonlySet<string>;
  readonly collect: ReadonlySet<string>;
  readonly negatable: ReadonlySet<string>;
  readonly #groups = new Map<string, readonly string[]>();

  constructor(options: ParseOptions) {
    for (const [name, aliases] of Object.entries(options.alias ?? {})) {
      const group = [name, ...list(aliases)];
      for (const member of group) this.#groups.set(member, group);
    }
    this.boolean = this.#withAliases(options.boolean);
    this.string = this.#withAliases(options.string);
    this.collect = this.#withAliases(options.collect);
    this.negatable = this.#withAliases(options.negatable);
  }

  /** All names of the option, the given one among them. */
  of(name: string): readonly string[] {
    return this.#groups.get(name) ?? [name];
  }

  known(name: string): boolean {
    return this.boolean.has(name) || this.string.has(name) || this.collect.has(name) ||
      this.#groups.has(name);
  }

  #withAliases(names: string | readonly string[] = []): Set<string> {
    return new Set(list(names).flatMap((name) => this.of(name)));
  }
}

/** Sorts command line arguments into options and positional arguments. */
export function parseArgs<
  B extends string = never,
  S extends string = never,
  C extends string = never,
  N extends string = never,
  D extends Record<string, unknown> = Record<never, never>,
>(args: readonly string[], options: ParseOptions<B, S, C, N, D> = {}): Args<B, S, C, N, D> {
  const names = new Names(options);
  const terminator = args.indexOf("--");
  const rest = terminator < 0 ? [] : args.slice(terminator + 1);
  const parser = new Parser(names, options);
  parser.parse(terminator < 0 ? args : args.slice(0, terminator));
  const { result, positional } = parser;
  addDefaults(result, names, options.default ?? {});
  if (options["--"]) result["--"] = rest;
  else positional.push(...rest);
  return result as Args<B, S, C, N, D>;
}

/** What the arguments so far have set. */
class Parser {
  readonly positional: (string | number)[] = [];
  readonly result: Record<string, unknown> = { _: this.positional };
  readonly #names: Names;
  readonly #options: ParseOptions;

  constructor(names: Names, options: ParseOptions) {
    this.#names = names;
    this.#options = options;
  }

  parse(args: readonly string[]): void {
    for (let i = 0; i < args.length; i++) {
      const arg = args[i]!;
      if (/^--[^=]/.test(arg)) {
        i += this.#long(arg, args[i + 1]);
      } else if (/^-[^-]/.test(arg)) {
        i += this.#short(arg, args[i + 1]);
      } else {
        this.#place(arg);
        if (!this.#options.stopEarly) continue;
        this.positional.push(...args.slice(i + 1));
        return;
      }
    }
  }

  #place(arg: string): void {
    if (this.#options.unknown?.(arg) === false) return;
    this.positional.push(this.#names.string.has("_") ? arg : numeric(arg));
  }

  /** Returns how many of the following arguments it took. */
  #long(arg: string, next: string | undefined): number {
    const [, name = "", value] = /^--([^=]+)(?:=(.*))?$/s.exec(arg) ?? [];
    if (value !== undefined) {
      this.#set(arg, name, this.#names.boolean.has(name) ? truth(value) : value);
      return 0;
    }
    if (name.startsWith("no-") && this.#names.negatable.has(name.slice(3))) {
      this.#set(arg, name.slice(3), false, false);
      return 0;
    }
    return this.#setFromNext(arg, name, next);
  }

  /** Returns how many of the following arguments it took. */
  #short(arg: string, next: string | undefined): number {
    for (let i = 1; i < arg.length - 1; i++) {
      const letter = arg.charAt(i);
      const attached = attachedValue(arg.slice(i + 1));
      if (attached !== undefined) {
        this.#set(arg, letter, attached);
        return 0;
      }
      this.#set(arg, letter, this.#names.string.has(letter) ? "" : true);
    }
    return this.#setFromNext(arg, arg.slice(-1), next);
  }

  /** Gives the option the next argument if it takes that one; returns how many it took. */
  #setFromNext(arg: string, name: string, next: string | undefined): number {
    if (next && this.#takes(name, next)) {
      const isFlag = this.#names.boolean.has(name) || isTruth(next);
      this.#set(arg, name, isFlag ? truth(next) : next);
      return 1;
    }
    this.#set(arg, name, this.#names.string.has(name) ? "" : true);
    return 0;
  }

  #takes(name: string, next: string): boolean {
    return this.#names.boolean.has(name) ? isTruth(next) : !next.startsWith("-");
  }

  #set(arg: string, name: string, given: Value, collect = true): void {
    const { string, collect: collected } = this.#names;
    if (!this.#names.known(name) && this.#options.unknown?.(arg, name, given) === false) return;
    const value = string.has(name) ? given : numeric(given);
    for (const each of this.#names.of(name)) {
      const values = this.result[each];
      if (!collect || !collected.has(each)) this.result[each] = value;
      else this.result[each] = Array.isArray(values) ? [...values, value] : [value];
    }
  }
}

function addDefaults(
  result: Record<string, unknown>,
  names: Names,
  defaults: Record<string, unknown>,
): void {
  for (const [name, value] of Object.entries(defaults)) {
    if (!Object.hasOwn(result, name)) {
      for (const each of names.of(name)) result[each] = value;
    }
  }
  for (const name of names.boolean) {
    if (!Object.hasOwn(result, name)) result[name] = names.collect.has(name) ? [] : false;
  }
  for (const name of names.string) {
    if (!Object.hasOwn(result, name) && names.collect.has(name)) result[name] = [];
  }
}

/** The value in `-p8080`, `-p=x` or `-a/tmp`; nothing in `-abc`, which is three options. */
function attachedValue(rest: string): string | undefined {
  if (rest.startsWith("=")) return rest.slice(1);
  return /^\W|\d$/.test(rest) ? rest : undefined;
}

function list(names: string | readonly string[]): readonly string[] {
  return typeof names === "string" ? [names] : names;
}

/** A number for what looks like one. `Number("")` would be 0. */
function numeric<T extends Value>(value: T): T | number {
  if (typeof value !== "string" || value.trim() === "") return value;
  const number = Number(value);
  return Number.isFinite(number) ? number : value;
}

function isTruth(text: string): boolean {
  return text === "true" || text === "false";
}

function truth(text: string): boolean {
  return text !== "false";
}
