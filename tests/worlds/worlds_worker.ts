/**
 * A thread that runs worlds, and reports each.
 *
 * @module
 */

/// <reference lib="deno.worker" />
import { runWorlds, type Worlds } from "./campaign.ts";

/** Verdicts are reported this many at a time: each message takes a while. */
const BATCH = 20;

self.onmessage = ({ data }: MessageEvent<Worlds>) => {
  let batch = [];
  for (const verdict of runWorlds(data)) {
    batch.push(verdict);
    if (batch.length < BATCH) continue;
    self.postMessage(batch);
    batch = [];
  }
  self.postMessage(batch);
  self.postMessage("done");
};
