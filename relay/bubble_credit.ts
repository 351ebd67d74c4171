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
 * Octets of packets for a client that nothing was sent for yet.
 *
 * RFC 4380 §5.4.1 repeats the bubble three times. Here another packet must have come for that,
 * which is usual: hosts that get no answer send again.
 */
export class BubbleCredit {
  #octets = 0;

  /** A packet came. */
  add(octets: number): void {
    this.#octets = Math.min(this.#octets + AMPLIFICATION * octets, MAX_CREDIT);
  }

  /** Takes what a datagram costs, with its UDP and IPv4 headers, if so much is left. */
  take(octets: number): boolean {
    if (this.#octets < octets) return false;
    this.#octets -= octets;
    return true;
  }
}
