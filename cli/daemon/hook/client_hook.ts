/**
 * `--hook`: runs a program when the client's address comes, changes or goes, with the variables of
 * Miredo's hook.
 *
 * | variable                  |                                                                   |
 * | ------------------------- | ----------------------------------------------------------------- |
 * | STATE                     | `up`: there is an address; `down`: it is gone; `destroy`: end  |
 * | ADDRESS, MTU              | while up                                                          |
 * | IFACE, IFINDEX            | the interface                                                     |
 * | OLD_STATE, OLD_ADDRESS, … | the same, from the previous run                                   |
 *
 * LLADDRESS is never set, because the interface has no link-local address and needs none.
 *
 * @module
 */

import type { ClientEvent } from "../../../client/client_event.ts";
import { Hook, type HookVariables } from "./hook.ts";
import type { Log } from "../../../io/log.ts";
import { findHookProgram } from "./hook_program.ts";
import { formatIpv6 } from "../../../wire/ipv6_address.ts";

/** How long a run may take, in milliseconds. */
const TIMEOUT = 10_000;

/** Variables that describe a state. */
type StateVariables = Readonly<
  { STATE: "up"; ADDRESS: string; MTU: string } | { STATE: "down" | "destroy" }
>;

/** The program to run. */
type Program = Pick<Hook, "run" | "follow" | "settled">;

/** Runs the operator's program, if there is one. */
export class ClientHook {
  #hook: Program | undefined;
  /** Settles when the programs before this one have ended. */
  #former: Promise<unknown> | undefined;
  readonly #interface: Readonly<Record<"IFACE" | "IFINDEX", string>>;
  #last: StateVariables = { STATE: "down" };

  constructor(
    hook: Program | undefined,
    { name, index }: { readonly name: string; readonly index: number },
  ) {
    this.#hook = hook;
    this.#interface = { IFACE: name, IFINDEX: String(index) };
  }

  /** Runs the program if an event changes the address. */
  onEvent(event: ClientEvent): void {
    switch (event.type) {
      case "qualified":
        this.#run({ STATE: "up", ADDRESS: formatIpv6(event.address), MTU: String(event.mtu) });
        break;
      case "offline":
      case "disabled":
        if (this.#last.STATE === "up") this.#run({ STATE: "down" });
    }
  }

  /** Runs another program from the next change on, or none. It waits for the one before it. */
  replace(hook: Program | undefined): void {
    const former = this.#settled();
    hook?.follow(former);
    this.#former = former;
    this.#hook = hook;
  }

  /** Runs the program for the last time, as the client ends, and waits for it. */
  async end(): Promise<void> {
    this.#run({ STATE: "destroy" });
    await this.#settled();
  }

  /** Waits until no run of any program is due any more. */
  async #settled(): Promise<void> {
    await Promise.all([this.#former, this.#hook?.settled()]);
  }

  #run(state: StateVariables): void {
    const old = Object.entries(this.#last).map(([name, value]) => [`OLD_${name}`, value]);
    this.#last = state;
    this.#hook?.run({ ...this.#interface, ...Object.fromEntries(old), ...state });
  }
}

/** The role that runs a hook. */
export interface HookRunner {
  readonly log: Log;
  /** What to say about a program that failed, if its rights may be the cause; the role's user. */
  readonly rights: {
    readonly programAdvice: string | undefined;
    readonly userName: string | undefined;
  };
}

/**
 * Makes the hook that runs `program`. Failures of its runs are warnings.
 *
 * @throws {CliError} there is no such program
 */
export function openHook(
  program: string | undefined,
  { log, rights }: HookRunner,
): Hook | undefined {
  if (program === undefined) return undefined;
  return new Hook({
    program: findHookProgram(program, { name: rights.userName }),
    environment: rights.userName === undefined ? undefined : environmentOf(rights.userName),
    timeout: TIMEOUT,
    onFailure(reason) {
      const message = [`The hook "${program}" failed: ${reason}`, rights.programAdvice];
      log.warn(message.filter((each) => each !== undefined).join(". "));
    },
  });
}

/** Root's variables would lead a hook of another user to files that it may not read. */
function environmentOf(user: string): HookVariables {
  return { HOME: "/", USER: user, LOGNAME: user };
}
