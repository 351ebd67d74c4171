/**
 * What `ping` of iputils says, as values.
 *
 * @module
 */

/** One answer. */
interface EchoReply {
  readonly sequence: number;
  /** From the request to the answer, in milliseconds. */
  readonly roundTrip: number;
}

/** The result of a series of echo requests. */
export interface PingResult {
  readonly sent: number;
  readonly received: number;
  /** In the order of their arrival. */
  readonly replies: readonly EchoReply[];
  /** All that was printed, for messages of failure. */
  readonly text: string;
}

/** How to ping. */
export interface PingOptions {
  /** The number of requests. */
  readonly count?: number;
  /** From one request to the next, in seconds. */
  readonly interval?: number;
  /**
   * How long to wait for the first answer, in seconds. Once there is one, `ping` listens only for
   * twice the longest round trip after its last request.
   */
  readonly wait?: number;
  /**
   * How long to wait for late answers, in seconds: on a busy machine they come when `ping` would
   * have stopped listening, and look lost. Meanwhile `ping` goes on asking, and an ICMP error ends
   * it, so this is for series of which nothing may be lost.
   */
  readonly patience?: number;
  /** The octets of data in each request. */
  readonly size?: number;
  /** The address to ping from, if not the one that the kernel prefers. */
  readonly from?: string;
  /** How many requests are sent at once to begin with; three at most unless by root. */
  readonly preload?: number;
}

/** The command line for a series of echo requests. */
export function pingCommand(destination: string, options: PingOptions = {}): string[] {
  const { count = 1, interval = 0.2, size = 56, preload = 1, from, patience } = options;
  const { wait = patience ?? 5 } = options;
  const numbers = { c: count, i: interval, W: wait, s: size, l: preload };
  const flags = Object.entries(numbers).flatMap(([flag, value]) => [`-${flag}`, String(value)]);
  // With a deadline, `ping` ends when it has as many answers as it was to send requests.
  const isSeries = patience !== undefined && count > 1;
  const deadline = isSeries ? ["-w", String(Math.ceil((count - 1) * interval + patience))] : [];
  const source = from === undefined ? [] : ["-I", from];
  return ["ping", "-n", ...flags, ...deadline, ...source, destination];
}

const REPLY = /icmp_seq=(\d+) ttl=\d+ time=([\d.]+) ms(?! \(DUP!\))/g;
const SUMMARY = /(\d+) packets transmitted, (\d+) received/;

/** Reads what `ping` printed. */
export function parsePing(text: string): PingResult {
  const replies = Array.from(text.matchAll(REPLY), ([, sequence, time]) => ({
    sequence: Number(sequence),
    roundTrip: Number(time),
  }));
  const [, sent = 0, received = 0] = SUMMARY.exec(text) ?? [];
  return { sent: Number(sent), received: Number(received), replies, text };
}

/** Without the requests that a patient `ping` sent beyond the `count` that it was to send. */
export function firstOf(count: number, { sent, replies, text }: PingResult): PingResult {
  const first = replies.filter(({ sequence }) => sequence <= count);
  return { sent: Math.min(sent, count), received: first.length, replies: first, text };
}

/** From the first request to its answer, in milliseconds; infinite if it had none. */
export function firstRoundTrip({ replies }: PingResult): number {
  return replies.find(({ sequence }) => sequence === 1)?.roundTrip ?? Infinity;
}
