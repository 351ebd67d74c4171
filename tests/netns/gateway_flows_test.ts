/** What one client of a gateway may take of the kernel's table of connections. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { assertAllAnswered } from "./all_answered.ts";
import { startGateway } from "./gateway_lab.ts";
import { gatewayTest } from "./lab_case.ts";
import { ADDRESS } from "./plan.ts";
import { startClient, teredo } from "./teredo.ts";

const METRICS = "127.0.0.1:9642";

gatewayTest({
  name: "gateway --client-flows: one client can't fill the kernel's table",
  sites: { A: "no NAT", B: "no NAT" },
  needs: ["curl"],
  async fn(lab, machine) {
    await using _gateway = await startGateway(
      machine,
      ...["--gateway-for", "all", "--client-flows", "200", "--metrics", METRICS],
    );
    const [hostile, honest] = [lab.sites.A.client, lab.sites.B.client];
    await using _hostile = (await startClient(hostile)).process;
    await using _honest = (await startClient(honest)).process;
    await assertAllAnswered(hostile, ADDRESS.native, { count: 1 });
    await hostile.run(
      "bash",
      "-c",
      `for port in {1001..6000}; do echo >/dev/udp/${ADDRESS.native}/$port; done`,
    );

    const tracked = await machine.run("cat", "/proc/sys/net/netfilter/nf_conntrack_count");
    assert(Number(tracked) < 300, `${tracked} connections are tracked`);
    for (let i = 0; i < 5; i++) {
      await assertAllAnswered(honest, ADDRESS.native, { count: 1 });
    }
    const report = JSON.parse(await machine.run(...teredo("status", "--json")));
    const { client_flows: refused, address_flows: shared } = report.gateway.refused;
    // A busy machine loses some before the gateway sees them.
    assert(refused > 1_000 && refused <= 5_000, `${refused} packets were refused`);
    assertEquals(shared, 0);
    assertStringIncludes(
      await machine.run("curl", "-s", `http://${METRICS}/metrics`),
      `teredo_gateway_refused_total{reason="client_flows"} ${refused}\n`,
    );
  },
});
