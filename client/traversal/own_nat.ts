/**
 * What a client knows about its NAT. The extensions of RFC 6081 depend on it.
 *
 * @module
 */

import { type Endpoint, portOf } from "../../wire/endpoint.ts";
import { mappingOf, serverOf } from "../../wire/teredo_address.ts";
import type { ClientConfig } from "../client_config.ts";
import type { Qualification } from "../qualification/qualification.ts";
import { MAX_PORT_DISTANCE } from "../timing.ts";

/** The client's own NAT, as far as it is known. */
export class OwnNat {
  readonly #qualification: Qualification;
  readonly #local: ClientConfig["localEndpoint"];
  /** The external address and port that the NAT forwards to the service port (§5.3). */
  forwarded: Endpoint | undefined;

  /** @param local the client's own address and port towards a server */
  constructor(qualification: Qualification, local: ClientConfig["localEndpoint"]) {
    this.#qualification = qualification;
    this.#local = local;
  }

  /** The client's Teredo address while it has one. */
  get #address(): Uint8Array | undefined {
    const { state } = this.#qualification;
    return state.name === "qualified" ? state.address : undefined;
  }

  /** Whether each remote endpoint sees another mapping: the flag of §5.2. */
  get isSymmetric(): boolean {
    const { state } = this.#qualification;
    return state.name === "qualified" && state.nat === "symmetric";
  }

  /**
   * The same, or a server with one address could not tell. RFC 6081 has clients give up there; but a
   * random port costs little, and is closed as soon as the service port works.
   */
  get mayBeSymmetric(): boolean {
    const { state } = this.#qualification;
    return state.name === "qualified" && state.nat !== "restricted";
  }

  /**
   * Whether the server sees the port that this host sends from: the Port-Preserving NAT flag, §5.4.3.
   */
  get keepsPort(): boolean {
    const address = this.#address;
    const local = address && this.#local?.(serverOf(address));
    return local !== undefined && portOf(local) === portOf(mappingOf(address!));
  }

  /**
   * Whether the NAT is symmetric and may count its ports upwards, so that an Echo Test (§5.5) is
   * worth its round trip. What the server's two addresses saw at the start tells the most of those
   * that do not.
   */
  get mayCount(): boolean {
    const { state } = this.#qualification;
    if (!this.isSymmetric || this.keepsPort || state.name !== "qualified") return false;
    const { mapping, second } = state;
    return second === undefined || isCounting(portOf(mapping), portOf(second));
  }

  /**
   * Whether the mapping in the client's address is the one that the NAT forwards, so that everybody
   * can send there. RFC 6081 §5.3.3 zeroes the stored mapping then.
   */
  get isForwarded(): boolean {
    const address = this.#address;
    return address !== undefined && this.forwarded === mappingOf(address);
  }
}

/** Whether a NAT that gave one flow the first port and the next flow the second counts upwards. */
export function isCounting(first: number, second: number): boolean {
  return second > first && second - first <= MAX_PORT_DISTANCE;
}
