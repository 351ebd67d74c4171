import { assert, assertEquals } from "@std/assert";
import { openArena } from "../../bench/load/arena.ts";
import { runLoad } from "../../bench/load/generator.ts";
import { buildPrograms } from "../../bench/load/programs.ts";
import { requires } from "../capabilities.ts";
import { prepareTeredo } from "../netns/teredo.ts";
import { temporaryFolder } from "../temporary_folder.ts";

const needs = requires(
  ...["linux", "root", "namespaces", "tun", "ip", "nsenter", "gcc", "taskset", "nft"] as const,
);

Deno.test({
  name: needs.title(
    "load: packets of virtual clients pass a relay and a gateway both ways, intact",
  ),
  ignore: needs.ignore,
  fn: async () => {
    await prepareTeredo();
    await using folder = await temporaryFolder();
    const programs = await buildPrograms(folder.folder);
    for (const name of ["relay", "gateway"] as const) {
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
        assert(cpu > 0.1, `${cpu} µs for a packet`);
      }
    }
  },
});
