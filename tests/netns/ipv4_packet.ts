/**
 * IPv4 packets as a NAT sees them: two endpoints that can be read and replaced in place.
 *
 * @module
 */

import { addToSum, foldSum } from "../../wire/checksum.ts";
import { addressOf, type Endpoint, endpoint, portOf } from "../../wire/endpoint.ts";
import { ipv4Address } from "../../wire/ipv4_address.ts";
import { getU16, getU32, setU16 } from "../../memory/octets.ts";

// RFC 791 §3.1, offsets in the header.
const FRAGMENT = 6;
const PROTOCOL = 9;
const HEADER_CHECKSUM = 10;
const SOURCE = 12;
const DESTINATION = 16;
/** The header without options; also what an ICMP error has in front of the packet it quotes. */
const HEADER_LENGTH = 20;
/** The fragment offset, and the flag that says that more fragments follow. */
const FRAGMENT_MASK = 0x3fff;

const ICMP = 1;
const UDP = 17;
/** An ICMP error quotes this much behind the IPv4 header at least: ports and the UDP checksum. */
const TRANSPORT_LENGTH = 8;

// RFC 768 and RFC 792, offsets behind the IPv4 header.
const UDP_SOURCE_PORT = 0;
const UDP_DESTINATION_PORT = 2;
const UDP_CHECKSUM = 6;
const ICMP_CHECKSUM = 2;
const ECHO_IDENTIFIER = 4;
const QUOTATION = 8;

const ECHO_REPLY = 0;
const ECHO_REQUEST = 8;
/** Destination Unreachable, Time Exceeded, Parameter Problem. */
const ERRORS: readonly number[] = [3, 11, 12];

/** What a NAT can do with a packet. */
type PacketType = "udp" | "echo" | "error";

/** Which of a packet's two endpoints. */
type End = "source" | "destination";

/**
 * A view of an unfragmented IPv4 packet of one of three types. The identifier of an echo request
 * counts as its source port, that of a reply as its destination port, because it is what finds the
 * way back.
 */
export class Ipv4Packet {
  readonly bytes: Uint8Array;
  readonly type: PacketType;
  readonly #start: number;
  readonly #transport: number;

  private constructor(bytes: Uint8Array, start: number, transport: number, type: PacketType) {
    this.bytes = bytes;
    this.#start = start;
    this.#transport = transport;
    this.type = type;
  }

  /**
   * Looks at the packet that begins at `start`; `undefined` where a NAT cannot do anything with it.
   */
  static parse(bytes: Uint8Array, start = 0): Ipv4Packet | undefined {
    if (bytes.length < start + HEADER_LENGTH || bytes[start]! >>> 4 !== 4) return undefined;
    const transport = start + (bytes[start]! & 15) * 4;
    if (bytes.length < transport + TRANSPORT_LENGTH) return undefined;
    if ((getU16(bytes, start + FRAGMENT) & FRAGMENT_MASK) !== 0) return undefined;
    const type = typeOf(bytes[start + PROTOCOL]!, bytes[transport]!);
    return type && new Ipv4Packet(bytes, start, transport, type);
  }

  get source(): Endpoint {
    return this.#read("source");
  }

  set source(to: Endpoint) {
    this.#replace("source", to);
  }

  get destination(): Endpoint {
    return this.#read("destination");
  }

  set destination(to: Endpoint) {
    this.#replace("destination", to);
  }

  /** The packet that an ICMP error is about: a view of the same octets. */
  get quotation(): Ipv4Packet | undefined {
    if (this.type !== "error") return undefined;
    return Ipv4Packet.parse(this.bytes, this.#transport + QUOTATION);
  }

  /** Computes the checksum of an ICMP message anew, after a change of what it quotes. */
  sealError(): void {
    const { bytes } = this;
    const at = this.#transport + ICMP_CHECKSUM;
    setU16(bytes, at, 0);
    setU16(bytes, at, ~foldSum(addToSum(bytes, this.#transport, bytes.length - this.#transport)));
  }

  #read(end: End): Endpoint {
    const port = this.#portAt(end);
    const address = ipv4Address(getU32(this.bytes, this.#addressAt(end)));
    return endpoint(address, port === undefined ? 0 : getU16(this.bytes, port));
  }

  #replace(end: End, to: Endpoint): void {
    const address = this.#addressAt(end);
    const header = this.#start + HEADER_CHECKSUM;
    const checksum = this.#checksumAt();
    // The pseudo-header of UDP has the addresses; ICMP has none.
    const pseudo = this.type === "udp" ? [checksum] : [];
    this.#put(address, addressOf(to) >>> 16, [header, ...pseudo]);
    this.#put(address + 2, addressOf(to) & 0xffff, [header, ...pseudo]);
    const port = this.#portAt(end);
    if (port !== undefined) this.#put(port, portOf(to), [checksum]);
  }

  /** Replaces a 16-bit word, and makes up for it in checksums over it (RFC 1624 §3, equation 3). */
  #put(at: number, value: number, checksums: readonly number[]): void {
    const { bytes } = this;
    const difference = (~getU16(bytes, at) & 0xffff) + value;
    setU16(bytes, at, value);
    for (const checksum of checksums) {
      const old = getU16(bytes, checksum);
      const isUdp = checksum === this.#checksumAt() && this.type === "udp";
      // Zero says that the sender computed none; a sum that comes out as zero is sent as all ones.
      if (isUdp && old === 0) continue;
      const sum = ~foldSum((~old & 0xffff) + difference) & 0xffff;
      setU16(bytes, checksum, isUdp && sum === 0 ? 0xffff : sum);
    }
  }

  #addressAt(end: End): number {
    return this.#start + (end === "source" ? SOURCE : DESTINATION);
  }

  #portAt(end: End): number | undefined {
    switch (this.type) {
      case "udp":
        return this.#transport + (end === "source" ? UDP_SOURCE_PORT : UDP_DESTINATION_PORT);
      case "echo": {
        const requests = this.bytes[this.#transport] === ECHO_REQUEST;
        return requests === (end === "source") ? this.#transport + ECHO_IDENTIFIER : undefined;
      }
      case "error":
        return undefined;
    }
  }

  #checksumAt(): number {
    return this.#transport + (this.type === "udp" ? UDP_CHECKSUM : ICMP_CHECKSUM);
  }
}

function typeOf(protocol: number, icmpType: number): PacketType | undefined {
  if (protocol === UDP) return "udp";
  if (protocol !== ICMP) return undefined;
  if (icmpType === ECHO_REQUEST || icmpType === ECHO_REPLY) return "echo";
  return ERRORS.includes(icmpType) ? "error" : undefined;
}
