/**
 * `--hook`: a program is run when the client's address comes, changes or goes, with the variables that
 * Miredo's hook has.
 *
 * | variable                    |                                                                        |
 * | --------------------------- | ---------------------------------------------------------------------- |
 * | STATE                       | `up`: there is an address; `down`: there is none; `destroy`: the end   |
 * | ADDRESS, MTU                | when up                                                                |
 * | IFACE, IFINDEX              | the interface                                                          |
 * | OLD_STATE, OLD_ADDRESS, … | the same of the run before                                             |
 *
 * LLADDRESS is never set: the interface has no link-local address, and needs none.
 *
 * @module
 */

import type { ClientEvent } from "../../../client/client_event.ts";
import { Hook } from "./hook.ts";
import type { Log } from "../../../io/log.ts";
import { formatIpv6 } from "../../../wire/ipv6_address.ts";

/** How long a run may take, in milliseconds. */
const TIMEOUT = 10_000;

/** What a hook is told of a state. */
type StateVariables = Readonly<
  { STATE: "up"; ADDRESS: string; MTU: string } | { STATE: "down" | "destroy" }
>;

/** What is run. */
type Program = Pick<Hook, "run" | "settled">;

/** Runs a person's program, or nothing where there is none. */
export class ClientHook {
  #hook: Program | undefined;
  readonly #interface: Readonly<Record<"IFACE" | "IFINDEX", string>>;
  #last: StateVariables = { STATE: "down" };

  constructor(
    hook: Program | undefined,
    { name, index }: { readonly name: string; readonly index: number },
  ) {
    this.#hook = hook;
    this.#interface = { IFACE: name, IFINDEX: String(index) };
  }

  /** Tells the program of an event, if it is one that changes the address. */
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

  /** From now on another program is run, or none; it is told of the next change. */
  replace(hook: Program | undefined): void {
    this.#hook = hook;
  }

  /** The client ends: the last run, which is waited for. */
  async end(): Promise<void> {
    this.#run({ STATE: "destroy" });
    await this.#hook?.settled();
  }

  #run(state: StateVariables): void {
    const old = Object.entries(this.#last).map(([name, value]) => [`OLD_${name}`, value]);
    this.#last = state;
    this.#hook?.run({ ...this.#interface, ...Object.fromEntries(old), ...state });
  }
}

/** The hook of a program; what goes wrong with it is a warning. */
export function openHook(program: string | undefined, log: Log): Hook | undefined {
  return program === undefined ? undefined : new Hook({
    program,
    timeout: TIMEOUT,
    onFailure: (reason) => log.warn(`The hook "${program}" failed: ${reason}`),
  });
}
