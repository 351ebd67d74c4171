/** What a client tells those who operate it: systemd, a hook, and the log as JSON. */
import { assertArrayIncludes, assertEquals, assertMatch } from "@std/assert";
import { LAB, requires } from "../capabilities.ts";
import { createLab } from "./lab.ts";
import { ADDRESS } from "./plan.ts";
import { prepareTeredo, startClient, startServer, teredo } from "./teredo.ts";

const needs = requires(...LAB, "bash");

const HOOK = `#!/bin/bash
echo "$STATE \${ADDRESS:-none} \${MTU:-none} $IFACE $IFINDEX $OLD_STATE \${LLADDRESS:-none} $#" >>FILE
`;

Deno.test({
  name: needs.title("service: a client tells systemd, runs its hook, and logs JSON if asked to"),
  ignore: needs.ignore,
  fn: async () => {
    await prepareTeredo();
    await using lab = await createLab({ A: { by: "user", kind: "cone" } });
    await using _server = await startServer(lab.server);
    const { client } = lab.sites.A;
    const folder = await Deno.makeTempDir();
    const receiver = Deno.listenDatagram({ transport: "unixpacket", path: `${folder}/notify` });
    try {
      const messages: string[] = [];
      const ready = Promise.withResolvers<void>();
      const listening = (async () => {
        for await (const [bytes] of receiver) {
          const text = new TextDecoder().decode(bytes);
          messages.push(text);
          if (text.startsWith("READY=1")) ready.resolve();
        }
      })();
      const hook = HOOK.replace("FILE", `${folder}/hooked`);
      await Deno.writeTextFile(`${folder}/hook`, hook, { mode: 0o755 });
      await using process = await client.spawn(
        ...["env", `NOTIFY_SOCKET=${folder}/notify`, "WATCHDOG_USEC=400000"],
        ...teredo("client", ADDRESS.serverPrimary, "--hook", `${folder}/hook`),
        ...["--log-format", "json", "--user", "root"],
      );
      const [, address] = await process.waitForLog(/^\{.*the Teredo address is ([0-9a-f:]+)/);
      await ready.promise;
      assertEquals((await process.end("SIGTERM")).code, 0, process.log);
      receiver.close();
      await listening;

      for (const line of process.log.split("\n")) {
        assertEquals(Object.keys(JSON.parse(line)), ["time", "level", "message"], line);
      }
      const told = messages.filter((text) => text !== "WATCHDOG=1\n");
      // Ready comes first: a boot must not wait for the server.
      assertEquals(told[0], "READY=1\nSTATUS=Looking up 83.1.1.1\n");
      assertEquals(told[1], "STATUS=qualifying through 83.1.1.1\n");
      assertArrayIncludes(told, [`STATUS=qualified through 83.1.1.1, ${address}\n`]);
      assertMatch(told.at(-1)!, /^STOPPING=1\n/);

      const [up, destroy, ...more] = (await Deno.readTextFile(`${folder}/hooked`)).trim().split(
        "\n",
      );
      assertMatch(up!, new RegExp(`^up ${address} 1280 teredo \\d+ down none 0$`));
      assertMatch(destroy!, /^destroy none none teredo \d+ up none 0$/);
      assertEquals(more, []);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

Deno.test({
  name: needs.title("service: a client whose interface is taken away runs its hook all the same"),
  ignore: needs.ignore,
  fn: async () => {
    await prepareTeredo();
    await using lab = await createLab({ A: { by: "user", kind: "cone" } });
    await using _server = await startServer(lab.server);
    const { client } = lab.sites.A;
    const folder = await Deno.makeTempDir();
    try {
      const hook = HOOK.replace("FILE", `${folder}/hooked`);
      await Deno.writeTextFile(`${folder}/hook`, hook, { mode: 0o755 });
      const { process } = await startClient(client, "--hook", `${folder}/hook`, "--user", "root");
      await client.ip("link delete teredo");
      assertEquals((await process.status).code, 1, process.log);
      const states = (await Deno.readTextFile(`${folder}/hooked`)).trim().split("\n")
        .map((line) => line.split(" ")[0]);
      assertEquals(states, ["up", "destroy"]);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
