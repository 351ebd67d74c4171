/**
 * A network interface (TUN) as a node's side of the host: what the interfaces of a client and of a
 * relay have in common.
 *
 * @module
 */

import { type ErrnoName, SystemError } from "../../ffi/c/errno.ts";
import { InterfaceGone, Ipv6SwitchedOff } from "../../ffi/interface.ts";
import { findRoute, openInterface, openTun } from "../../ffi/open.ts";
import { platform } from "../../ffi/platform.ts";
import type { Tun, TunOffload, TunOptions } from "../../ffi/tun.ts";
import { KeptInterface } from "../../io/host/kept_interface.ts";
import { openTunLink } from "../../io/host/open_tun_link.ts";
import type { OwnInterface } from "../../io/host/own_interface.ts";
import type { WantedState } from "../../io/host/wanted_state.ts";
import type { HostContext, HostSide } from "../node_context.ts";

/**
 * How many packets of the host wait to be read. The kernel's 500 overflow within milliseconds of
 * TCP at full speed, if every packet comes alone. 2,000 did not; twice as many only made pings wait
 * longer. With offload, most entries are super-packets of up to 64 KiB, and 1,000 hold what UDP
 * sends while the program is busy.
 */
const QUEUE_LENGTH = { alone: 2_000, offload: 1_000 } as const;

/** Options of an interface. */
export interface TunSideOptions {
  /**
   * Its name, of 15 octets at most; `%d` in it stands for the first free number. By default it is
   * `teredo`, or `teredo0` and so on while another program has that. On macOS it is `utun0` or
   * another number.
   */
  readonly name?: string | undefined;
  /** Whether packets pass in bunches, if the kernel can do that; true by default. */
  readonly offload?: boolean | undefined;
}

/** An interface as the way to the host. */
export interface TunSide extends HostSide {
  readonly name: string;
  /** Its index in this network namespace. */
  readonly index: number;
  /** How packets pass in bunches; undefined when each passes alone. */
  readonly offload: TunOffload | undefined;
  readonly own: OwnInterface;
}

/**
 * Makes an interface that is kept as `wanted`.
 *
 * If IPv6 is switched off, and this program may not switch it on, the interface waits for that with
 * a fault.
 *
 * @throws {SystemError} the kernel refuses; the message says what to do
 */
export function openTunSide(
  { name, offload = true }: TunSideOptions,
  { watcher, counters, errors, log }: HostContext,
  wanted: WantedState,
): TunSide & { readonly own: KeptInterface } {
  using stack = new DisposableStack();
  const onRefusal = (code: ErrnoName) => errors.failed("write", code);
  const tun = stack.adopt(openNamed(name, { offload, onRefusal }), (tun) => tun.close());
  const configuration = stack.adopt(openInterface(tun.name, tun.index), (it) => it.close());
  configuration.setQueueLength(
    tun.offload === undefined ? QUEUE_LENGTH.alone : QUEUE_LENGTH.offload,
  );
  const own = stack.use(
    new KeptInterface({
      name: tun.name,
      index: tun.index,
      configuration,
      // Of an interface that was deleted, reading says so.
      endOf: (obstacle) =>
        obstacle instanceof InterfaceGone ? readFailure(tun) ?? obstacle : undefined,
      findRoute,
      routeAdvice: platform.routeAdvice,
      log,
    }),
  );
  own.want(wanted);
  const { obstacle } = own;
  if (obstacle !== undefined && !(obstacle instanceof Ipv6SwitchedOff)) throw obstacle;
  counters.include("interface_backlog", () => own.dropped);
  const link = stack.adopt(openTunLink(tun, watcher, counters), (link) => link.close());
  const opened = stack.move();
  return {
    name: tun.name,
    index: tun.index,
    offload: tun.offload,
    link,
    own,
    [Symbol.dispose]: () => opened.dispose(),
  };
}

/** Why nothing can be read from an interface, if something is wrong. */
function readFailure(tun: Tun): unknown {
  try {
    tun.read(new Uint8Array(1));
    return undefined;
  } catch (error) {
    return error;
  }
}

function openNamed(name: string | undefined, options: TunOptions): Tun {
  if (name !== undefined) return openTun(name, options);
  const { interfaceName } = platform;
  try {
    return openTun(interfaceName, options);
  } catch (error) {
    // A client and a server with a relay may share a host.
    if (error instanceof SystemError && error.code === "EBUSY" && !interfaceName.includes("%d")) {
      return openTun(`${interfaceName}%d`, options);
    }
    throw error;
  }
}
