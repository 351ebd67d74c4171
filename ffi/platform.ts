/**
 * Which system this is: the only place that asks.
 *
 * What differs between systems is either a fact, which {@linkcode platform} has, or something to
 * call, which `open.ts` opens. This file loads nothing heavy, because commands that end at once use
 * it too.
 *
 * @module
 */

import { DARWIN_FACTS } from "./darwin/facts.ts";
import { LINUX_FACTS } from "./linux/facts.ts";
import type { PlatformFacts } from "./platform_facts.ts";
import { WINDOWS_FACTS } from "./windows/facts.ts";

/** A system that this program knows facts about. */
export type PlatformId = "linux" | "darwin" | "windows" | "other";

/** This system. */
interface Platform extends PlatformFacts {
  readonly id: PlatformId;
}

/** This system. */
export const platform: Platform = platformOf(Deno.build.os);

function platformOf(os: typeof Deno.build.os): Platform {
  switch (os) {
    case "linux":
      return { id: os, ...LINUX_FACTS };
    case "darwin":
      return { id: os, ...DARWIN_FACTS };
    case "windows":
      return { id: os, ...WINDOWS_FACTS };
    default:
      // Another Unix, and so like macOS in what matters here.
      return { id: "other", ...DARWIN_FACTS, name: os };
  }
}

/** This program cannot do something on this system. */
export class UnsupportedPlatform extends Error {
  override readonly name = "UnsupportedPlatform";
  /** What was attempted, to be read after "Cannot": "open a TUN interface". */
  readonly attempt: string;
  /** The system, as people call it. */
  readonly system: string;

  /** @param attempt what was attempted, to be read after "Cannot" */
  constructor(attempt: string) {
    super(`Cannot ${attempt} on ${platform.name}: this version does not support that`);
    this.attempt = attempt;
    this.system = platform.name;
  }
}
