import { assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import {
  type ControlChannel,
  type ControlSocket,
  ControlSocketInUse,
  type ControlState,
  makeWay,
} from "../../../../cli/daemon/control/control_channel.ts";
import { TCP_CHANNEL } from "../../../../cli/daemon/control/tcp_channel.ts";
import { folderOf, pathIn } from "../../../../cli/process/folders.ts";
import { temporaryFolder } from "../../../temporary_folder.ts";
import { CHANNELS } from "./channels.ts";

async function ask(channel: ControlChannel, path: string): Promise<string> {
  using role = await channel.connect(path);
  const response = await role.fetch("/status", { method: "GET" });
  return await response.text();
}

/** Runs a script that has a socket and prints a line once it is open; then it ends as it says. */
async function runWithSocket(name: string, path: string, end: string): Promise<string> {
  const module = import.meta.resolve("./channels.ts");
  const script = `import { CHANNELS } from ${JSON.stringify(module)};
    const [, channel] = CHANNELS.find(([name]) => name === ${JSON.stringify(name)});
    const path = ${JSON.stringify(path)};
    await channel.open(path, () => new Response());
    console.log(await channel.state(path));
    ${end}`;
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--no-check", script],
    stderr: "inherit",
  }).output();
  return new TextDecoder().decode(stdout).trim();
}

function test(channel: string, what: string, fn: (path: string) => Promise<void>): void {
  Deno.test(`control channel, ${channel}: ${what}`, async () => {
    await using files = await temporaryFolder();
    await fn(pathIn(files.folder, "role"));
  });
}

for (const [name, channel] of CHANNELS) {
  test(name, "it answers, and goes", async (path) => {
    const socket = await channel.open(path, () => new Response("here"));
    assertEquals(await ask(channel, path), "here");
    assertEquals(await channel.state(path), "answered");
    socket[Symbol.dispose]();
    await socket.finished;
    assertEquals(await channel.state(path), "absent");
  });

  test(name, "the handler gets the path, the query and the method", async (path) => {
    const socket = await channel.open(path, ({ method, url }) => {
      const { pathname, search } = new URL(url);
      return new Response(`${method} ${pathname}${search}`);
    });
    {
      using role = await channel.connect(path);
      const response = await role.fetch("/ping?timeout=1", { method: "POST" });
      assertEquals(await response.text(), "POST /ping?timeout=1");
    }
    socket[Symbol.dispose]();
    await socket.finished;
  });

  test(name, "a second one is refused, and the first goes on", async (path) => {
    const first = await channel.open(path, () => new Response("first"));
    const error = await assertRejects(
      () => channel.open(path, () => new Response("second")),
      ControlSocketInUse,
    );
    assertEquals(error.state, "answered");
    assertEquals(await ask(channel, path), "first");
    first[Symbol.dispose]();
    await first.finished;
  });

  test(name, "what a killed process left is replaced", async (path) => {
    await runWithSocket(name, path, 'Deno.kill(Deno.pid, "SIGKILL");');
    assertEquals(await channel.state(path), "dead");
    const socket = await channel.open(path, () => new Response("new"));
    assertEquals(await ask(channel, path), "new");
    socket[Symbol.dispose]();
    await socket.finished;
  });

  test(name, "of those that start together where one was killed, one opens it", async (path) => {
    await runWithSocket(name, path, 'Deno.kill(Deno.pid, "SIGKILL");');
    const opened = await Promise.allSettled(
      Array.from({ length: 4 }, (_, i) => channel.open(path, () => new Response(`${i}`))),
    );
    const winners = opened.filter((each) => each.status === "fulfilled");
    assertEquals(winners.length, 1);
    for (const each of opened) {
      if (each.status === "rejected") assertInstanceOf(each.reason, ControlSocketInUse);
    }
    assertEquals(await ask(channel, path), `${opened.indexOf(winners[0]!)}`);
    winners[0]!.value[Symbol.dispose]();
    await winners[0]!.value.finished;
  });

  test(name, "a file that was replaced since it was found dead stays", async (path) => {
    await runWithSocket(name, path, 'Deno.kill(Deno.pid, "SIGKILL");');
    let winner: ControlSocket | undefined;
    const slow = {
      identify: channel.identify,
      async state(path: string): Promise<ControlState> {
        const state = await channel.state(path);
        winner = await channel.open(path, () => new Response("winner"));
        return state;
      },
    };
    await makeWay(slow, path);
    assertEquals(await ask(channel, path), "winner");
    winner![Symbol.dispose]();
    await winner!.finished;
  });

  test(name, "a file of somebody else's stays", async (path) => {
    await Deno.writeTextFile(path, "precious");
    assertEquals(await channel.state(path), "absent");
    assertEquals(await channel.state(pathIn(path, "below")), "absent");
    await assertRejects(() => channel.open(path, () => new Response()));
    assertEquals(await Deno.readTextFile(path), "precious");
    const left = Array.from(Deno.readDirSync(folderOf(path)), (entry) => entry.name);
    assertEquals(left, ["role"]);
  });

  test(name, "it goes even when the program exits at once", async (path) => {
    assertEquals(await runWithSocket(name, path, "Deno.exit(0);"), "answered");
    assertEquals(await channel.state(path), "absent");
  });

  test(name, "a folder that does not exist is an error", async (path) => {
    await assertRejects(
      () => channel.open(pathIn(path, "below"), () => new Response()),
      Deno.errors.NotFound,
    );
  });
}

// On Unix, Deno's listener itself removes what is at its path when it is closed.
test("TCP", "a successor's file stays when a role ends", async (path) => {
  const first = await TCP_CHANNEL.open(path, () => new Response("first"));
  Deno.removeSync(path);
  const second = await TCP_CHANNEL.open(path, () => new Response("second"));
  first[Symbol.dispose]();
  await first.finished;
  assertEquals(await ask(TCP_CHANNEL, path), "second");
  second[Symbol.dispose]();
  await second.finished;
  assertEquals(await TCP_CHANNEL.state(path), "absent");
});
