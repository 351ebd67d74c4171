import { assert, assertMatch } from "@std/assert";
import { LAB, requires } from "../capabilities.ts";
import { createLab } from "./lab.ts";
import { firstRoundTrip } from "./ping.ts";
import { prepareTeredo, startClient, startServer } from "./teredo.ts";

const needs = requires(...LAB, "ping");

Deno.test({
  name: needs.title("X-04, X-05, X-22: clients meet each other as RFC 6081 figure 1 says"),
  ignore: needs.ignore,
  fn: async (t) => {
    await prepareTeredo();
    await using lab = await createLab({
      Cone: { by: "user", kind: "cone" },
      Addr: { by: "user", kind: "addressRestricted" },
      Port: { by: "user", kind: "portRestricted" },
      Open: "no NAT",
      Sym: { by: "user", kind: "symmetric" },
    });
    const { Sym, ...others } = lab.sites;
    await startServer(lab.server);

    const clients = await Promise.all(
      Object.entries(others).map(async ([name, site]) => ({
        name,
        machine: site.client,
        ...await startClient(site.client),
      })),
    );
    await t.step("without a NAT the client says so", () => {
      const open = clients.find(({ name }) => name === "Open")!;
      assertMatch(open.process.log, /without a NAT/);
    });
    const symmetric = await startClient(Sym.client);
    await t.step("behind a symmetric NAT the client says so", () => {
      assertMatch(symmetric.process.log, /Qualified: .*behind a symmetric NAT/);
    });
    for (const { name, machine, address } of clients) {
      if (name === "Port") {
        await t.step("Sym to Port: not at all", async () => {
          const ping = await Sym.client.ping(address, { count: 3 });
          assert(ping.received === 0, ping.text);
        });
        continue;
      }
      const isFirst = name !== "Addr";
      await t.step(isFirst ? `Sym to ${name}` : `${name} to Sym`, async () => {
        const ping = isFirst
          ? await Sym.client.ping(address)
          : await machine.ping(symmetric.address);
        assert(firstRoundTrip(ping) < 1000, ping.text);
      });
    }
    // The first to speak has to open the way; the other direction is open then.
    for (const [i, from] of clients.entries()) {
      for (const to of clients.slice(i + 1)) {
        const [one, other] = i % 2 === 0 ? [from, to] : [to, from];
        await t.step(`${one.name} to ${other.name}`, async () => {
          const ping = await one.machine.ping(other.address);
          assert(firstRoundTrip(ping) < 1000, ping.text);
        });
      }
    }
  },
});

Deno.test({
  name: needs.title("NAT kinds: clients meet though a tenth of the packets is lost in each NAT"),
  ignore: needs.ignore,
  fn: async () => {
    await prepareTeredo();
    const link = { loss: 0.1, delay: 10, jitter: 5 };
    await using lab = await createLab({
      A: { by: "user", kind: "portRestricted", link },
      B: { by: "user", kind: "addressRestricted", link },
    });
    const { A, B } = lab.sites;
    await startServer(lab.server);
    const [, b] = await Promise.all([startClient(A.client), startClient(B.client)]);
    // Eight seconds, for all four attempts of RFC 4380 §5.2.6.
    const ping = await A.client.ping(b.address, { count: 40, interval: 0.2 });
    // Each echo passes four NATs, so 0.9 ** 4 of them, or 26, are to be expected.
    assert(ping.received > 8, ping.text);
    assert(ping.replies.every(({ roundTrip }) => roundTrip >= 40), ping.text);
  },
});
