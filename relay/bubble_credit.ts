/**
 * What a relay may send on behalf of the packets that it gets.
 *
 * @module
 */

/**
 * The most octets that a relay sends to a stranger for each octet that it gets. Anyone can send it
 * packets for a client that does not exist, "at" a server that did not ask for bubbles: that must
 * not hurt the server more than sending to it directly would.
 */
const AMPLIFICATION = 1.3;

/** Packets that came long ago do not pay for a burst of bubbles. */
const MAX_CREDIT = 500;

/**
 * The octets that may go to a client, after a packet for it came.
 *
 * RFC 4380 §5.4.1 repeats the bubble three times. Here another packet must have come for that,
 * which is usual: hosts that get no answer send again.
 *
 * A whole number is part of its owner. Any other, or an object around it, would take its own
 * memory for each made-up client of a flood.
 *
 * @param credit the octets before that
 * @param octets the length of the packet
 */
export function creditAfter(credit: number, octets: number): number {
  return Math.min(credit + Math.floor(AMPLIFICATION * octets), MAX_CREDIT);
}
