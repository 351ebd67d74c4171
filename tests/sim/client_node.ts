/**
 * A host with a Teredo client and a TUN.
 *
 *     [ IPv6 stack ]  <-- TUN -->  [ client ]  <-- UDP -->  [ host ]  <-- link -->  network
 *
 * @module
 */

import { Client } from "../../client/client.ts";
import type { ClientConfig, ServerAddresses } from "../../client/client_config.ts";
import type { ClientEvent } from "../../client/client_event.ts";
import type { ClientStatus } from "../../client/client_status.ts";
import type { ClientSocket } from "../../client/client_sink.ts";
import { DISCOVERY_GROUP, TEREDO_PORT } from "../../protocol/constants.ts";
import { addressOf, type Endpoint, endpoint, portOf } from "../../wire/endpoint.ts";
import type { Host } from "./host.ts";
import { Ipv6Stack, type Pingable, type PingOptions } from "./ipv6_stack.ts";
import { MachineRunner } from "./machine_runner.ts";
import type { Ping } from "./ping.ts";
import type { ServerNames } from "./server_names.ts";
import type { VirtualClock } from "./virtual_clock.ts";

/** How a client runs on its host. */
interface ClientPlace {
  readonly host: Host;
  /** The service port, at the host's address. */
  readonly service: Endpoint;
  /** See {@linkcode MachineRunner}. */
  readonly usesFastPath: boolean;
  /** Where the servers' names are looked up whenever the client is off-line, as its node does. */
  readonly names?: ServerNames | undefined;
}

/** A client, its host and the host's IPv6. */
export class ClientNode implements Pingable {
  readonly host: Host;
  /** The service port, at the host's address. */
  readonly service: Endpoint;
  readonly runner: MachineRunner<ClientSocket, ClientEvent, ClientStatus>;
  readonly stack: Ipv6Stack;
  readonly #config: ClientConfig;
  readonly #names: ServerNames | undefined;
  #servers: readonly ServerAddresses[];
  #client: Client | undefined;
  #opened = 0;

  constructor(place: ClientPlace, config: ClientConfig, clock: VirtualClock) {
    this.host = place.host;
    this.service = place.service;
    this.#config = { localEndpoint: () => place.service, ...config };
    this.#names = place.names;
    this.#servers = config.servers;
    this.stack = new Ipv6Stack(clock, (ipv6) => this.runner.handlePacket(ipv6));
    this.runner = new MachineRunner<ClientSocket, ClientEvent, ClientStatus>(clock, {
      host: place.host,
      sockets: {
        service: place.service,
        discovery: endpoint(DISCOVERY_GROUP, TEREDO_PORT),
        secondary: endpoint(addressOf(place.service), portOf(place.service) + 1),
      },
      openSocket: () => this.#freePort(),
      usesFastPath: place.usesFastPath,
      onPacket: (ipv6) => this.stack.receive(ipv6),
      onEvent: (event) => this.#configureInterface(event),
    });
    this.restart();
  }

  /** Starts the client, or restarts it if it ran. */
  restart(): void {
    this.stack.address = undefined;
    this.#client = new Client({ ...this.#config, servers: this.#servers });
    this.runner.start(this.#client);
  }

  /** The host is suspended, for good unless it is woken up. */
  sleep(): void {
    this.host.hasPower = false;
    this.runner.sleep();
  }

  /** The host wakes up after `milliseconds`, for which the client's clock stood still. */
  wakeUp(milliseconds: number): void {
    this.host.hasPower = true;
    this.runner.wakeUp(milliseconds);
  }

  /** Tells the client that its NAT forwards a port to it, or no longer does. */
  useMapping(outside: Endpoint | undefined): void {
    this.#client!.useMapping(outside);
  }

  get name(): string {
    return this.host.name;
  }

  /** The Teredo address while there is one. */
  get address(): Uint8Array | undefined {
    return this.stack.address;
  }

  get status(): ClientStatus {
    return this.runner.status()!;
  }

  /** Whether the client has an address or knows why not. */
  get isSettled(): boolean {
    return this.status.state !== "qualifying";
  }

  /** The client's events of one type, in their order. */
  eventsOf<T extends ClientEvent["type"]>(type: T): Extract<ClientEvent, { type: T }>[] {
    return this.runner.events.map(({ event }) => event)
      .filter((event): event is Extract<ClientEvent, { type: T }> => event.type === type);
  }

  /** Pings another node at the address that it has now. */
  ping(target: Pingable, options?: PingOptions): Ping {
    return this.stack.pingNode(target, options);
  }

  /** Another port at the same address each time, above and below the service port. */
  #freePort(): Endpoint {
    const port = 1024 + (portOf(this.service) + 7_919 * ++this.#opened) % 60_000;
    return endpoint(addressOf(this.service), port);
  }

  /** What the driver does to the TUN interface. */
  #configureInterface(event: ClientEvent): void {
    if (event.type === "qualified") this.stack.address = event.address.slice();
    else if (event.type === "offline") {
      this.stack.address = undefined;
      this.#lookUp();
    }
  }

  #lookUp(): void {
    this.#names?.lookUp(this.#servers, (found) => {
      const client = this.#client!;
      this.#servers = found;
      this.runner.act((now, sink) => client.useServers(found, now, sink));
    });
  }
}
