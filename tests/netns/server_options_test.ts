/** What a server does beyond the usual: relay, and know its clients. */
import { assert, assertEquals } from "@std/assert";
import { requires } from "../capabilities.ts";
import { createLab, NATIVE } from "./lab.ts";
import { ADDRESS } from "./plan.ts";
import { launchClient, prepareTeredo, qualification, startClient, startServer } from "./teredo.ts";

const needs = requires("linux", "namespaces", "tun", "ip", "nsenter", "ping");

for (const kind of ["--relay", "--relay --host-only"]) {
  Deno.test({
    name: needs.title(`server ${kind}: clients and native hosts reach each other through it`),
    ignore: needs.ignore,
    fn: async (t) => {
      await prepareTeredo();
      await using lab = await createLab({ A: { by: "user", kind: "portRestricted" } });
      const isHostOnly = kind.includes("host-only");
      const native = isHostOnly ? lab.server : lab.native;
      const nativeAddress = isHostOnly ? ADDRESS.serverNative : ADDRESS.native;
      const route = `2001::/32 via ${ADDRESS.serverNative} dev ${NATIVE}`;
      await lab.native.ip(`-6 route replace ${route}`);
      await lab.server.ip(`-6 route del 2001::/32`);
      if (!isHostOnly) await lab.server.setKernel({ "net/ipv6/conf/all/forwarding": 1 });
      const server = await startServer(lab.server, ...kind.split(" "));
      await server.waitForLog(/Relaying between Teredo clients and .* through interface teredo/);
      const { address } = await startClient(lab.sites.A.client);

      await t.step("the client begins", async () => {
        const ping = await lab.sites.A.client.ping(nativeAddress, { count: 3 });
        assertEquals(ping.received, 3, ping.text);
      });
      await t.step("the native host begins", async () => {
        const ping = await native.ping(address, { count: 3 });
        assertEquals(ping.received, 3, ping.text);
      });
      assertEquals((await server.end("SIGTERM")).code, 0, server.log);
      assert(!(await lab.server.ip("link show")).includes("teredo"));
    },
  });
}

Deno.test({
  name: needs.title("server --secrets: known clients are served, others are not, keys are retired"),
  ignore: needs.ignore,
  fn: async () => {
    await prepareTeredo();
    const folder = await Deno.makeTempDir();
    const write = (name: string, text: string) => {
      Deno.writeTextFileSync(`${folder}/${name}`, text, { mode: 0o600 });
      return `${folder}/${name}`;
    };
    const secrets = write("secrets.yaml", "alice: one\nbob: hex:0102\n");
    await using lab = await createLab({ A: "no NAT", B: "no NAT" });
    const server = await startServer(lab.server, "--secrets", secrets);
    await server.waitForLog(/Serving only clients with one of 2 secrets/);

    const alice = ["--identifier", "alice", "--secret-file", write("one", "one\n")];
    const mallory = ["--identifier", "bob", "--secret-file", write("other", "hex:0103\n")];
    const refused = await launchClient(lab.sites.B.client, ...mallory);
    const { process } = await startClient(
      lab.sites.A.client,
      ...[...alice, "--refresh-interval", "5"],
    );
    await refused.waitForLog(
      /Off-line: server 83\.1\.1\.1 does not answer\. Check .* that it knows this --identifier with/,
    );
    await server.waitForLog(/client at .* gets no answer: its secret is not the one .* for "bob"/);
    assert(!refused.log.includes("Qualified"));

    write("secrets.yaml", "alice: [\n");
    server.kill("SIGHUP");
    await server.waitForLog(/secrets\.yaml:\d+:\d+: it is not YAML .* stay in use/);
    write("secrets.yaml", "alice: { secret: one, retired: true }\n");
    server.kill("SIGHUP");
    await process.waitForLog(/Off-line: server 83\.1\.1\.1 wants a new key/);
    await server.waitForLog(/uses the retired secret of "alice"/);
    write("secrets.yaml", "alice: one\n");
    server.kill("SIGHUP");
    await qualification(process, process.logLength);
    await Deno.remove(folder, { recursive: true });
  },
});
