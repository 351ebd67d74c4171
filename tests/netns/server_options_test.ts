/** What a server does beyond the usual: relay, and know its clients. */
import { assert, assertEquals } from "@std/assert";
import { assertAllAnswered } from "./all_answered.ts";
import { NATIVE } from "./lab.ts";
import { labTest, SecretFolder } from "./lab_case.ts";
import { ADDRESS } from "./plan.ts";
import { launchClient, qualification, startClient, startServer } from "./teredo.ts";

for (const kind of ["--relay", "--relay --host-only"]) {
  labTest({
    name: `server ${kind}: clients and native hosts reach each other through it`,
    sites: { A: { by: "user", kind: "portRestricted" } },
    async fn(lab, t) {
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
        await assertAllAnswered(lab.sites.A.client, nativeAddress, { count: 3 });
      });
      await t.step("the native host begins", async () => {
        await assertAllAnswered(native, address, { count: 3 });
      });
      assertEquals((await server.end("SIGTERM")).code, 0, server.log);
      assert(!(await lab.server.ip("link show")).includes("teredo"));
    },
  });
}

labTest({
  name: "server --secrets: known clients are served, others are not, keys are retired",
  sites: { A: "no NAT", B: "no NAT" },
  async fn(lab) {
    await using files = new SecretFolder();
    const secrets = files.write("secrets.yaml", "alice: one\nbob: hex:0102\n");
    const server = await startServer(lab.server, "--secrets", secrets, "--user", "root");
    await server.waitForLog(/Serving only clients with one of 2 secrets/);

    const alice = ["--identifier", "alice", "--secret-file", files.write("one", "one\n")];
    const mallory = ["--identifier", "bob", "--secret-file", files.write("other", "hex:0103\n")];
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

    files.write("secrets.yaml", "alice: [\n");
    server.kill("SIGHUP");
    await server.waitForLog(/secrets\.yaml:\d+:\d+: it is not YAML .* stay in use/);
    files.write("secrets.yaml", "alice: { secret: one, retired: true }\n");
    server.kill("SIGHUP");
    await process.waitForLog(/Off-line: server 83\.1\.1\.1 wants a new key/);
    await server.waitForLog(/uses the retired secret of "alice"/);
    files.write("secrets.yaml", "alice: one\n");
    server.kill("SIGHUP");
    await qualification(process, process.logLength);
  },
});
