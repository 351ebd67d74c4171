/** A server's name with several addresses, one of them dead: the client and probe try all. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { LAB, requires } from "../capabilities.ts";
import { createLab } from "./lab.ts";
import type { Machine } from "./machine.ts";
import { ADDRESS } from "./plan.ts";
import { prepareTeredo, qualification, startServer, teredo } from "./teredo.ts";

const needs = requires(...LAB, "unshare");

/** A neighbour of the server's that does not exist, and its second address. */
const DEAD = ["83.1.1.77", "83.1.1.78"] as const;
const LIVE = [ADDRESS.serverPrimary, ADDRESS.serverSecondary] as const;

/** Both orders, because the system's resolver has its own. */
const ORDERS = [[DEAD, LIVE], [LIVE, DEAD]] as const;

/** A command of ours on a machine whose hosts file has the servers in this order. */
async function withNames(
  machine: Machine,
  order: typeof ORDERS[number],
  ...args: string[]
): Promise<string[]> {
  const file = `/run/hosts-${machine.name}`;
  const hosts = order.flatMap(([primary, secondary]) => [
    `${primary} teredo.example`,
    `${secondary} two.example`,
  ]);
  await machine.run("sh", "-c", `printf '${hosts.join("\\n")}\\n' >${file}`);
  const script = `mount --bind ${file} /etc/hosts && exec "$@"`;
  return ["unshare", "-m", "sh", "-c", script, "sh", ...teredo(...args)];
}

Deno.test({
  name: needs.title("names: all addresses of a name are tried, each with its own second address"),
  ignore: needs.ignore,
  fn: async (t) => {
    await prepareTeredo();
    await using lab = await createLab({ A: { by: "user", kind: "portRestricted" } });
    const { client } = lab.sites.A;
    await startServer(lab.server);

    for (const more of [[], ["--server2", "two.example"]]) {
      await t.step(`a client qualifies, whatever comes first ${more.join(" ")}`, async () => {
        const asked: string[] = [];
        for (const order of ORDERS) {
          const command = await withNames(client, order, "client", "teredo.example", ...more);
          const process = await client.spawn(...command);
          await qualification(process);
          asked.push(/Asking server teredo\.example \((\S+)\)/.exec(process.log)![1]!);
          const { stdout } = await client.try(...teredo("status", "--json"));
          const { primary, secondary } = JSON.parse(stdout).server;
          assertEquals([primary, secondary], [...LIVE]);
          assertEquals((await process.end("SIGTERM")).code, 0, process.log);
        }
        assert(asked.includes(DEAD[0]), `the dead one was never the first: ${asked}`);
      });
    }

    await t.step("probe asks both, and recommends the name", async () => {
      const args = ["probe", "teredo.example", "--timeout", "1"];
      const { stdout, code } = await client.try(...await withNames(client, ORDERS[0], ...args));
      assertMatch(stdout, /PASS {2}primary address {4}83\.1\.1\.1 answered/);
      assertMatch(stdout, /FAIL {2}primary address {4}83\.1\.1\.77 does not answer/);
      assertMatch(stdout, /\nRecommended: teredo\.example, which answered/);
      assertEquals(code, 0);
    });
  },
});
