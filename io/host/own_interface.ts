/**
 * Our own interface, as a node handles it.
 *
 * @module
 */

/** Something about our interface that is not as it should be, and that this program cannot fix. */
export interface InterfaceFault {
  /**
   * - `incomplete`: it lacks something, and the kernel refuses to give it
   * - `detour`: packets that should leave through it leave by another way, or not at all
   */
  readonly type: "incomplete" | "detour";
  /** What is wrong and what to do about it. */
  readonly message: string;
}

/** An interface that knows how it should be. */
export interface OwnInterface {
  readonly name: string;
  /** Its index in this network namespace. */
  readonly index: number;
  /** What is wrong with it, as far as the last check found: another list whenever that changes. */
  readonly faults: readonly InterfaceFault[];
  /** Whether it depends on something whose changes the kernel does not report. */
  readonly needsLooks?: boolean;
  /** Settles with the reason when the interface no longer exists here. Checks are over then. */
  readonly gone: Promise<unknown>;
  /**
   * Restores what others took, and looks for faults. To be called after every change, and from time
   * to time.
   */
  check(): void;
}
