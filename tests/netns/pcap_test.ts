/** `--pcap` of each role: Wireshark finds in the file what the wire carried. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { LAB, requires } from "../capabilities.ts";
import { createLab } from "./lab.ts";
import { ADDRESS } from "./plan.ts";
import { prepareTeredo, startClient, startRelay, startServer, teredo } from "./teredo.ts";

const needs = requires(...LAB, "ping", "tshark");

/** The outer endpoints of each packet, after a look at whether it could be read. */
async function read(path: string): Promise<string[]> {
  const { stdout, code } = await new Deno.Command("tshark", {
    args: [
      ...["-n", "-r", path, "-d", "udp.port==1-65535,teredo", "-T", "fields"],
      ...["-e", "frame.protocols", "-e", "ip.src", "-e", "ip.dst", "-e", "_ws.malformed"],
      ...["-E", "occurrence=f"],
    ],
    stdin: "null",
    stderr: "null",
  }).output();
  assertEquals(code, 0);
  return new TextDecoder().decode(stdout).trim().split("\n").map((line) => {
    const [protocols, source, destination, malformed] = line.split("\t");
    assert(protocols!.startsWith("raw:ip:udp:teredo"), line);
    assertEquals(malformed ?? "", "", line);
    return `${source} to ${destination}`;
  });
}

Deno.test({
  name: needs.title("--pcap: every role writes what it sends and receives"),
  ignore: needs.ignore,
  fn: async (t) => {
    await prepareTeredo();
    const folder = await Deno.makeTempDir();
    try {
      await using lab = await createLab({ A: { by: "user", kind: "portRestricted" } });
      const { client, plan } = lab.sites.A;
      const file = (role: string) => `${folder}/${role}.pcap`;
      const server = await startServer(lab.server, "--pcap", file("server"));
      const relay = await startRelay(lab.relay, "--pcap", file("relay"));
      const a = await startClient(client, "--pcap", file("client"));
      const ping = await client.ping(ADDRESS.native, { count: 3 });
      assert(ping.received > 0, ping.text);
      for (const process of [a.process, relay, server]) {
        assertEquals((await process.end("SIGTERM")).code, 0, process.log);
      }

      await t.step("the client: server and relay, both ways", async () => {
        const seen = new Set(await read(file("client")));
        for (const peer of [ADDRESS.serverPrimary, ADDRESS.serverSecondary, ADDRESS.relay]) {
          assert(seen.has(`${peer} to ${plan.client}`), `${peer} in ${[...seen]}`);
          assert(seen.has(`${plan.client} to ${peer}`), `${peer} in ${[...seen]}`);
        }
      });
      await t.step("the server: the client from both of its addresses", async () => {
        const seen = new Set(await read(file("server")));
        for (const own of [ADDRESS.serverPrimary, ADDRESS.serverSecondary]) {
          assert(seen.has(`${own} to ${plan.external}`), `${own} in ${[...seen]}`);
          assert(seen.has(`${plan.external} to ${own}`), `${own} in ${[...seen]}`);
        }
      });
      await t.step("the relay: the client", async () => {
        const seen = new Set(await read(file("relay")));
        assert(seen.has(`${ADDRESS.relay} to ${plan.external}`), `${[...seen]}`);
      });
      await t.step("a file that cannot be made is said before anything is opened", async () => {
        const { code, stderr } = await lab.server.try(
          ...teredo("server", "--primary", ADDRESS.serverPrimary, "--pcap", "/nowhere/x.pcap"),
        );
        assertEquals(code, 1);
        assertStringIncludes(stderr, 'Cannot record to "/nowhere/x.pcap": there is no such folder');
      });
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
