/** `teredo --log-file FILE COMMAND`, for service managers that have no log. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { FRESH_NAMESPACE, requires } from "../capabilities.ts";
import { HOST, inFreshNamespace } from "./fresh_namespace.ts";
import { run } from "./recording.ts";
import { temporaryFolder } from "../temporary_folder.ts";

const PROGRAM = new URL("../../cli.ts", import.meta.url).href;

/** Runs the program from its sources as a process. */
async function runProcess(...args: string[]) {
  const script = `Deno.exit(await (await import(${JSON.stringify(PROGRAM)})).main(${
    JSON.stringify(args)
  }, (await import(${
    JSON.stringify(new URL("cli/process/process_context.ts", new URL("../../", import.meta.url)))
  })).processContext()))`;
  const map = import.meta.resolve("@std/assert").includes("/stand_ins/")
    ? ["--import-map", "tools/stand_ins/import_map.json"]
    : [];
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--no-check", "--unstable-net", ...map, script],
    cwd: new URL("../../", import.meta.url),
  }).output();
  const text = new TextDecoder();
  return { code, stdout: text.decode(stdout), stderr: text.decode(stderr) };
}

Deno.test("log file: messages are appended to it, also why a command fails", async () => {
  await using files = await temporaryFolder();
  const path = `${files.folder}/teredo.log`;
  Deno.writeTextFileSync(path, "before\n");
  const failed = await runProcess("--log-file", path, "server", "--primary", "10.0.0.1");
  assertEquals([failed.code, failed.stdout, failed.stderr], [78, "", ""]);
  assertMatch(Deno.readTextFileSync(path), /^before\nteredo: Cannot serve on 10\.0\.0\.1/);
  const fine = await runProcess("--log-file", path, "--version");
  assertEquals(fine.code, 0);
  assertStringIncludes(fine.stdout, "teredo ");
});

Deno.test("log file: its name may follow an equals sign, as with every option", async () => {
  await using files = await temporaryFolder();
  const path = `${files.folder}/a=b.log`;
  await runProcess(`--log-file=${path}`, "server", "--primary", "10.0.0.1");
  assertMatch(Deno.readTextFileSync(path), /^teredo: Cannot serve on 10\.0\.0\.1/);
});

Deno.test("log file: a long one is put aside when the program starts", async () => {
  await using files = await temporaryFolder();
  const path = `${files.folder}/teredo.log`;
  Deno.writeTextFileSync(path, "x".repeat(4 * 1024 * 1024 + 1));
  await runProcess("--log-file", path, "server", "--primary", "10.0.0.1");
  assertMatch(Deno.readTextFileSync(path), /^teredo: Cannot serve on/);
  assertEquals(Deno.statSync(`${path}.old`).size, 4 * 1024 * 1024 + 1);
});

Deno.test("log file: it needs a file that can be written, and a command", async () => {
  for (
    const args of [["--log-file"], ["--log-file", "/nowhere/log"], ["--log-file=/nowhere/log"], [
      "--log-file=",
      "server",
    ]]
  ) {
    const { code, stderr } = await run(...args);
    assertEquals(code, 2);
    assertStringIncludes(stderr, "--log-file needs a file, and then a command");
  }
  const { code, stderr } = await run("--log-file", "/nowhere/log", "--version");
  assertEquals(code, 1);
  assertStringIncludes(stderr, "Cannot write the log /nowhere/log: there is no such file");
});

const needs = requires(...FRESH_NAMESPACE, "root");

/** A server with its log in a folder that is root's alone, and a line more for each SIGHUP. */
const SERVER =
  `${HOST}; mount -t tmpfs -o mode=755 none /mnt; : >/mnt/log; says() { soon grep -q "$1" /mnt/log; }
  serve() {
    $teredo --log-file /mnt/log server --primary 83.1.1.1 & server=$!
    says "Serving on 83"; soon grep -q "^Uid:.65534" /proc/$server/status
  }
  hangup() { kill -HUP $server; sleep 0.1; "$@"; }`;

const RUNS = {
  "it is put aside by a role that has given up root": `${SERVER}
    yes older | head -c $((4 * 1024 * 1024 - 1500)) >/mnt/log; serve; soon hangup test -s /mnt/log.old
    kill $server; wait $server || exit 98
    grep -c "Serving on" /mnt/log.old; grep -c "Stopped serving" /mnt/log; ! grep older /mnt/log`,
  "lines that a full disk doesn't take are counted":
    `${SERVER}; mount -o remount,size=64k /mnt; serve
    cat /dev/zero >/mnt/rest 2>/dev/null; yes | head -c 4096 >>/mnt/log 2>/dev/null
    for _ in $(seq 60); do hangup true; done; rm /mnt/rest
    hangup says "lines missing here, because the log could not be written: [1-9]"
    kill $server; wait $server || exit 98; grep -c "Serving on" /mnt/log; grep -c "Stopped serving" /mnt/log`,
};

for (const [what, script] of Object.entries(RUNS)) {
  Deno.test({
    name: needs.title(`log file: ${what}`),
    ignore: needs.ignore,
    fn: async () =>
      assertEquals(await inFreshNamespace(script), { code: 0, stdout: "1\n1\n", stderr: "" }),
  });
}
