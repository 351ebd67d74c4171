/**
 * Noticing that a router restarted, by its clock.
 *
 * A PCP or NAT-PMP server counts the seconds since it lost its mappings, and sends the count with
 * each answer. If the count does not keep pace with our clock, the mappings are gone.
 *
 * @module
 */

/** The clock of one router: RFC 6887 §8.5, which is stricter than RFC 6886 §3.6. */
export class RouterEpoch {
  #last: { readonly epoch: number; readonly at: number } | undefined;

  /**
   * Compares the router's count with the one before.
   *
   * @param epoch the router's count, in seconds
   * @param now milliseconds of a monotonic clock
   * @returns whether the router has lost its mappings since
   */
  hasRestarted(epoch: number, now: number): boolean {
    const last = this.#last;
    this.#last = { epoch, at: now };
    if (last === undefined) return false;
    if (epoch < last.epoch - 1) return true;
    const here = (now - last.at) / 1000;
    const there = epoch - last.epoch;
    return here + 2 < there - there / 16 || there + 2 < here - here / 16;
  }
}
