/**
 * A Teredo server in the simulated Internet.
 *
 * @module
 */

import type { ServerAddresses } from "../../client/client_config.ts";
import { Server } from "../../server/server.ts";
import type { ServerConfig, ServerSocket } from "../../server/server_config.ts";
import type { ServerEvent } from "../../server/server_event.ts";
import type { ServerStatus } from "../../server/server_status.ts";
import { TEREDO_PORT } from "../../protocol/constants.ts";
import { endpoint } from "../../wire/endpoint.ts";
import type { Host } from "./host.ts";
import { MachineRunner } from "./machine_runner.ts";
import type { NativeInternet } from "./native_internet.ts";
import type { VirtualClock } from "./virtual_clock.ts";

/** A host that runs a server and has native IPv6. */
export class ServerNode {
  readonly host: Host;
  readonly addresses: ServerAddresses;
  readonly runner: MachineRunner<ServerSocket, ServerEvent, ServerStatus>;
  readonly #config: ServerConfig;

  constructor(host: Host, config: ServerConfig, native: NativeInternet, clock: VirtualClock) {
    const { primary, secondary = primary } = config;
    this.host = host;
    this.addresses = { primary, secondary };
    this.#config = config;
    this.runner = new MachineRunner(clock, {
      host,
      sockets: {
        primary: endpoint(primary, TEREDO_PORT),
        secondary: endpoint(secondary, TEREDO_PORT),
      },
      onPacket: (ipv6) => native.send(ipv6, host.name),
    });
    if (host.hasPower) this.returnToLife();
  }

  /** The power fails. */
  die(): void {
    this.host.hasPower = false;
    this.runner.stop();
  }

  /** The power is back. */
  returnToLife(): void {
    this.host.hasPower = true;
    this.runner.start(new Server(this.#config));
  }
}
