import { assertEquals, fail } from "@std/assert";
import { ClientHook } from "../../../../cli/daemon/hook/client_hook.ts";
import type { ClientEvent } from "../../../../client/client_event.ts";
import { Hook, type HookVariables } from "../../../../cli/daemon/hook/hook.ts";
import { requires } from "../../../capabilities.ts";
import { S1 } from "../../../client/client_fixture.ts";
import { ACTORS } from "../../../vectors/vectors.ts";
import { formatIpv6 } from "../../../../wire/ipv6_address.ts";

const needs = requires("linux", "bash");

const FIRST = formatIpv6(ACTORS.addressOfA);
const SECOND = formatIpv6(ACTORS.addressOfB);
const INTERFACE = { IFACE: "teredo", IFINDEX: "7" };

function qualified(address: Uint8Array): ClientEvent {
  const rest = { mtu: 1280, nat: "restricted", previous: undefined } as const;
  return { type: "qualified", server: S1, address, mapping: ACTORS.a, ...rest };
}

const OFFLINE: ClientEvent = {
  type: "offline",
  server: S1,
  reason: "server_lost",
  retryIn: 1,
  previous: undefined,
};

Deno.test("client hook: it has Miredo's variables, and those of the run before", async () => {
  const runs: HookVariables[] = [];
  const hook = new ClientHook(
    { run: (variables) => void runs.push(variables), follow() {}, settled: async () => {} },
    { name: "teredo", index: 7 },
  );
  hook.onEvent(OFFLINE);
  hook.onEvent(qualified(ACTORS.addressOfA));
  hook.onEvent({ type: "server_silent", server: S1 });
  hook.onEvent(qualified(ACTORS.addressOfB));
  hook.onEvent(OFFLINE);
  hook.onEvent({ type: "disabled", previous: undefined });
  await hook.end();
  const up = (address: string) => ({ STATE: "up", ADDRESS: address, MTU: "1280" });
  const old = (address: string) => ({ OLD_STATE: "up", OLD_ADDRESS: address, OLD_MTU: "1280" });
  assertEquals(runs, [
    { ...INTERFACE, OLD_STATE: "down", ...up(FIRST) },
    { ...INTERFACE, ...old(FIRST), ...up(SECOND) },
    { ...INTERFACE, ...old(SECOND), STATE: "down" },
    { ...INTERFACE, OLD_STATE: "down", STATE: "destroy" },
  ]);
});

Deno.test("client hook: another program, or none, takes effect at the next change, and is told how it was before", async () => {
  const runs: string[] = [];
  const program = (name: string) => ({
    run: ({ STATE, OLD_STATE }: HookVariables) => void runs.push(`${name}: ${OLD_STATE} ${STATE}`),
    follow() {},
    settled: async () => {},
  });
  const hook = new ClientHook(undefined, { name: "teredo", index: 7 });
  hook.onEvent(qualified(ACTORS.addressOfA));
  hook.replace(program("one"));
  hook.onEvent(qualified(ACTORS.addressOfB));
  hook.replace(program("other"));
  hook.onEvent(OFFLINE);
  hook.replace(undefined);
  await hook.end();
  assertEquals(runs, ["one: up up", "other: up down"]);
});

Deno.test({
  name: needs.title(
    "client hook: another program waits for the one before it, and so does the end",
  ),
  ignore: needs.ignore,
  fn: async () => {
    const folder = await Deno.makeTempDir();
    const output = `${folder}/output`;
    const program = async (name: string) => {
      const path = `${folder}/${name}`;
      const line = (when: string) => `echo ${name} $STATE ${when} >>${output}\n`;
      const script = `#!/bin/bash\n${line("begins")}sleep 1\n${line("ends")}`;
      await Deno.writeTextFile(path, script, { mode: 0o755 });
      return new Hook({ program: path, timeout: 10_000, onFailure: fail });
    };
    try {
      for (const last of [await program("other"), undefined]) {
        const hook = new ClientHook(await program("one"), { name: "teredo", index: 7 });
        hook.onEvent(qualified(ACTORS.addressOfA));
        hook.replace(last);
        await hook.end();
      }
      assertEquals((await Deno.readTextFile(output)).trim().split("\n"), [
        ...["one up begins", "one up ends", "other destroy begins", "other destroy ends"],
        ...["one up begins", "one up ends"],
      ]);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
