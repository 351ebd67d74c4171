/**
 * A rehearsal: a role that has just started handles made-up packets, so that real ones don't have
 * to wait until V8 has compiled the functions that handle them.
 *
 * Another machine, with a driver, sockets and a link like those of the role, plays the usual exchanges
 * with others, whose sockets are here as well:
 *
 *     host ══ pair of ends ══ link ── driver ── socket ══ loopback ══ sockets of the others
 *                                       │
 *                                    machine
 *
 * The role's poller waits for all of them beside its own sockets, and while real packets come, the
 * rehearsal rests. Nothing leaves this host, and nobody hears of it: what is counted, reported or
 * fails stays here.
 *
 * @module
 */

import { openTunPair, supports } from "../../ffi/open.ts";
import type { Tun, TunOffload } from "../../ffi/tun.ts";
import type { UdpSocket } from "../../ffi/udp_socket.ts";
import type { Drain, Watcher } from "../../ffi/waiting.ts";
import { type Clock, systemClock } from "../../io/clock.ts";
import { Counters } from "../../io/counters.ts";
import { Driver } from "../../io/driver.ts";
import type { HostLink } from "../../io/host/host_link.ts";
import { openTunLink } from "../../io/host/open_tun_link.ts";
import { aborted, runTogether, type Task } from "../../io/run_together.ts";
import { SystemErrors } from "../../io/system_errors.ts";
import { pause } from "../../pause.ts";
import { TEREDO_PORT } from "../../protocol/constants.ts";
import { type Ipv4Address, ipv4Address } from "../../wire/ipv4_address.ts";
import { after } from "../../timers.ts";
import { addressPolicy } from "../address_policy.ts";
import type { UdpMode } from "../udp_mode.ts";
import { UdpOpener } from "../udp_opener.ts";
import type { Other, Scene, Setting, World } from "./scene.ts";

/**
 * How many rounds each act has. After some 30 calls, V8 compiles a function for the objects that
 * it has seen. With one machine only, the code would be for this very machine, and the first real
 * packet would make V8 throw it away. So each act has its own machine, and the second one comes
 * before most functions have been called so often.
 */
const ACTS = [3, 40];

/** How long it may take, and how much of that time it may work, in milliseconds. */
const LIMITS = { time: 1_000, work: 40 };

/**
 * How long no real packet must have passed before it goes on, in milliseconds. After some rounds all
 * that is left is to have V8 optimize functions, on threads that others may need more.
 */
const QUIET = 3;
const WARMED_UP = 8;
const LATER_QUIET = 30;

/** The ports of the others. That of a server is what the protocol names. */
const OTHERS: Readonly<Record<Other, number>> = { server: TEREDO_PORT, relay: 0, client: 0 };

/**
 * The time from round to round, in milliseconds of the machine's clock, which begins with it. Each
 * meets others that it does not know yet, and no limit is reached. Like real times, these have
 * fractions: V8 has other code for whole numbers.
 */
const ROUND_LENGTH = 60_000.1;

/** What a role rehearses. */
export interface Rehearsal<Via extends string, Event, Status> {
  /** The ports of the sockets that the role has here. */
  readonly own: Readonly<Partial<Record<Via, number>>>;
  readonly scene: (setting: Setting<Via>) => Scene<Via, Event, Status>;
  /** What passes packets on to the host, by a link like that of the role's interface. */
  readonly host: (link: HostLink) => HostLink;
  /** How packets pass in bunches there. */
  readonly offload: TunOffload | undefined;
}

/** What a rehearsal shares with the role, or does as the role does. */
interface Rehearsing {
  readonly watcher: Watcher;
  readonly udp: UdpMode;
  /** Counts the role's own packets. */
  readonly counters: Readonly<Counters>;
  /** Other limits than the usual ones, in milliseconds: for tests, which any machine passes. */
  readonly limits?: typeof LIMITS | undefined;
}

/** Where acts are played. */
interface Stage<Via extends string, Event, Status> {
  readonly rehearsal: Rehearsal<Via, Event, Status>;
  readonly role: Role;
  readonly watcher: Watcher;
  readonly udp: UdpMode;
  /** Ends all acts. */
  readonly stop: AbortController;
  /** How many rounds have been played. */
  rounds: number;
  /** The machine of the last act. */
  machine: unknown;
}

/**
 * Rehearses until it is enough, or `signal` aborts. If something fails, that is the end of it.
 *
 * @returns The last machine. Hold on to it as long as the role runs: when V8 collects objects as
 * garbage, it throws away the code that it has made for them.
 */
export async function rehearse<Via extends string, Event, Status>(
  rehearsal: Rehearsal<Via, Event, Status>,
  { watcher, udp, counters, limits = LIMITS }: Rehearsing,
  signal: AbortSignal,
): Promise<{ machine: unknown }> {
  if (!supports("openTunPair")) return { machine: undefined };
  const stop = new AbortController();
  const stage: Stage<Via, Event, Status> = {
    ...{ rehearsal, role: new Role(counters), udp, stop, rounds: 0, machine: undefined },
    watcher: limitedWatcher(watcher, limits.work, stop),
  };
  const end = () => stop.abort();
  const cancel = after(limits.time, end);
  signal.addEventListener("abort", end);
  if (signal.aborted) end();
  try {
    while (!stop.signal.aborted && !stage.role.isQuietFor(QUIET)) await pause(QUIET, stop.signal);
    for (const rounds of ACTS) if (!stop.signal.aborted) await play(rounds, stage);
  } catch {
    // There are not enough descriptors, or no such sockets. The first packets take longer then.
  } finally {
    signal.removeEventListener("abort", end);
    cancel();
  }
  return { machine: stage.machine };
}

/**
 * Plays an act of so many rounds.
 *
 * @throws what prevents it
 */
async function play<Via extends string, Event, Status>(
  rounds: number,
  stage: Stage<Via, Event, Status>,
): Promise<void> {
  const act = new AbortController();
  const end = () => act.abort();
  stage.stop.signal.addEventListener("abort", end);
  using resources = new DisposableStack();
  try {
    await runTogether(act.signal, ...open(rounds, stage, act, resources));
  } finally {
    stage.stop.signal.removeEventListener("abort", end);
  }
}

/** Opens everything that `resources` closes, and returns what runs it until the act ends. */
function open<Via extends string, Event, Status>(
  rounds: number,
  stage: Stage<Via, Event, Status>,
  act: AbortController,
  resources: DisposableStack,
): Task[] {
  const { rehearsal: { own, scene: newScene, host, offload }, role, watcher, stop } = stage;
  const counters = new Counters();
  const errors = new SystemErrors(counters, () => {});
  const udp = new UdpOpener({
    ...{ mode: stage.udp, ffi: true, watcher, counters, errors },
    onNews: () => {},
  });
  const addresses = loopbackAddresses();
  const openSocket = (port: number) =>
    resources.adopt(udp.open(addresses.next().value, port), (socket) => socket.close());
  const sockets = mapValues(own as Record<Via, number>, openSocket);
  const others = mapValues(OTHERS, openSocket);
  const openLink = (end: Tun) => {
    resources.adopt(end, (end) => end.close());
    return resources.adopt(openTunLink(end, watcher, counters), (link) => link.close());
  };
  const ends = openTunPair({ offload });
  const [near, far] = [openLink(ends[0]), openLink(ends[1])];
  const local = ({ local }: UdpSocket) => local;
  const scene = newScene({
    own: mapValues(sockets, local),
    others: mapValues(others, local),
    globalUnicast: addressPolicy("loopback"),
    random,
  });
  const { machine, bulk } = scene;
  stage.machine = machine;

  let [now, round] = [ROUND_LENGTH, 0];
  // Timers are set and cleared as always, but nothing happens when they go off.
  const clock: Clock = { now: () => now, after: (delay) => systemClock.after(delay, () => {}) };
  const driver = new Driver<Via, Event, Status>({
    ...{ machine, sockets, bulk, counters, clock, host: host(near) },
    onEvent: () => {},
    onFault: () => stop.abort(),
  });
  const world: World = {
    datagram(from, to, bytes) {
      others[from].send(to, bytes);
      others[from].flush();
    },
    packet(ipv6) {
      far.write(ipv6);
      far.flush();
    },
    endRound() {
      stage.rounds++;
      if (++round === rounds) return act.abort();
      now += ROUND_LENGTH;
      scene.begin(round, world);
    },
  };
  /** Makes the next thing happen, as soon as the role is quiet. */
  const go = (step: () => void): void => {
    if (act.signal.aborted) return;
    if (role.isQuietFor(stage.rounds < WARMED_UP ? QUIET : LATER_QUIET)) step();
    else void pause(QUIET, act.signal).then(() => go(step));
  };
  const heard = (by: Other) => (lent: Uint8Array) => {
    const bytes = lent.slice();
    go(() => scene.heard(by, bytes, world));
  };
  const delivered = (lent: Uint8Array) => {
    const ipv6 = lent.slice();
    go(() => scene.delivered(ipv6, world));
  };
  const end = () => {};
  const listening = Object.entries(others).map(([by, socket]): Task => (signal) =>
    socket.run({ datagram: heard(by as Other), end }, signal)
  );
  return [
    (signal) => driver.run(signal),
    ...listening,
    // What is delivered here was never more than one packet.
    (signal) => far.run({ packet: delivered, packets: delivered, end }, signal),
    (signal) => {
      driver.act((now, sink) => machine.handleTimer(now, sink));
      scene.begin(round, world);
      return aborted(signal);
    },
  ];
}

/** On its own, because a machine keeps it, and must not keep the rest of its act with it. */
function random(bytes: Uint8Array<ArrayBuffer>): void {
  crypto.getRandomValues(bytes);
}

/** The role that rehearses, as far as packets keep it busy. */
class Role {
  readonly #counters: Readonly<Counters>;
  #seen = -1;
  #seenAt = Infinity;

  constructor(counters: Readonly<Counters>) {
    this.#counters = counters;
  }

  /** Whether no packet has passed for so many milliseconds, as far as earlier calls can tell. */
  isQuietFor(milliseconds: number): boolean {
    const { datagramsReceived, datagramsSent, packetsFromHost } = this.#counters;
    const seen = datagramsReceived + datagramsSent + packetsFromHost;
    const now = performance.now();
    if (seen !== this.#seen) this.#seenAt = now;
    this.#seen = seen;
    return now - this.#seenAt >= milliseconds;
  }
}

/** A watcher for which everything ends when a drain fails, or when all have worked for long enough. */
function limitedWatcher(watcher: Watcher, mostWork: number, stop: AbortController): Watcher {
  let worked = 0;
  const limited = (drain: Drain): Drain => () => {
    const begun = performance.now();
    try {
      return drain();
    } catch {
      stop.abort();
      return "nothing";
    } finally {
      worked += performance.now() - begun;
      if (worked > mostWork) stop.abort();
    }
  };
  return { watch: (handle, drain, signal) => watcher.watch(handle, limited(drain), signal) };
}

/** Loopback addresses one after the other, from a random one on: others may be rehearsing here. */
function* loopbackAddresses(): Generator<Ipv4Address, never> {
  const [random] = crypto.getRandomValues(new Uint32Array(1));
  for (let next = 0x7f00_0002 + (random! >>> 9);; next++) yield ipv4Address(next);
}

function mapValues<Key extends string, From, To>(
  values: Readonly<Record<Key, From>>,
  change: (value: From) => To,
): Record<Key, To> {
  const entries = Object.entries<From>(values).map(([key, value]) => [key, change(value)]);
  return Object.fromEntries(entries) as Record<Key, To>;
}
