/**
 * Running one world, and judging it.
 *
 *     settle 60 s | meet 40 s | faults | recovery, until nothing was lost for 45 s | cool down 60 s | idle 120 s
 *
 * @module
 */

import { type Endpoint, endpoint } from "../../wire/endpoint.ts";
import type { Ipv4Address } from "../../wire/ipv4_address.ts";
import { BUBBLE_WINDOW, TEREDO_PORT } from "../../protocol/constants.ts";
import { extensionsOf } from "../../client/extensions.ts";
import { ClientNode } from "../sim/client_node.ts";
import { GatewayNode } from "../sim/gateway_node.ts";
import type { PortAllocation } from "../sim/nat_behaviour.ts";
import { RelayNode } from "../sim/relay_node.ts";
import { type BubbleHabits, clientHabits, RELAY_HABITS } from "./bubble_limits.ts";
import { Flow, SLOWEST_ARRIVAL } from "./flow.ts";
import { Injector } from "./injector.ts";
import { MachineGuard } from "./machine_guard.ts";
import { Meddling } from "./meddling.ts";
import { numbersOf } from "./numbered_packet.ts";
import { type MachineNode, Stage } from "./stage.ts";
import type { WorldPlan } from "./world_plan.ts";

/** Milliseconds. */
const SETTLE = 60_000;
const MEET = 40_000;
const STEADY = 45_000;
const COOL_DOWN = 60_000;
const IDLE = 120_000;

/** Datagrams a second that a machine may send while nobody sends anything. */
const IDLE_RATE = 0.5;

/** How a flow gets to its receiver. */
export type Way = "direct" | "relay" | "gateway";

/** The ways. */
export const WAYS: readonly Way[] = ["direct", "relay", "gateway"];

/** How long recovery may take after the last fault has ended, in milliseconds. */
const LIMITS = {
  qualified: 60_000,
  direct: 60_000,
  relay: 75_000,
  gateway: 75_000,
} as const;

/**
 * A peer that has had four bubbles in vain gets no more before 300 s are over (RFC 4380 §5.2.6).
 * Recovery takes this much longer than that, at most.
 */
const AFTER_BUBBLES = 15_000;

/** How a flow recovered. */
interface Recovery {
  readonly way: Way;
  /** How long after the faults it went on without losses, in milliseconds. */
  readonly after: number;
  /** Whether no limit on bubbles stood in the way. */
  readonly hadBubbles: boolean;
}

/** How a world went. */
export interface Verdict {
  readonly seed: string;
  /** What was wrong, in the order of its happening. */
  readonly complaints: readonly string[];
  /** How long after the faults each client had an address, in milliseconds. */
  readonly qualified: readonly number[];
  readonly recovered: readonly Recovery[];
  /** Virtual seconds, datagrams and packets of flows. */
  readonly seconds: number;
  readonly datagrams: number;
  readonly packets: number;
}

/** Runs the world of a plan. Never throws. */
export function runWorld(plan: WorldPlan): Verdict {
  const run = new WorldRun(plan);
  try {
    run.live();
  } catch (error) {
    run.complain(error instanceof Error ? error.stack ?? error.message : String(error));
  }
  return run.verdict;
}

/** What decides which peers a client can reach. */
interface Chances {
  /** Its server, if that has a gateway. */
  readonly gateway: Ipv4Address | undefined;
  readonly mapping: Endpoint | undefined;
}

class WorldRun {
  readonly #stage: Stage;
  readonly #net = new Meddling();
  readonly #guards = new Map<MachineNode, MachineGuard>();
  readonly #complaints: string[] = [];
  #flows: Flow[] = [];
  #qualified: number[] = [];
  readonly #recovered: Recovery[] = [];

  constructor(plan: WorldPlan) {
    this.#stage = new Stage(plan);
    for (const link of this.#stage.world.links.values()) link.watcher = this.#net;
    for (const node of this.#stage.machines) this.#guard(node);
    for (const talker of this.#stage.talkers.values()) {
      talker.stack.onArrival = (packet) => {
        const numbers = numbersOf(packet);
        const flow = numbers && this.#flows[numbers.flow];
        // Nobody else's data begins like that, unless it was damaged.
        const wrong = flow?.arrive(packet, numbers!.number, talker, this.#net);
        if (wrong !== undefined) this.complain(`flow ${flow!.name}: ${wrong}`);
      };
    }
  }

  get verdict(): Verdict {
    const datagrams = [...this.#guards.values()].reduce((sum, guard) => sum + guard.datagrams, 0);
    return {
      seed: this.#stage.plan.seed,
      complaints: this.#complaints,
      qualified: this.#qualified,
      recovered: this.#recovered,
      seconds: this.#now / 1000,
      datagrams,
      packets: this.#flows.reduce((sum, { packets }) => sum + packets.length, 0),
    };
  }

  complain(words: string): void {
    if (this.#complaints.length < 20) {
      this.#complaints.push(`${(this.#now / 1000).toFixed(3)} s  ${words}`);
    }
  }

  live(): void {
    const { world: { clock }, talkers, plan } = this.#stage;
    clock.runUntil(() => this.#clients.every(({ isSettled }) => isSettled), SETTLE);
    const hadAddress = this.#clients.filter(({ address }) => address !== undefined);
    this.#flows = plan.flows.map((flow, i) =>
      new Flow(i, flow, talkers.get(flow.from)!, talkers.get(flow.to)!, clock)
    );
    clock.run(MEET);
    const met = this.#flows.filter((flow) => this.#hasMet(flow));
    const before = new Map(this.#clients.map((client) => [client.name, this.#chancesOf(client)]));
    new Injector(this.#stage).schedule();
    clock.run(plan.faultTime * 1000);
    this.#recover(met, hadAddress, before);
    for (const flow of this.#flows) flow.stop();
    clock.run(COOL_DOWN);
    this.#idle();
  }

  /** Whether a flow can be expected to recover: it worked, and nobody forgets the other meanwhile. */
  #hasMet(flow: Flow): boolean {
    const now = this.#now;
    const forgets = [flow.from, flow.to].some(({ name }) => this.#forgetsPeers(name));
    return !forgets && flow.isLossless(now - MEET / 2, now - SLOWEST_ARRIVAL);
  }

  #forgetsPeers(name: string): boolean {
    return this.#stage.plan.clients.some((client) => client.name === name && client.maxPeers < 10);
  }

  /**
   * Whether other peers than before can be reached from an end of a flow, through nobody's fault:
   *
   * - it is on another gateway than before, or on none, and so apart from the other end
   * - it has another mapping behind a symmetric NAT, which keeps only the port of the first flow: a
   *   client that was lucky before need not be so again (RFC 6081 §5.4)
   * - its NAT counts ports upwards, so that the next one has to be guessed (RFC 6081 §5.5)
   */
  #hasOtherChances({ from, to }: Flow, before: ReadonlyMap<string, Chances>): boolean {
    return this.#clients.some((client) => {
      if (client.name !== from.name && client.name !== to.name) return false;
      const then = before.get(client.name)!;
      const now = this.#chancesOf(client);
      const isMoved = then.mapping !== now.mapping && this.#isBehindSymmetric(client.name);
      const isGuess = this.#isBehindSymmetric(client.name, "sequential");
      return now.gateway !== then.gateway || ((isMoved || isGuess) && now.gateway === undefined);
    });
  }

  #chancesOf({ status: { server: { primary }, mapping } }: ClientNode): Chances {
    const isGateway = [...this.#stage.servers.values()].some((node) =>
      node instanceof GatewayNode && node.addresses.primary === primary
    );
    return { gateway: isGateway ? primary : undefined, mapping };
  }

  #isBehindSymmetric(client: string, ports?: PortAllocation): boolean {
    return this.#stage.natsBefore(client).some(({ behaviour }) =>
      behaviour.mapping !== "independent" && (ports ?? behaviour.ports) === behaviour.ports
    );
  }

  #recover(
    met: readonly Flow[],
    hadAddress: readonly ClientNode[],
    before: ReadonlyMap<string, Chances>,
  ): void {
    const { world: { clock } } = this.#stage;
    const since = this.#now;
    const most = BUBBLE_WINDOW + Math.max(...Object.values(LIMITS)) + STEADY;
    const exhausted = new Map<Flow, number>();
    const qualified = new Map<ClientNode, number>();
    const isSteady = () => {
      const now = this.#now;
      for (const client of hadAddress) {
        if (client.address === undefined) qualified.delete(client);
        else if (!qualified.has(client)) qualified.set(client, now - since);
      }
      return qualified.size === hadAddress.length && now >= since + STEADY + SLOWEST_ARRIVAL &&
        met.every((flow) => flow.isLossless(now - SLOWEST_ARRIVAL - STEADY, now - SLOWEST_ARRIVAL));
    };
    while (!isSteady() && this.#now < since + most) {
      clock.run(1000);
      for (const flow of met) if (this.#isExhausted(flow)) exhausted.set(flow, this.#now - since);
    }
    for (const client of hadAddress) {
      this.#note(`${client.name} has no address`, "qualified", qualified.get(client) ?? Infinity);
    }
    this.#qualified = [...qualified.values()];
    for (const flow of met) {
      const way = this.#wayOf(flow);
      const after = flow.recoveryAfter(since);
      if (this.#hasOtherChances(flow, before)) continue;
      const waitedUntil = exhausted.get(flow) ?? -Infinity;
      const hadBubbles = waitedUntil + AFTER_BUBBLES <= LIMITS[way];
      this.#recovered.push({ way, after, hadBubbles });
      this.#note(`flow ${flow.name} has losses`, way, after, waitedUntil + AFTER_BUBBLES);
    }
  }

  /** Whether anyone who should look for another end of the flow has had too many bubbles in vain. */
  #isExhausted({ from, to }: Flow): boolean {
    return [...this.#guards].some(([node, guard]) =>
      [from, to].some(({ name, stack: { address } }) => {
        const isEnd = node.host.name === from.name || node.host.name === to.name;
        const isInvolved = isEnd || !(node instanceof ClientNode);
        return isInvolved && node.host.name !== name && address !== undefined &&
          guard.isExhausted(address);
      })
    );
  }

  #note(words: string, what: keyof typeof LIMITS, after: number, excused = 0): void {
    if (after > Math.max(LIMITS[what], excused)) {
      this.complain(`${words} (${what}) ${after / 1000} s after the faults`);
    }
  }

  /** How the packets of a flow go, as the client at its end sees it. */
  #wayOf({ from, to }: Flow): Way {
    const { clients, servers } = this.#stage;
    const client = clients.get(from.name) ?? clients.get(to.name)!;
    const other = clients.has(from.name) ? to : from;
    const peer = client.status.peers.find(({ address }) =>
      address.every((octet, i) => octet === other.stack.address?.[i])
    );
    const isGateway = [...servers.values()].some((server) =>
      server instanceof GatewayNode &&
      peer?.mapping === endpoint(server.addresses.primary, TEREDO_PORT)
    );
    if (isGateway) return "gateway";
    return clients.has(other.name) ? "direct" : "relay";
  }

  /** Nobody sends anything: hardly anything happens, and little is kept. */
  #idle(): void {
    const { world: { clock } } = this.#stage;
    const guards = [...this.#guards];
    const before = guards.map(([, { datagrams, wakes }]) => ({ datagrams, wakes }));
    clock.run(IDLE);
    for (const [i, [node, { datagrams, wakes }]] of guards.entries()) {
      for (const [what, count] of Object.entries({ datagrams, wakes })) {
        const more = count - before[i]![what as "datagrams"];
        if (more > IDLE_RATE * IDLE / 1000) {
          this.complain(`${node.host.name}: ${more} ${what} while idle`);
        }
      }
      this.#inspect(node);
    }
    // Each machine has one timer. There may be packets on their way.
    const most = 3 * guards.length;
    if (clock.pending > most) this.complain(`${clock.pending} timers are armed`);
  }

  /** What a machine keeps is bounded. */
  #inspect(node: MachineNode): void {
    const status = node.runner.status();
    if (status === undefined || !("peers" in status)) return;
    const { maxPeers } = this.#stage.plan.clients.find(({ name }) => name === node.host.name) ??
      { maxPeers: 100 };
    if (status.peers.length > Math.min(maxPeers, 100)) {
      this.complain(`${node.host.name}: ${status.peers.length} peers`);
    }
    if (node.runner.openedSockets > 2 * status.peers.length) {
      this.complain(`${node.host.name}: ${node.runner.openedSockets} open sockets`);
    }
  }

  #guard(node: MachineNode): void {
    const { runner, host: { name } } = node;
    const guard = new MachineGuard(
      {
        name,
        now: () => runner.now,
        address: () => node instanceof ClientNode ? node.address : undefined,
        bubbles: this.#bubbleHabits(node),
        forgetsPeers: this.#forgetsPeers(name),
      },
      this.#stage.world.clock,
      (words) => this.complain(words),
    );
    runner.watcher = guard;
    this.#guards.set(node, guard);
  }

  #bubbleHabits(node: MachineNode): BubbleHabits | undefined {
    if (node instanceof RelayNode || node instanceof GatewayNode) return RELAY_HABITS;
    if (!(node instanceof ClientNode)) return undefined;
    const { clients, servers } = this.#stage.plan;
    const { extensions, determinesInterval, discoversNeighbours } = clients.find(({ name }) =>
      name === node.name
    )!;
    return clientHabits({
      hasGateway: servers.some(({ isGateway }) => isGateway),
      hasEchoTests: extensionsOf(extensions).has("sequential"),
      determinesInterval,
      hearsAnnouncements: discoversNeighbours,
    });
  }

  get #clients(): ClientNode[] {
    return [...this.#stage.clients.values()];
  }

  get #now(): number {
    return this.#stage.world.clock.now;
  }
}
