import { assert, assertEquals } from "@std/assert";
import { openArena } from "../../bench/load/arena.ts";
import { TRANSLATION } from "../../bench/load/contestants.ts";
import { runConnections, runLoad, runNewcomers } from "../../bench/load/generator.ts";
import { connectionFigure, figure, memoryFigure } from "../../bench/load/measurements.ts";
import { buildPrograms } from "../../bench/load/programs.ts";
import { Results } from "../../bench/load/samples.ts";
import { tables } from "../../bench/load/tables.ts";
import { verdicts } from "../../bench/load/verdicts.ts";
import { requires } from "../capabilities.ts";
import { prefetch } from "../netns/deno_run.ts";
import { prepareTeredo } from "../netns/teredo.ts";
import { temporaryFolder } from "../temporary_folder.ts";

const needs = requires(
  ...["linux", "root", "namespaces", "tun", "ip", "nsenter", "chrt", "gcc", "taskset"] as const,
);

for (const name of ["relay", "gateway", "floor", "translatedFloor", "cables"] as const) {
  Deno.test({
    name: needs.title(
      `load: packets and connections of virtual clients pass the ${name} both ways, intact`,
    ),
    ignore: needs.ignore,
    fn: async () => {
      await prepareTeredo();
      await prefetch(TRANSLATION);
      await using folder = await temporaryFolder();
      const programs = await buildPrograms(folder.folder);
      await using arena = await openArena(name, programs);
      for (const clients of [1, 20]) {
        const { sent, arrived, wrong, latency, cpu } = await runLoad(arena, {
          direction: "both",
          clients,
          sizes: [64, 1280, 200],
          rate: 2_000,
          seconds: 0.3,
        });
        assert(sent > 100, `${sent} packets were sent`);
        assert(arrived > sent / 2, `${arrived} of ${sent} packets arrived`);
        assertEquals(wrong, 0);
        assert(latency.p50 > 0 && latency.p50 <= latency.p999, JSON.stringify(latency));
        assert(name === "cables" || cpu > 0.1, `${cpu} µs for a packet`);
      }
      for (const direction of ["up", "down"] as const) {
        if (direction === "down" && arena.contestant.clientsFirst) continue;
        const load = { direction, clients: 20, atOnce: 8, seconds: 0.3 };
        const { rate, failed, duration } = await runConnections(arena, load);
        assert(rate > 20, `${rate} connections a second ${direction}, ${failed} failed`);
        assert(duration.p50 > 0, JSON.stringify(duration));
      }
      const { rate, cpu } = await runNewcomers(arena, { clients: 200, from: 1_000 });
      assert(rate > 10, `${rate} clients a second`);
      assert(name === "cables" || cpu > 0.1, `${cpu} µs for a client`);
    },
  });
}

/** Results in which each contestant has the same in all turns. */
function resultsWith(samples: Record<string, Partial<Record<"relay" | "miredo", number>>>) {
  const results = new Results();
  for (const [name, values] of Object.entries(samples)) {
    for (let turn = 0; turn < 3; turn++) {
      if (values.relay !== undefined) results.add(name, "relay", values.relay);
      if (values.miredo !== undefined) results.add(name, "miredo", values.miredo);
    }
  }
  return results;
}

Deno.test("load: a demand is met if all figures meet it", () => {
  const [one, many] = [1, 1_000].map((clients) => figure("64", "up", { clients }, "rate"));
  const of = (less: number) =>
    resultsWith({
      [one!]: { relay: 600_000, miredo: 100_000 },
      [many!]: { relay: 100_000 * less, miredo: 100_000 },
    });
  const title = "64 and 200 octets, many clients: relay ≥ 3 × Miredo";
  assertEquals(verdicts(of(3.5)), [[title, "3.50 to 6.00", "yes"]]);
  assertEquals(verdicts(of(2.5)), [[title, "2.50 to 6.00", "no"]]);
  assertEquals(verdicts(new Results()), []);
});

Deno.test("load: ratios are those of turns, and turns without a packet don't count", () => {
  const results = new Results();
  for (const value of [1, 2, 300]) results.add("rate", "relay", value);
  for (const value of [1, 1, 100]) results.add("rate", "floor", value);
  assertEquals(results.ratio("rate", "relay", "floor"), 2);
  assertEquals(results.ratio("rate", "relay", "miredo"), undefined);
  for (const value of [NaN, 3, 5, Infinity]) results.add("cpu", "relay", value);
  assertEquals(results.median("cpu", "relay"), 4);
});

Deno.test("load: samples of several runs make one set of tables", () => {
  const results = new Results();
  const runs = [
    resultsWith({ [memoryFigure(1)]: { relay: 40 } }),
    resultsWith({ [memoryFigure(1_000)]: { relay: 42 } }),
    resultsWith({ [memoryFigure(10_000)]: { relay: 60 } }),
    resultsWith({ [connectionFigure("up", "rate")]: { relay: 40_000 } }),
  ];
  for (const { all } of runs) results.merge(JSON.parse(JSON.stringify(all)));
  const text = tables(results);
  assert(text.includes("| relay | 40.0 | 42.0 | 60.0 | 2.00 |"), text);
  assert(text.includes("| client → native, relay | 40.0 |"), text);
});
