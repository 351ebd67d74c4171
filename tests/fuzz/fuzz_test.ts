/** The short form of `deno task fuzz`, and the fuzzer itself. */

import { cpuUsage } from "node:process";
import { assert, assertEquals, assertLess } from "@std/assert";
import { numbersBelow } from "../hostile/hostile_datagrams.ts";
import { Campaign } from "./campaign.ts";
import { formatLine, parseLine } from "./corpus.ts";
import { Mutator } from "./mutator.ts";
import { reduce } from "./reduce.ts";
import { type FuzzTarget, hold, octetsOf, textOf } from "./target.ts";
import { TARGETS } from "./targets.ts";

/** How long each target is tried, in milliseconds, apart from what the mutations start from. */
const TIME = 150;

/** Inputs in a block here; the last of them is for its length. */
const SIZE = 200;

for (const target of TARGETS) {
  Deno.test(`fuzz: ${target.name} takes any input, in little time`, async () => {
    const campaign = new Campaign(target, "short");
    let failure = await campaign.runParents();
    const end = performance.now() + TIME;
    for (let block = 0; failure === undefined && performance.now() < end; block++) {
      failure = await campaign.runBlock(block, undefined, SIZE);
    }
    if (failure === undefined) return;
    const { input, error } = failure;
    error.message = `${error.message}; the input is ${formatLine(input).slice(0, 1_000)}`;
    throw error;
  });
}

/** Fails for what has "bug" in it, or takes long. */
const FRAIL: FuzzTarget = {
  name: "frail",
  seeds: [octetsOf("a seed that is longer than needed")],
  words: [octetsOf("bug"), octetsOf("slow")],
  maxLength: 100,
  stressLength: 1_000,
  run(input) {
    const text = textOf(input);
    hold(!text.includes("bug"), "There is a bug");
    const start = cpuUsage();
    while (text.split("slow").length > 100 && cpuUsage(start).user < 30_000);
  },
};

Deno.test("fuzz: a block finds what fails, the same each time, and the input becomes small", async () => {
  const failure = await new Campaign(FRAIL, "seed").runBlock(0);
  assertEquals(await new Campaign(FRAIL, "seed").runBlock(0), failure);
  assert(failure !== undefined && textOf(failure.input).includes("bug"));
  assertEquals(textOf((await reduce(FRAIL, failure)).input), "bug");
});

Deno.test("fuzz: an input that takes long fails", async () => {
  const slow = { ...FRAIL, words: [octetsOf("slow")] };
  const campaign = new Campaign(slow, "seed", 25);
  let failure = await campaign.runBlock(0, undefined, 1);
  for (let i = 1; failure === undefined && i < 20; i++) {
    failure = await campaign.runBlock(i, undefined, 1);
  }
  assert(failure !== undefined && /^It takes \d+ ms/.test(failure.error.message));
});

Deno.test("fuzz: mutations keep to their length, and most differ", () => {
  const parents = [octetsOf("one parent"), octetsOf("another one")];
  const material = { parents, words: [octetsOf("word")], maxLength: 24 };
  const mutator = new Mutator(numbersBelow("mutations"), material);
  const seen = new Set<string>();
  for (let i = 0; i < 1_000; i++) {
    const input = mutator.next();
    assertLess(input.length, 25);
    seen.add(input.toHex());
    assertLess(mutator.stress(100).length, 101);
  }
  assert(seen.size > 700, `${seen.size} differ`);
});

Deno.test("fuzz: a line of the corpus holds any input", () => {
  for (const octets of [[0x61, 0x0a], [0, 1, 255], [0x22], [0xc3, 0xa4]]) {
    const input = Uint8Array.from(octets);
    assertEquals(parseLine(formatLine(input)), input);
    assert(!formatLine(input).includes("\n"));
  }
});
