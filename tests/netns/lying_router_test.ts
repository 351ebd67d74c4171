/** A router that lies costs nothing but the mapping: the client qualifies and is reached as ever. */
import { assert, assertEquals } from "@std/assert";
import { parseIpv4 } from "../../wire/ipv4_address.ts";
import { LAB, requires } from "../capabilities.ts";
import { denoRun, prefetch } from "./deno_run.ts";
import { createLab } from "./lab.ts";
import type { Lie } from "./lying_router.ts";
import type { Machine } from "./machine.ts";
import { prepareTeredo, startClient, startServer, teredo } from "./teredo.ts";
import { pause } from "../pause.ts";

const needs = requires(...LAB, "nft", "ping");

/** Longer than anything that a router can make a client wait. */
const PATIENCE = 15_000;

/** A lie, how the router is asked, and what comes of it: a state with a reason or a view. */
const LIES: readonly [title: string, lie: Lie, mode: string, outcome: string][] = [
  ["that does not answer", { options: { protocols: [] } }, "auto", "failed no_answer"],
  ["that refuses", { options: { protocols: ["pcp"], result: 2 } }, "pcp", "failed refused"],
  [
    "whose answer makes no sense",
    {
      options: { protocols: ["nat-pmp"], result: 99 },
    },
    "nat-pmp",
    "failed answer_invalid",
  ],
  [
    "that names another external address",
    {
      options: { protocols: ["pcp"], external: parseIpv4("198.51.100.7")! },
    },
    "pcp",
    "mapped other_address",
  ],
  [
    "that is behind another NAT",
    {
      options: { protocols: ["nat-pmp"], external: parseIpv4("10.0.0.7")! },
    },
    "nat-pmp",
    "mapped other_address",
  ],
  [
    "whose ports are taken (718)",
    {
      options: { protocols: ["upnp"], addError: 718 },
    },
    "upnp",
    "failed port_taken",
  ],
  [
    "that makes only mappings that stay (725)",
    {
      options: { protocols: ["upnp"], permanentOnly: true },
    },
    "upnp",
    "mapped in_use",
  ],
  [
    "that says yes and does nothing",
    {
      options: { protocols: ["upnp"], ignoresAdd: true },
    },
    "upnp",
    "failed refused",
  ],
  [
    "that describes itself elsewhere",
    {
      options: { protocols: ["upnp"], location: "http://83.1.1.1:5000/root.xml" },
    },
    "upnp",
    "failed no_answer",
  ],
  [
    "that sends 10 MB of garbage",
    {
      options: { protocols: ["upnp"] },
      body: "garbage",
    },
    "upnp",
    "failed answer_invalid",
  ],
  [
    "that sends an octet now and then",
    {
      options: { protocols: ["upnp"] },
      body: "drip",
    },
    "upnp",
    "failed answer_invalid",
  ],
];

/** What the client's status says of its port mapping, when it is no longer asking. */
async function outcomeOf(machine: Machine): Promise<string> {
  for (const end = performance.now() + PATIENCE; performance.now() < end;) {
    const { stdout } = await machine.try(...teredo("status", "--json"));
    const { state, reason, view } = JSON.parse(stdout).portMapping;
    if (state !== "asking") return `${state} ${view ?? reason}`;
    await pause(250);
  }
  return "asking";
}

Deno.test({
  name: needs.title("X-06: a router that lies costs nothing but the mapping"),
  ignore: needs.ignore,
  fn: async (t) => {
    await prepareTeredo();
    await prefetch("tests/netns/lying_router.ts");
    await using lab = await createLab({
      A: { by: "kernel", kind: "portRestricted" },
      B: { by: "kernel", kind: "portRestricted" },
    });
    const { A, B } = lab.sites;
    await startServer(lab.server);
    await startClient(B.client, "--port-mapping", "off");
    for (const [title, lie, mode, outcome] of LIES) {
      await t.step(`a router ${title}`, async () => {
        const command = denoRun("tests/netns/lying_router.ts");
        await using router = await A.router!.spawn(
          ...[...command, A.plan.gateway, JSON.stringify(lie)],
        );
        await router.waitForLog(/^ready$/);
        const { process, address } = await startClient(A.client, "--port-mapping", mode);
        await using client = process;
        const [asking, qualified] = ["Asking server", "Qualified"].map((words) =>
          process.log.split("\n").find((line) => line.includes(words))!.slice(0, 24)
        );
        const took = Date.parse(qualified!) - Date.parse(asking!);
        // A client that waited would take five seconds with a router that drips (`HTTP_TIMEOUT`).
        assert(took < 2_500, `qualified after ${took} ms`);
        const [found, { received }] = await Promise.all([
          outcomeOf(A.client),
          B.client.ping(address, { count: 2 }),
        ]);
        assertEquals([found, received], [outcome, 2], process.log);
        if (lie.body === "garbage") {
          const [, sent] = await router.waitForLog(/sent (\d+) octets of garbage/);
          assert(Number(sent) < 10 * 1024 * 1024, "nobody reads all of it");
        }
        const { success } = await client.end("SIGTERM");
        assert(success, process.log);
      });
    }
  },
});
