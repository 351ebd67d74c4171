/**
 * The rehearsal of a server with a relay or gateway: that of the server and that of the relay take
 * turns.
 *
 * @module
 */

import type { RelayEvent } from "../../relay/relay.ts";
import type { RelayStatus } from "../../relay/relay_status.ts";
import type { ServerSocket } from "../../server/server_config.ts";
import type { ServerEvent } from "../../server/server_event.ts";
import { ServerWithRelay, type ServerWithRelayStatus } from "../../server/server_with_relay.ts";
import { isEchoRequest } from "../../wire/icmpv6.ts";
import { RelayScene } from "./relay_scene.ts";
import type { Other, Scene, Setting, World } from "./scene.ts";
import { serverConfig, ServerScene } from "./server_scene.ts";

type Machine = ServerWithRelay<RelayEvent, RelayStatus>;

/** A server with a relay, among the others of both. */
export class ServerWithRelayScene
  implements Scene<ServerSocket, ServerEvent | RelayEvent, ServerWithRelayStatus<RelayStatus>> {
  readonly machine: Machine;
  readonly bulk: { readonly fastPath: Machine; readonly via: "primary" };
  readonly #server: ServerScene;
  readonly #relay: RelayScene;
  #isRelaying = false;

  constructor(setting: Setting<ServerSocket>, isGateway: boolean) {
    const { own: { primary }, others } = setting;
    this.#server = new ServerScene(setting);
    this.#relay = new RelayScene(
      { ...setting, own: { service: primary }, others: { ...others, server: primary } },
      isGateway,
    );
    this.machine = new ServerWithRelay(serverConfig(setting), this.#relay.machine);
    this.bulk = { fastPath: this.machine, via: "primary" };
  }

  begin(round: number, world: World): void {
    this.#isRelaying = round % 2 === 1;
    if (this.#isRelaying) this.#relay.begin(round, world);
    // Counted on its own: its rounds with even numbers differ from the others.
    else this.#server.begin(round / 2, world);
  }

  heard(by: Other, bytes: Uint8Array, world: World): void {
    this.#scene.heard(by, bytes, world);
  }

  delivered(ipv6: Uint8Array, world: World): void {
    // The client's test, which a gateway carries.
    if (!isEchoRequest(ipv6)) this.#scene.delivered(ipv6, world);
  }

  get #scene(): Pick<RelayScene, "heard" | "delivered"> {
    return this.#isRelaying ? this.#relay : this.#server;
  }
}
