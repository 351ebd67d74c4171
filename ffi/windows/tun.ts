/**
 * TUN interfaces of Windows: adapters of Wintun.
 *
 * A session has two rings, which the driver shares with this program. A packet is read and written
 * in place, and given back or sent with a second call.
 *
 * @module
 */

import { allocate, u32 } from "../c/struct.ts";
import { SystemError } from "../c/errno.ts";
import { makingTun, type Tun } from "../tun.ts";
import { handleOf, type WaitHandle } from "../waiting.ts";
import { awaitIpv6 } from "./interface.ts";
import { aliasOf, indexOf, luidOf, newLuid } from "./interface_name.ts";
import { kernel32 } from "./kernel32.ts";
import { wideText } from "./wide_text.ts";
import {
  askTwice,
  ERROR_ACCESS_DENIED,
  ERROR_HANDLE_EOF,
  ERROR_NO_MORE_ITEMS,
  windowsError,
} from "./windows_error.ts";
import { type Wintun, wintun } from "./wintun.ts";

/** Octets of each ring: a power of two. 4 MiB are about 3,000 packets. */
const RING_CAPACITY = 0x40_0000;

/** What Windows calls this kind of interface. */
const TUNNEL_TYPE = "Teredo";

/** Names that `%d` is tried with. */
const NUMBERS = 100;

/** `ERROR_ALREADY_EXISTS` of winerror.h, for a name that is taken. */
const ALREADY_EXISTS = 183;

/** An adapter of Wintun, with its session. See {@linkcode Tun} for the contract. */
export class WindowsTun implements Tun {
  readonly name: string;
  readonly index: number;
  readonly handle: WaitHandle;
  /** Wintun has none. */
  readonly offload = undefined;
  readonly #wintun: Wintun = wintun();
  readonly #kernel32 = kernel32();
  /** Null once closed. */
  #adapter: Deno.PointerValue = null;
  #session: Deno.PointerValue = null;
  readonly #size = allocate(4);

  constructor(name: string) {
    const free = freeName(name);
    const attempt = `make the TUN interface "${free}"`;
    const { WintunCreateAdapter, WintunStartSession, WintunGetReadWaitEvent } = this.#wintun;
    const [alias, type, guid] = [wideText(free), wideText(TUNNEL_TYPE), guidOf(free)];
    this.#adapter = insist(
      attempt,
      "WintunCreateAdapter",
      () => WintunCreateAdapter(alias, type, guid),
    );
    try {
      const start = () => WintunStartSession(this.#adapter, RING_CAPACITY);
      this.#session = insist(attempt, "WintunStartSession", start);
      this.handle = handleOf(WintunGetReadWaitEvent(this.#session));
      const luid = newLuid();
      this.#wintun.WintunGetAdapterLUID(this.#adapter, luid);
      this.index = indexOf(luid);
      this.name = aliasOf(luid) ?? free;
      awaitIpv6(this.index);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Once closed, there is nothing to read. Wintun would look for its ring at the address 0. */
  read(buffer: Uint8Array<ArrayBuffer>): number {
    if (this.#session === null) return 0;
    const { WintunReceivePacket } = this.#wintun;
    const packet = WintunReceivePacket(this.#session, this.#size);
    if (packet !== null) return this.#take(packet, buffer);
    return this.#kernel32.GetLastError() === ERROR_NO_MORE_ITEMS ? 0 : this.#readAgain(buffer);
  }

  /** A read has failed, and not because nothing was waiting. */
  #readAgain(buffer: Uint8Array<ArrayBuffer>): number {
    const { WintunReceivePacket } = this.#wintun;
    const outcome = askTwice(() => WintunReceivePacket(this.#session, this.#size) ?? undefined);
    if (typeof outcome === "object") return this.#take(outcome, buffer);
    if (outcome === ERROR_NO_MORE_ITEMS) return 0;
    const remedy = outcome === ERROR_HANDLE_EOF ? "Somebody deleted the interface" : undefined;
    const attempt = `read from interface "${this.name}"`;
    throw windowsError(attempt, "WintunReceivePacket", outcome, remedy);
  }

  /** Copies a packet out of the ring and gives its place back. */
  #take(packet: Deno.PointerObject, buffer: Uint8Array<ArrayBuffer>): number {
    const length = Math.min(u32.read(this.#size, 0), buffer.length);
    this.#kernel32.copyIn(buffer, packet, BigInt(length));
    this.#wintun.WintunReleaseReceivePacket(this.#session, packet);
    return length;
  }

  write(packet: Uint8Array<ArrayBuffer>, length = packet.length): boolean {
    if (this.#session === null) return false;
    const place = this.#wintun.WintunAllocateSendPacket(this.#session, length);
    if (place === null) return false;
    this.#kernel32.copyOut(place, packet, BigInt(length));
    this.#wintun.WintunSendPacket(this.#session, place);
    return true;
  }

  close(): void {
    if (this.#session !== null) this.#wintun.WintunEndSession(this.#session);
    if (this.#adapter !== null) this.#wintun.WintunCloseAdapter(this.#adapter);
    this.#session = this.#adapter = null;
  }
}

/**
 * The name that an interface gets, with the first free number in place of `%d`.
 *
 * Wintun would take a name that is in use and add a number to it.
 */
function freeName(name: string): string {
  const names = name.includes("%d")
    ? Array.from({ length: NUMBERS }, (_, i) => name.replace("%d", `${i}`))
    : [name];
  const free = names.find((each) => luidOf(each) === undefined);
  if (free !== undefined) return free;
  throw nameTaken(name);
}

/** As if the system had refused: the code is the one that says so on Linux. */
function nameTaken(name: string): SystemError {
  const attempt = makingTun(name);
  const remedy = `Stop the program that holds it, or choose another name; ` +
    '"netsh interface show interface" lists the interfaces';
  const text = "an interface has this name";
  const words = { name: "ERROR_ALREADY_EXISTS", code: "EBUSY", text } as const;
  return new SystemError(attempt, "ConvertInterfaceAliasToLuid", ALREADY_EXISTS, remedy, words);
}

/**
 * Makes something, or throws why it cannot be made.
 *
 * @param call returns null when it fails
 */
function insist(
  attempt: string,
  name: string,
  call: () => Deno.PointerValue,
): Deno.PointerObject {
  const outcome = askTwice(() => call() ?? undefined);
  if (typeof outcome === "object") return outcome;
  const remedy = outcome === ERROR_ACCESS_DENIED
    ? "Run it as administrator"
    : "The end of %SystemRoot%\\INF\\setupapi.dev.log shows what Windows did with the driver";
  throw windowsError(attempt, name, outcome, remedy);
}

/**
 * A GUID for an interface, always the same for one name: by it Windows recognizes the network at
 * each start, with what the user has decided about it. It has the version 8 of RFC 9562 §5.8, and
 * the name's hash, FNV-1a with 64 bits.
 */
function guidOf(name: string): Uint8Array<ArrayBuffer> {
  let hash = 0xcbf2_9ce4_8422_2325n;
  for (const octet of new TextEncoder().encode(name)) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(octet)) * 0x100_0000_01b3n);
  }
  const guid = new TextEncoder().encode("TeredoIfTeredoIf");
  new DataView(guid.buffer).setBigUint64(8, hash, false);
  // In memory, the version is in the high half of the eighth octet, and the variant in the ninth.
  guid[7] = 0x80 | guid[7]! & 0x0f;
  guid[8] = 0x80 | guid[8]! & 0x3f;
  return guid;
}
