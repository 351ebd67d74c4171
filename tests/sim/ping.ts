/**
 * What became of a ping.
 *
 * @module
 */

/** An answer to one of the echo requests. */
interface PingReply {
  readonly sequence: number;
  /** When it came, in milliseconds of the virtual clock. */
  readonly at: number;
  /** From the request to the answer, in milliseconds. */
  readonly roundTrip: number;
}

/** A series of echo requests to one destination, filled in as time passes. */
export class Ping {
  readonly identifier: number;
  /** When each request was sent, by sequence number. */
  readonly sentAt: number[] = [];
  /** In the order of their arrival, duplicates included. */
  readonly replies: PingReply[] = [];
  /** Errors that came back: Destination Unreachable and the like. */
  errors = 0;

  constructor(identifier: number) {
    this.identifier = identifier;
  }

  /** Enters the answer to the request `sequence`. */
  answered(sequence: number, now: number): void {
    const sentAt = this.sentAt[sequence];
    if (sentAt === undefined) return;
    this.replies.push({ sequence, at: now, roundTrip: now - sentAt });
  }

  /** Whether any answer came. */
  get isAnswered(): boolean {
    return this.replies.length > 0;
  }

  /** How many of the requests were sent. */
  get sent(): number {
    return this.sentAt.length;
  }

  /** Sequence numbers in the order in which they were first answered. */
  get answeredSequence(): number[] {
    return [...new Set(this.replies.map(({ sequence }) => sequence))];
  }

  /** How many requests found no answer. */
  get lost(): number {
    return this.sent - this.answeredSequence.length;
  }

  /** From the first request to the first answer, in milliseconds; `Infinity` without one. */
  get firstReplyAfter(): number {
    const [first] = this.replies;
    return first === undefined ? Infinity : first.at - this.sentAt[0]!;
  }
}
