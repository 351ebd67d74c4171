import { assert, assertEquals } from "@std/assert";
import { openLinuxSourceNat } from "../../../ffi/linux/source_nat.ts";
import type { SourceNat, SourceNatOptions } from "../../../ffi/source_nat.ts";
import { namespaceTest, run } from "../namespace.ts";
import "../open_libc.ts";
import { attempt, buildNatLab, CLIENT, GATEWAY, NATIVE, prefix, sh } from "./nat_lab.ts";

const { url } = import.meta;

const OPTIONS: SourceNatOptions = {
  table: "test-nat",
  interface: "inner",
  sources: prefix("2001::/32"),
  refused: { private_destination: [prefix("fc00::/7")] },
  turnsAround: false,
  admitsUnsolicited: false,
  services: [],
};

for (const length of [128, 64] as const) {
  namespaceTest(
    url,
    `source NAT: a client reaches a native host, which sees the gateway's /${length}`,
    ["ip", "nft", "ping", "tcpdump"],
    async () => {
      buildNatLab(length);
      assert(!attempt(`ping -c1 -W1 ${NATIVE}`, "client").ok);
      using nat = open();
      const capture = new Deno.Command("ip", {
        args: [
          "netns",
          "exec",
          "native",
          "tcpdump",
          "-nli",
          "eth0",
          "-c",
          "2",
          "icmp6 and ip6[40]==128",
        ],
        stdout: "piped",
        stderr: "piped",
      }).spawn();
      await firstChunk(capture.stderr);
      sh(`ping -c2 -i0.2 -W2 ${NATIVE}`, "client");
      const seen = new TextDecoder().decode((await capture.output()).stdout);
      assert(seen.includes(`${GATEWAY} > ${NATIVE}`), seen);
      assert(!seen.includes(CLIENT), seen);
      assertEquals(nat.counts().connections!.packets, 1);
      nat.close();
      assertEquals(run("nft", "list", "ruleset"), "");
    },
  );
}

function open(options: Partial<SourceNatOptions> = {}): SourceNat & Disposable {
  const nat = openLinuxSourceNat({ ...OPTIONS, ...options });
  return { ...nat, [Symbol.dispose]: () => nat.close() };
}

async function firstChunk(stream: ReadableStream<Uint8Array>): Promise<void> {
  const reader = stream.getReader();
  await reader.read();
  reader.releaseLock();
}
