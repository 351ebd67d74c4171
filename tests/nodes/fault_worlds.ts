/**
 * Small worlds in one network namespace, in which one role makes system calls and all others make
 * none: so whatever fails, fails the role.
 *
 * @module
 */
import { clientTun } from "../../nodes/host/client_tun.ts";
import { gatewayTun } from "../../nodes/host/gateway_tun.ts";
import { rawIpv6 } from "../../nodes/host/raw_ipv6.ts";
import { relayTun } from "../../nodes/host/relay_tun.ts";
import type { InterfaceFault } from "../../io/host/own_interface.ts";
import type { NodeOptions } from "../../nodes/node_options.ts";
import type { TeredoClient } from "../../nodes/teredo_client.ts";
import type { TeredoServer } from "../../nodes/teredo_server.ts";
import type { TeredoNode } from "../../nodes/teredo_node.ts";
import { parseIpv6 } from "../../wire/ipv6_address.ts";
import { run } from "../ffi/namespace.ts";
import { startClient, startServer } from "./loopback.ts";

/** A role at work. */
export interface World extends AsyncDisposable {
  /** The role whose system calls fail. */
  readonly node: Pick<TeredoNode<string, unknown, unknown>, "counters" | "finished">;
  /** What is wrong with the role's interface. */
  readonly interfaceFaults: readonly InterfaceFault[];
  /** Uses the role once, for so many milliseconds at most. True if that succeeded. */
  use(patience: number): Promise<boolean>;
}

/** Opens a world. The options are those of the role that makes system calls. */
export type OpenWorld = (options: NodeOptions) => Promise<World>;

/** A host of the native IPv6 Internet: this one. */
const NATIVE = "2600::1";

const USER = "127.41.0.9";

/** A client that makes no system calls, and qualifies again and again. */
async function openServerWorld(options: NodeOptions): Promise<World> {
  const node = await startServer({ limits: "off", ...options });
  return {
    node,
    interfaceFaults: [],
    async use(patience) {
      await using client = await startClient(USER, { ffi: false });
      return await within(patience, client.qualified.then(() => true));
    },
    [Symbol.asyncDispose]: () => node.close(),
  };
}

/** The kernel answers pings of another client: by way of the interface, in and out. */
async function openClientWorld(options: NodeOptions): Promise<World> {
  await using stack = new AsyncDisposableStack();
  stack.use(await startServer({ limits: "off", ffi: false }));
  const node = stack.use(await startClient("127.41.0.3", { host: clientTun(), ...options }));
  await node.qualified;
  const user = new PingingUser();
  stack.use(user);
  const opened = stack.move();
  return {
    node,
    get interfaceFaults() {
      return node.host?.own?.faults ?? [];
    },
    use: (patience) => user.ping(node.address, patience),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

/** The kernel answers pings as a native host, which are sent to it by way of a relay. */
async function openRelayWorld(options: NodeOptions): Promise<World> {
  return await openServing(
    await startServer({
      limits: "off",
      host: rawIpv6(),
      relay: { host: relayTun() },
      ...options,
    }),
  );
}

/** The same by way of a gateway. */
async function openGatewayWorld(options: NodeOptions): Promise<World> {
  return await openServing(
    await startServer({
      limits: "off",
      relay: { host: gatewayTun(), gateway: { clients: "all" } },
      ...options,
    }),
  );
}

function openServing(node: TeredoServer): World {
  const user = new PingingUser();
  return {
    node,
    get interfaceFaults() {
      return node.relayHost!.own!.faults;
    },
    use: (patience) => user.ping(parseIpv6(NATIVE)!, patience),
    async [Symbol.asyncDispose]() {
      await user[Symbol.asyncDispose]();
      await node.close();
    },
  };
}

/** Gives the namespace what the worlds need. */
export function prepareNamespace(): void {
  run("ip", "link", "set", "lo", "up");
  run("ip", "-6", "addr", "add", `${NATIVE}/128`, "dev", "lo");
}

/** All worlds, by the role that fails in them. */
export const WORLDS: Readonly<Record<string, OpenWorld>> = {
  server: openServerWorld,
  client: openClientWorld,
  relay: openRelayWorld,
  gateway: openGatewayWorld,
};

/**
 * A client without system calls, which pings. A new one begins where the old one failed: it would
 * leave a peer alone that did not answer for some time.
 */
class PingingUser implements AsyncDisposable {
  #client: TeredoClient | undefined;

  async ping(destination: Uint8Array | undefined, patience: number): Promise<boolean> {
    if (destination === undefined) return false;
    const end = performance.now() + patience;
    this.#client ??= await startClient(USER, { ffi: false });
    const client = this.#client;
    if (await within(patience, client.qualified.then(() => true))) {
      const left = Math.max(1, end - performance.now());
      if (await client.ping(destination, left) === "answered") return true;
    }
    await this[Symbol.asyncDispose]();
    return false;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    await client?.close();
  }
}

/** False if it takes longer, or fails. */
async function within(patience: number, work: Promise<boolean>): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => resolve(false), patience);
  work.then(resolve, () => resolve(false));
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
  }
}
