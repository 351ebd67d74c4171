/**
 * What macOS reports of its network, by the routing socket.
 *
 * @module
 */

import { type ErrnoName, errnoName, SystemError } from "../c/errno.ts";
import { errno, type Libc, libc } from "../c/libc.ts";
import { allocate } from "../c/struct.ts";
import { GatheredNews, InterfaceFacts, type Report } from "../interface_facts.ts";
import type { LinkMonitor, NetworkNews } from "../link_monitor.ts";
import { handleOf, type WaitHandle } from "../waiting.ts";
import {
  IFF_RUNNING,
  IFF_UP,
  RTAX_DST,
  RTAX_GATEWAY,
  RTAX_IFA,
  RTAX_NETMASK,
  RTF_HOST,
  RTF_LLINFO,
  RTF_LOCAL,
  RTF_WASCLONED,
  RTM_ADD,
  RTM_CHANGE,
  RTM_DELADDR,
  RTM_DELETE,
  RTM_IFINFO,
  RTM_NEWADDR,
} from "./kernel/kernel_numbers.ts";
import { IF_MSGHDR, IFA_MSGHDR } from "./kernel/kernel_structs.ts";
import {
  addressIn,
  maskLength,
  messageType,
  parseAddresses,
  parseRouteMessage,
} from "./routing/route_message.ts";
import { openRoutingSocket } from "./routing/route_socket.ts";

/**
 * Default routes, and those to half or an eighth of all addresses that stand for one: 0/1,
 * 2000::/3.
 */
const LONGEST_DEFAULT = 3;

/** Routes to neighbours, and copies that the kernel made of others while it used them. */
const DETAIL = RTF_LLINFO | RTF_WASCLONED | RTF_LOCAL;

/** Messages read at once, at most: other sources of a poller get their turn. */
const PASS = 1_000;

/** Longer than any message. */
const MESSAGE_ROOM = 2_048;

const NOTHING = new Uint8Array(0);

/** A monitor of macOS. See {@linkcode LinkMonitor} for the contract. */
export class DarwinLinkMonitor implements LinkMonitor {
  readonly reportsAll = false;
  readonly #libc: Libc = libc();
  /** -1 once closed: the number may soon be another file's. */
  #fd = openRoutingSocket();
  readonly #facts: InterfaceFacts;
  readonly #buffer = allocate(MESSAGE_ROOM);
  /** Reports may have been lost when reading failed. */
  #hasMissed = false;

  /** @param own the index of this program's interface */
  constructor(own: number | undefined) {
    this.#facts = new InterfaceFacts(own);
  }

  get handle(): WaitHandle {
    return handleOf(this.#fd);
  }

  read(): NetworkNews | undefined {
    const news = new GatheredNews();
    news.isVague = this.#hasMissed;
    this.#hasMissed = false;
    let suspected: ErrnoName | undefined;
    for (let i = 0; i < PASS; i++) {
      const length = this.#libc.read(this.#fd, this.#buffer, BigInt(this.#buffer.length));
      if (length >= 0) {
        const report = parseReport(this.#buffer.subarray(0, length));
        if (report !== undefined) this.#facts.learn(report, news);
        suspected = undefined;
        continue;
      }
      const number = errno();
      const code = errnoName(number);
      if (code === "EAGAIN") return news.any;
      // The kernel had more to report than fits: some of it was news.
      if (code === "ENOBUFS") news.isVague = true;
      // An error counts if asking again gives it once more; see `errno`.
      if (code === suspected) {
        this.#hasMissed = true;
        throw new SystemError("learn of changes to the network", "read", number);
      }
      suspected = code;
    }
    return news.any;
  }

  close(): void {
    if (this.#fd < 0) return;
    this.#libc.close(this.#fd);
    this.#fd = -1;
  }
}

/** What a message says, unless it does not matter. */
export function parseReport(message: Uint8Array): Report | undefined {
  switch (messageType(message)) {
    case RTM_IFINFO:
      return parseLink(message);
    case RTM_NEWADDR:
      return parseAddress(message, true);
    case RTM_DELADDR:
      return parseAddress(message, false);
    case RTM_ADD:
    case RTM_CHANGE:
      return parseRoute(message, true);
    case RTM_DELETE:
      return parseRoute(message, false);
    default:
      return undefined;
  }
}

function parseLink(message: Uint8Array): Report | undefined {
  if (message.length < IF_MSGHDR.size) return undefined;
  const { index, flags } = IF_MSGHDR.decode(message);
  const holds = (flags & IFF_UP) !== 0 && (flags & IFF_RUNNING) !== 0;
  return { isRouting: false, index, fact: { about: "link", octets: NOTHING, detail: "", holds } };
}

function parseAddress(message: Uint8Array, holds: boolean): Report | undefined {
  if (message.length < IFA_MSGHDR.size) return undefined;
  const { index, addresses: bits } = IFA_MSGHDR.decode(message);
  const addresses = parseAddresses(message.subarray(IFA_MSGHDR.size), bits);
  const octets = addressIn(addresses[RTAX_IFA]) ?? NOTHING;
  return { isRouting: false, index, fact: { about: "address", octets, detail: "", holds } };
}

function parseRoute(message: Uint8Array, holds: boolean): Report | undefined {
  const route = parseRouteMessage(message);
  if (route === undefined || (route.flags & DETAIL) !== 0) return undefined;
  const { index, flags, addresses } = route;
  const destination = addressIn(addresses[RTAX_DST]);
  if (destination === undefined) return undefined;
  const size = destination.length === 4 ? 4 : 16;
  const length = (flags & RTF_HOST) !== 0 ? 8 * size : maskLength(addresses[RTAX_NETMASK], size);
  if (length > LONGEST_DEFAULT) return { isRouting: true, index, fact: undefined };
  const octets = addressIn(addresses[RTAX_GATEWAY]) ?? NOTHING;
  const fact = { about: "route", octets, detail: `${size} ${length}`, holds } as const;
  return { isRouting: true, index, fact };
}
