/**
 * A file of datagrams that Wireshark and tcpdump read.
 *
 *     file     0  a1b2c3d4, version 2.4 (8)     8  zone, accuracy (8)     16  longest packet (4)
 *             20  link type 101: IPv4 without a link's header (4)
 *     packet   0  seconds, microseconds (8)     8  octets here, octets there were (8)
 *             16  IPv4 header (20)     36  UDP header (8)     44  payload
 *
 * A UDP socket does not show the outer headers, so they are made from its endpoints. The UDP
 * checksum is 0, which means that there is none.
 *
 * @module
 */

import { addToSum, foldSum } from "../../../wire/checksum.ts";
import { addressOf, type Endpoint, portOf } from "../../../wire/endpoint.ts";
import { setU16, setU32 } from "../../../memory/octets.ts";

const LINKTYPE_RAW = 101;
const LONGEST_PACKET = 65_535;
const FILE_HEADER = 24;
const RECORD_HEADER = 16;
const IPV4_HEADER = 20;
const UDP_HEADER = 8;
const UDP = 17;
const HOP_LIMIT = 64;

/** Room for several of the longest packets, so that a pass is written in one go; octets. */
const BUFFER_LENGTH = 256 * 1024;

/**
 * How far the monotonic clock may drift from the time of day before it is corrected, in
 * milliseconds.
 */
const DRIFT = 1000;

/** Writes a piece of the file. */
type Write = (bytes: Uint8Array) => void;

/** Writes datagrams to a file. If writing fails, recording ends, and nothing else is affected. */
export class PcapFile {
  readonly #write: Write;
  readonly #onFailure: (error: unknown) => void;
  readonly #buffer = new Uint8Array(BUFFER_LENGTH);
  readonly #view = new DataView(this.#buffer.buffer);
  readonly #now: () => number;
  #length = 0;
  #isBroken = false;

  /**
   * @param onFailure called once, when the file cannot be written any more
   * @param now the time of day in milliseconds, with fractions
   */
  constructor(
    write: Write,
    onFailure: (error: unknown) => void,
    now: () => number = preciseTime(),
  ) {
    this.#write = write;
    this.#onFailure = onFailure;
    this.#now = now;
    const view = this.#view;
    view.setUint32(0, 0xa1b2c3d4, true);
    view.setUint16(4, 2, true);
    view.setUint16(6, 4, true);
    view.setUint32(16, LONGEST_PACKET, true);
    view.setUint32(20, LINKTYPE_RAW, true);
    this.#length = FILE_HEADER;
    this.flush();
  }

  /** Records a UDP payload. */
  datagram(source: Endpoint, destination: Endpoint, payload: Uint8Array): void {
    const length = IPV4_HEADER + UDP_HEADER + payload.length;
    if (this.#isBroken || length > LONGEST_PACKET) return;
    if (this.#length + RECORD_HEADER + length > BUFFER_LENGTH) this.flush();
    const start = this.#length;
    this.#writeRecordHeader(start, length);
    writeHeaders(this.#buffer.subarray(start + RECORD_HEADER), source, destination, length);
    this.#buffer.set(payload, start + RECORD_HEADER + IPV4_HEADER + UDP_HEADER);
    this.#length += RECORD_HEADER + length;
  }

  /** Writes what was recorded. */
  flush(): void {
    const length = this.#length;
    this.#length = 0;
    if (this.#isBroken || length === 0) return;
    try {
      this.#write(this.#buffer.subarray(0, length));
    } catch (error) {
      this.#isBroken = true;
      this.#onFailure(error);
    }
  }

  #writeRecordHeader(offset: number, length: number): void {
    const microseconds = Math.floor(1000 * this.#now());
    const view = this.#view;
    view.setUint32(offset, Math.floor(microseconds / 1_000_000), true);
    view.setUint32(offset + 4, microseconds % 1_000_000, true);
    view.setUint32(offset + 8, length, true);
    view.setUint32(offset + 12, length, true);
  }
}

function writeHeaders(
  packet: Uint8Array,
  source: Endpoint,
  destination: Endpoint,
  length: number,
): void {
  packet.fill(0, 0, IPV4_HEADER + UDP_HEADER);
  packet[0] = 0x45;
  setU16(packet, 2, length);
  packet[8] = HOP_LIMIT;
  packet[9] = UDP;
  setU32(packet, 12, addressOf(source));
  setU32(packet, 16, addressOf(destination));
  setU16(packet, 10, ~foldSum(addToSum(packet, 0, IPV4_HEADER)));
  setU16(packet, IPV4_HEADER, portOf(source));
  setU16(packet, IPV4_HEADER + 2, portOf(destination));
  setU16(packet, IPV4_HEADER + 4, length - IPV4_HEADER);
}

/** The time of day with fractions of milliseconds, also after the clock of the system was set. */
function preciseTime(): () => number {
  let offset = performance.timeOrigin;
  return () => {
    const time = offset + performance.now();
    const drift = Date.now() - time;
    if (Math.abs(drift) < DRIFT) return time;
    offset += drift;
    return time + drift;
  };
}
