/**
 * The routing socket, by which routes are changed and asked for: route(4).
 *
 * @module
 */

import { errnoName, SystemError } from "../../c/errno.ts";
import { libc } from "../../c/libc.ts";
import { allocate } from "../../c/struct.ts";
import { insist, outcomeOf } from "../../c/system_call.ts";
import { closeOnExecute, makeNonblocking } from "../descriptor.ts";
import { AF_ROUTE, RTM_GET, SOCK_RAW } from "../kernel/kernel_numbers.ts";
import {
  type Addresses,
  encodeRouteMessage,
  messageType,
  parseRouteMessage,
  type RouteMessage,
} from "./route_message.ts";

/** Longer than any message. */
const MESSAGE_ROOM = 2_048;

/** Messages that may stand before an answer: other programs change routes too. */
const PATIENCE = 1_000;

/** A route to change or to ask for. */
interface RouteRequest {
  /** RTM_ADD and so on. */
  readonly type: number;
  /** RTF_UP and so on, added up. */
  readonly flags: number;
  /** The index of an interface, with RTF_IFSCOPE. */
  readonly index?: number;
  readonly addresses: Addresses;
}

/**
 * Opens a routing socket, from which reading does not block.
 *
 * @throws {SystemError} the system gives no socket
 */
export function openRoutingSocket(): number {
  const { socket, close } = libc();
  const attempt = "open a routing socket";
  const fd = insist(attempt, "socket", () => socket(AF_ROUTE, SOCK_RAW, 0));
  try {
    closeOnExecute(fd);
    insist(attempt, "ioctl", () => makeNonblocking(fd));
    return fd;
  } catch (error) {
    close(fd);
    throw error;
  }
}

/** A routing socket for requests. */
export class RouteSocket implements Disposable {
  #fd = openRoutingSocket();
  #sequence = 0;
  readonly #buffer = allocate(MESSAGE_ROOM);

  /** Makes a request. Returns 0, or the number of the error that the kernel refuses it with. */
  request(request: RouteRequest): number {
    const message = encodeRouteMessage({ index: 0, ...request, sequence: ++this.#sequence });
    const { write } = libc();
    const outcome = outcomeOf(() => write(this.#fd, message, BigInt(message.length)));
    // Nobody else reads the answers to changes.
    if (request.type !== RTM_GET) this.#drain();
    return outcome < 0 ? -outcome : 0;
  }

  /**
   * Asks for a route.
   *
   * @returns The answer; undefined if there is no such route.
   * @throws {SystemError} The kernel cannot be asked.
   */
  ask(request: Omit<RouteRequest, "type">): RouteMessage | undefined {
    this.#drain();
    const number = this.request({ ...request, type: RTM_GET });
    if (number === 0) return this.#answer();
    if (["ESRCH", "ENETUNREACH"].includes(errnoName(number))) return undefined;
    throw new SystemError("ask for a route", "write", number);
  }

  [Symbol.dispose](): void {
    if (this.#fd < 0) return;
    libc().close(this.#fd);
    this.#fd = -1;
  }

  /** The kernel answers before the request returns, and tells every routing socket. */
  #answer(): RouteMessage | undefined {
    for (let i = 0; i < PATIENCE; i++) {
      const bytes = this.#read();
      if (bytes === undefined) return undefined;
      const message = messageType(bytes) === RTM_GET ? parseRouteMessage(bytes) : undefined;
      if (message?.sequence === this.#sequence && message.process === Deno.pid) return message;
    }
    return undefined;
  }

  #drain(): void {
    for (let i = 0; i < PATIENCE && this.#read() !== undefined; i++);
  }

  #read(): Uint8Array | undefined {
    const length = libc().read(this.#fd, this.#buffer, BigInt(this.#buffer.length));
    return length > 0 ? this.#buffer.slice(0, length) : undefined;
  }
}
