/**
 * How a conversation with a router is written: as a generator that yields what to do and goes on
 * when that is done.
 *
 *     const address = yield* ask(...);        sent, repeated, awaited
 *     if (address === undefined) return …;    nobody answered
 *     yield* pause(3_600_000);
 *
 * So each protocol reads from top to bottom, and still does no I/O and reads no clock: {@linkcode
 * DialogueRunner} is handed datagrams, responses and the time.
 *
 * @module
 */

import type { Endpoint } from "../wire/endpoint.ts";
import { type HttpResponse, parseHttpResponse } from "./http_message.ts";
import type { MapperEvent } from "./mapper_event.ts";

/** Sends datagrams, again and again until an answer is taken or the waits are over. */
interface DatagramStep {
  readonly type: "datagrams";
  readonly datagrams: readonly OutgoingDatagram[];
  /** How long to wait after each sending, in milliseconds. */
  readonly waits: readonly number[];
  /** Whether a datagram is the answer. */
  take(bytes: Uint8Array, from: Endpoint): boolean;
}

/** Sends a request by HTTP, on its own connection. */
interface HttpStep {
  readonly type: "http";
  readonly to: Endpoint;
  readonly request: Uint8Array;
  take(response: HttpResponse | undefined): void;
}

/** Waits, unless somebody ends the pause. */
interface PauseStep {
  readonly type: "pause";
  /** Milliseconds. */
  readonly length: number;
}

/** Reports something, if there is an event, and goes on at once. */
interface EventStep {
  readonly type: "event";
  readonly event: MapperEvent | undefined;
}

/** What a dialogue yields. */
type Step = DatagramStep | HttpStep | PauseStep | EventStep;

/** A conversation that ends with a result. Each step returns the time at its end. */
export type Dialogue<Result> = Generator<Step, Result, number>;

/** A datagram to send. */
export interface OutgoingDatagram {
  readonly to: Endpoint;
  readonly bytes: Uint8Array;
}

/**
 * Sends datagrams until `parse` makes something of an answer.
 *
 * @param parse returns undefined for what is not an answer
 * @param waits how long to wait after each sending, in milliseconds
 * @returns undefined if there was no answer
 */
export function* ask<Answer>(
  datagrams: readonly OutgoingDatagram[],
  waits: readonly number[],
  parse: (bytes: Uint8Array, from: Endpoint) => Answer | undefined,
): Dialogue<Answer | undefined> {
  let answer: Answer | undefined;
  yield {
    type: "datagrams",
    datagrams,
    waits,
    take(bytes, from) {
      answer = parse(bytes, from);
      return answer !== undefined;
    },
  };
  return answer;
}

/**
 * Sends a request by HTTP.
 *
 * @returns undefined if there was no response, or what came is not one
 */
export function* fetchFrom(
  to: Endpoint,
  request: Uint8Array,
): Dialogue<HttpResponse | undefined> {
  let answer: HttpResponse | undefined;
  yield { type: "http", to, request, take: (response) => answer = response };
  return answer;
}

/** Waits for so many milliseconds at most, and returns the time. */
export function* pause(length: number): Dialogue<number> {
  return yield { type: "pause", length };
}

/** Reports something, and returns the time. */
export function* report(event: MapperEvent): Dialogue<number> {
  return yield { type: "event", event };
}

/** Returns the time. */
export function* currentTime(): Dialogue<number> {
  return yield { type: "event", event: undefined };
}

/** Takes what a dialogue wants done. */
export interface DialogueSink {
  /** Sends a datagram. The array is lent for the duration of the call. */
  datagram(to: Endpoint, bytes: Uint8Array): void;
  /**
   * Connects by TCP, sends the request and reads the response: up to its end, `MAX_RESPONSE` octets
   * or `timeout` milliseconds. Its octets come back with the number.
   */
  exchange(number: number, to: Endpoint, request: Uint8Array, timeout: number): void;
  event(event: MapperEvent): void;
}

/** How long a response by HTTP may take, in milliseconds. UPnP allows 30 s; routers need less. */
export const HTTP_TIMEOUT = 5_000;

/** Leads one dialogue at a time. Times are milliseconds of a monotonic clock. */
export class DialogueRunner {
  #dialogue: Dialogue<void> | undefined;
  #step: Step | undefined;
  /** How often the step's datagrams have been sent. */
  #sent = 0;
  #due = Infinity;
  /** The number of the exchange that is awaited: late responses have another. */
  #exchange = 0;

  /** Whether a dialogue goes on. */
  get isBusy(): boolean {
    return this.#dialogue !== undefined;
  }

  /** Starts a dialogue. One that goes on is given up. */
  start(dialogue: Dialogue<void>, now: number, sink: DialogueSink): void {
    this.stop();
    this.#dialogue = dialogue;
    this.#goOn(now, sink);
  }

  /** Gives the dialogue up. */
  stop(): void {
    this.#dialogue = this.#step = undefined;
    this.#due = Infinity;
  }

  /** Lets a pause end at a time, unless it ends sooner. */
  hasten(until: number): void {
    if (this.#step?.type === "pause") this.#due = Math.min(this.#due, until);
  }

  /** Whether the datagram is the answer that the dialogue waits for. */
  handleDatagram(bytes: Uint8Array, from: Endpoint, now: number, sink: DialogueSink): boolean {
    if (this.#step?.type !== "datagrams" || !this.#step.take(bytes, from)) return false;
    this.#goOn(now, sink);
    return true;
  }

  /** What arrived in an exchange; undefined if nothing did. */
  handleExchange(
    number: number,
    bytes: Uint8Array | undefined,
    now: number,
    sink: DialogueSink,
  ): void {
    if (this.#step?.type !== "http" || number !== this.#exchange) return;
    const response = bytes && parseHttpResponse(bytes, true);
    this.#step.take(response === "incomplete" ? undefined : response);
    this.#goOn(now, sink);
  }

  nextTimer(): number {
    return this.#due;
  }

  handleTimer(now: number, sink: DialogueSink): void {
    if (now < this.#due) return;
    if (this.#step?.type === "datagrams" && this.#sent < this.#step.waits.length) {
      this.#send(this.#step, now, sink);
    } else {
      this.#goOn(now, sink);
    }
  }

  #goOn(now: number, sink: DialogueSink): void {
    const dialogue = this.#dialogue!;
    this.#step = undefined;
    this.#due = Infinity;
    let next = dialogue.next(now);
    while (!next.done && next.value.type === "event") {
      if (next.value.event !== undefined) sink.event(next.value.event);
      // Whoever was told may have started another dialogue.
      if (this.#dialogue !== dialogue) return;
      next = dialogue.next(now);
    }
    if (next.done) this.#dialogue = undefined;
    else this.#begin(next.value, now, sink);
  }

  #begin(step: Step, now: number, sink: DialogueSink): void {
    this.#step = step;
    switch (step.type) {
      case "datagrams":
        this.#sent = 0;
        return this.#send(step, now, sink);
      case "http":
        this.#due = now + HTTP_TIMEOUT;
        this.#exchange++;
        return sink.exchange(this.#exchange, step.to, step.request, HTTP_TIMEOUT);
      case "pause":
        this.#due = now + step.length;
    }
  }

  #send({ datagrams, waits }: DatagramStep, now: number, sink: DialogueSink): void {
    this.#due = now + waits[this.#sent]!;
    this.#sent++;
    for (const { to, bytes } of datagrams) sink.datagram(to, bytes);
  }
}
