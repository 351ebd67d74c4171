/** Floods on real kernels, in short; `deno task attack` measures them at length. */
import { assert } from "@std/assert";
import { LAB, requires } from "../capabilities.ts";
import { prefetch } from "../netns/deno_run.ts";
import { prepareTeredo } from "../netns/teredo.ts";
import { openArena } from "./arena.ts";
import {
  type Attack,
  carryOut,
  HONEST_PROGRAMS,
  newClients,
  newNativeHosts,
  newPeers,
  qualifications,
} from "./attacks.ts";
import { startPrograms } from "./contestants.ts";
import { FloodGenerator } from "./flood.ts";

const needs = requires(...LAB, "root", "ping", "gcc");

/** An attack at a rate, and how many honest ones must be served in spite of it. */
interface Case {
  readonly name: string;
  readonly attack: Attack;
  readonly rate: number;
  readonly least: number;
}

/** What an earlier version of this program did not stand; see docs/attacks.md. */
const CASES: readonly Case[] = [
  {
    name: "solicitations from everywhere do not keep clients from qualifying",
    attack: qualifications("solicitations from random addresses", 200),
    rate: 40_000,
    least: 190,
  },
  {
    name: "solicitations from a NAT's address do not keep its clients from qualifying",
    attack: qualifications("solicitations from random ports of one address", 100, "one NAT"),
    rate: 1_000,
    least: 95,
  },
  {
    name: "solicitations in clients' own names do not keep them from qualifying",
    attack: qualifications("solicitations in the clients' own names", 100, "known ports"),
    rate: 4_000,
    least: 95,
  },
  {
    name: "bubbles through the server do not keep new peers from a client",
    attack: newPeers(14),
    rate: 1_000,
    least: 13,
  },
  {
    name: "data of made-up peers does not keep a client from new relays",
    attack: newNativeHosts(15),
    rate: 40_000,
    least: 13,
  },
  {
    name: "a site that sends to made-up clients keeps nobody else from clients of that server",
    attack: newClients("one site", 12),
    rate: 300,
    least: 12,
  },
  {
    name: "many such sites do not either",
    attack: newClients("many sites", 12),
    rate: 10_000,
    least: 12,
  },
  {
    name: "packets to made-up clients in a site's name do not keep it from real ones",
    attack: newClients("the native host's own site", 12),
    rate: 1_000,
    least: 12,
  },
  {
    name: "packets to other addresses with clients' mappings keep nobody from the clients",
    attack: newClients("one site, to other flags", 12),
    rate: 1_000,
    least: 12,
  },
];

Deno.test({
  name: needs.title("attacks: honest ones are served"),
  ignore: needs.ignore,
  fn: async (t) => {
    await prepareTeredo();
    for (const program of HONEST_PROGRAMS) await prefetch(program);
    using generator = new FloodGenerator();
    await using arena = await openArena();
    const by = Deno.env.get("TEREDO_BEFORE") ? "before" : "ours";
    await using programs = await startPrograms(by, arena, ["server", "relay", "client"]);
    for (const { name, attack, rate, least } of CASES) {
      await t.step(name, async () => {
        const { served, honest, ...rest } = await carryOut(attack, {
          ...{ arena, generator, programs, rate },
        });
        assert(served >= least, `${served} of ${honest} were served: ${JSON.stringify(rest)}`);
      });
    }
  },
});
