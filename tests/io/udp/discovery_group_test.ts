import { assertEquals } from "@std/assert";
import { keepMulticastOnLink } from "../../../ffi/linux/socket_options.ts";
import { Counters } from "../../../io/counters.ts";
import { DiscoveryGroup } from "../../../io/udp/discovery_group.ts";
import { openLog } from "../../../cli/process/open_log.ts";
import { formatEndpoint } from "../../../wire/endpoint.ts";
import { parseIpv4 } from "../../../wire/ipv4_address.ts";
import { namespaceTest, run } from "../../ffi/namespace.ts";
import "../../ffi/open_libc.ts";

const GROUP = { transport: "udp", hostname: "224.0.0.253", port: 3544 } as const;

namespaceTest(
  import.meta.url,
  "C-42, C-44: discovery bubbles go to the group with TTL 1, and no unicast is taken for one",
  ["linux", "ip", "tcpdump"],
  async () => {
    run("ip", "link", "set", "lo", "up");
    run("ip", "link", "add", "eth0", "type", "veth", "peer", "name", "far0");
    run("ip", "address", "add", "192.0.2.7/24", "dev", "eth0");
    for (const name of ["eth0", "far0"]) {
      // What eth0 sends arrives at far0 of this same host, from an address that is its own.
      Deno.writeTextFileSync(`/proc/sys/net/ipv4/conf/${name}/accept_local`, "1");
      Deno.writeTextFileSync(`/proc/sys/net/ipv4/conf/${name}/rp_filter`, "0");
      run("ip", "link", "set", name, "up");
    }
    run("ip", "route", "add", "default", "dev", "eth0");
    Deno.writeTextFileSync("/proc/sys/net/ipv4/conf/all/rp_filter", "0");

    const told: string[] = [];
    const group = new DiscoveryGroup(
      new Counters(),
      openLog("debug", (line) => told.push(line)),
      true,
    );
    await group.join();
    await group.join();
    const stop = new AbortController();
    const heard: string[] = [];
    const ended = group.socket.run({
      datagram: (bytes, from) => heard.push(`${formatEndpoint(from)} ${bytes.join()}`),
      end: () => {},
    }, stop.signal);

    const service = Deno.listenDatagram({
      ...{ transport: "udp", hostname: "0.0.0.0", port: 40_000, loopback: true },
    });
    assertEquals(keepMulticastOnLink("0.0.0.0", 40_000), true);
    const seen = ttlOfNext("eth0");
    await seen.ready;
    await service.send(Uint8Array.of(1), GROUP);
    assertEquals(await seen.ttl, "1");
    assertEquals(heard, [], "joined on eth0, it is not heard by who sent it there");

    run("ip", "address", "add", "198.51.100.7/24", "dev", "far0");
    await group.join();
    await service.send(Uint8Array.of(3), { ...GROUP, hostname: "192.0.2.7" });
    await service.send(Uint8Array.of(2), GROUP);
    for (let i = 0; i < 100 && heard.length === 0; i++) {
      await new Promise((go) => setTimeout(go, 10));
    }
    assertEquals(heard, ["192.0.2.7:40000 2"], "on a link that came later, to the group only");

    assertEquals(group.isOnLink(parseIpv4("192.0.2.250")!), true);
    assertEquals(group.isOnLink(parseIpv4("198.51.100.250")!), true);
    assertEquals(group.isOnLink(parseIpv4("192.0.3.1")!), false);
    assertEquals(group.isOnLink(parseIpv4("127.0.0.1")!), false);
    assertEquals(told, []);
    service.close();
    stop.abort();
    await ended;
  },
);

/** The TTL of the next packet to the group that an interface sends, as tcpdump sees it. */
function ttlOfNext(device: string): { ready: Promise<void>; ttl: Promise<string | undefined> } {
  const tcpdump = new Deno.Command("tcpdump", {
    args: ["-i", device, "-n", "-v", "-c", "1", "-l", "--immediate-mode", "-Z", "root", "udp"],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    signal: AbortSignal.timeout(10_000),
  }).spawn();
  const text = new Response(tcpdump.stdout).text();
  const listening = Promise.withResolvers<void>();
  (async () => {
    let said = "";
    for await (const text of tcpdump.stderr.pipeThrough(new TextDecoderStream())) {
      if ((said += text).includes("listening on")) listening.resolve();
    }
    listening.reject(new Error(said));
  })();
  const ttl = tcpdump.status.then(async () => /ttl (\d+)/.exec(await text)?.[1]);
  return { ready: listening.promise, ttl };
}
