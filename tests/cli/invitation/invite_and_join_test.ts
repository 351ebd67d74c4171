/** From the server's operator to a client that runs: `teredo invite` and `teredo join`. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { pathIn } from "../../../cli/process/folders.ts";
import { platform } from "../../../ffi/platform.ts";
import { assertPrivate } from "../../private_file.ts";
import { runIn } from "../recording.ts";

/** A folder that is removed with its disposal. */
function emptyFolder() {
  const folder = Deno.makeTempDirSync();
  return { folder, [Symbol.dispose]: () => Deno.removeSync(folder, { recursive: true }) };
}

const LINE = "teredo://alice:0123456789abcdef@teredo.example";

Deno.test("invite makes a secrets file that only its owner reads, and gives the same line again", async () => {
  using files = emptyFolder();
  const found = { configFolder: files.folder };
  const host = ["--host", "teredo.example"];
  const first = await runIn(found, "invite", "alice", ...host);
  assertMatch(first.stdout, /^teredo:\/\/alice:[0-9a-f]{32}@teredo\.example\n$/);
  const path = pathIn(files.folder, "secrets.yaml");
  assertPrivate(path);
  assertEquals((await runIn(found, "invite", "alice", ...host)).stdout, first.stdout);
  const other = await runIn(found, "invite", "bob: the builder", ...host);
  assertStringIncludes(other.stdout, "teredo://bob%3A%20the%20builder:");
  const text = Deno.readTextFileSync(path);
  assertEquals(text.split("\n").length, 3);
  const check = await runIn(
    found,
    ...["server", "--primary", "10.0.0.1", "--gateway", "--secrets", path],
  );
  assertStringIncludes(check.stderr, "Cannot serve on 10.0.0.1", "its file is read");
});

Deno.test("invite makes the folder of the configuration, but no other", async () => {
  using files = emptyFolder();
  const host = ["--host", "teredo.example"];
  const found = { configFolder: pathIn(files.folder, "teredo") };
  assertEquals((await runIn(found, "invite", "alice", ...host)).code, 0);
  assertPrivate(pathIn(found.configFolder, "secrets.yaml"));
  const elsewhere = ["--secrets", pathIn(pathIn(files.folder, "none"), "secrets.yaml")];
  const { code, stderr } = await runIn(found, "invite", "alice", ...host, ...elsewhere);
  assertEquals(code, 1);
  assertStringIncludes(stderr, "there is no such folder");
});

Deno.test("invite keeps what stands in the secrets file, and takes its settings from server.yaml", async () => {
  using files = emptyFolder();
  const path = pathIn(files.folder, "clients.yaml");
  const before =
    "# our friends\ncarol: correct horse battery\nold: {secret: once upon a time, retired: true}";
  Deno.writeTextFileSync(path, before, { mode: 0o640 });
  if (platform.hasFileModes) Deno.chmodSync(path, 0o640);
  Deno.writeTextFileSync(
    `${files.folder}/server.yaml`,
    `primary: 203.0.113.1\nsecrets: ${JSON.stringify(path)}\n`,
  );
  const found = { configFolder: files.folder };
  const carol = await runIn(found, "invite", "carol");
  assertEquals(carol.stdout, "teredo://carol:correct%20horse%20battery@203.0.113.1\n");
  const retired = await runIn(found, "invite", "old");
  assertEquals(retired.code, 1);
  assertStringIncludes(retired.stderr, `its secret in ${path} is retired`);
  await runIn(found, "invite", "dave");
  const text = Deno.readTextFileSync(path);
  assertEquals(text.startsWith(`${before}\n"dave": "`), true, text);
  // The group that reads it still does.
  assertPrivate(path, 0o640);
});

Deno.test("invite makes no secrets file longer than a server reads", async () => {
  using files = emptyFolder();
  const path = pathIn(files.folder, "secrets.yaml");
  const found = { configFolder: files.folder };
  const invite = (...args: string[]) => runIn(found, "invite", ...args, "--host", "teredo.example");
  const entry = `"alice": "${"0".repeat(32)}"\n`;
  const longest = 16 * 1024 * 1024;
  const comment = `# ${"x".repeat(1_021)}\n`;
  const before = entry.replace("alice", "carol") + comment.repeat(longest / comment.length);
  Deno.writeTextFileSync(path, before.slice(0, longest - entry.length - 1) + "\n");
  assertEquals((await invite("alice")).code, 0);
  assertEquals(Deno.statSync(path).size, longest);
  const { code, stderr } = await invite("bob");
  assertEquals(code, 1);
  assertStringIncludes(
    stderr,
    `Cannot invite bob: ${path} would be longer than the 16 MiB that a server reads. ` +
      "Remove the entries of clients that are gone",
  );
  assertEquals(Deno.statSync(path).size, longest);
});

Deno.test("join writes what the client needs, and the client takes it", async () => {
  using files = emptyFolder();
  const found = { configFolder: pathIn(files.folder, "teredo") };
  const { code, stdout } = await runIn(found, "join", LINE);
  assertEquals(code, 0);
  assertStringIncludes(stdout, "Next:");
  const secret = pathIn(found.configFolder, "client.secret");
  assertEquals(Deno.readTextFileSync(secret), "0123456789abcdef\n");
  assertPrivate(secret);
  const check = await runIn(found, "check");
  assertEquals(
    check.stdout,
    `${pathIn(found.configFolder, "client.yaml")}: OK, for teredo client\n`,
  );
  const config = Deno.readTextFileSync(pathIn(found.configFolder, "client.yaml"));
  assertStringIncludes(config, 'server: "teredo.example"\nidentifier: "alice"\n');
  assertEquals(config.includes("0123456789abcdef"), false);
});

Deno.test("join takes the line from a file or the standard input, and does not overwrite settings", async () => {
  using files = emptyFolder();
  const found = { configFolder: files.folder, input: `${LINE}\n` };
  const config = pathIn(files.folder, "client.yaml");
  Deno.writeTextFileSync(config, "# a package's file, which sets nothing\n");
  assertEquals((await runIn(found, "join", "-")).code, 0);
  const line = `${files.folder}/invitation.txt`;
  Deno.writeTextFileSync(line, LINE.replace("teredo.example", "other.example"));
  const refused = await runIn(found, "join", line);
  assertEquals(refused.code, 1);
  assertStringIncludes(refused.stderr, `${config} has settings already. Add --replace`);
  assertEquals((await runIn(found, "join", line, "--replace")).code, 0);
  assertStringIncludes(Deno.readTextFileSync(config), "other.example");
  assertStringIncludes(Deno.readTextFileSync(`${config}.old`), "teredo.example");
});

Deno.test("join --replace keeps the secret that the old settings name", async () => {
  using files = emptyFolder();
  const found = { configFolder: files.folder };
  await runIn(found, "join", LINE);
  const other = LINE.replace("0123456789abcdef", "fedcba9876543210");
  const { stdout } = await runIn(found, "join", other, "--replace");
  const secret = pathIn(files.folder, "client.secret");
  assertEquals(Deno.readTextFileSync(secret), "fedcba9876543210\n");
  assertEquals(Deno.readTextFileSync(`${secret}.old`), "0123456789abcdef\n");
  assertPrivate(`${secret}.old`);
  assertStringIncludes(
    stdout,
    `before is in ${pathIn(files.folder, "client.yaml")}.old and ${secret}.old`,
  );
});

Deno.test("join leaves everything as it was if a file cannot be written", async () => {
  using files = emptyFolder();
  const found = { configFolder: files.folder };
  await runIn(found, "join", LINE);
  const read = () =>
    Array.from(Deno.readDirSync(files.folder), ({ name, isFile }) => [
      name,
      isFile ? Deno.readTextFileSync(pathIn(files.folder, name)) : "",
    ]).sort();
  const other = LINE.replace("0123456789abcdef", "fedcba9876543210");
  for (const name of ["client.yaml.new", "client.secret.new"]) {
    // What is to be written there first cannot be.
    Deno.mkdirSync(pathIn(pathIn(files.folder, name), "full"), { recursive: true });
    const before = read();
    const { code, stderr } = await runIn(found, "join", other, "--replace");
    assertEquals(code === 0, false);
    assertStringIncludes(stderr, `Cannot write ${pathIn(files.folder, name.slice(0, -4))}`);
    assertEquals(read(), before);
    Deno.removeSync(pathIn(files.folder, name), { recursive: true });
  }
  assertEquals((await runIn(found, "join", other, "--replace")).code, 0);
});

Deno.test("join refuses servers that the client would refuse, and says how private ones are allowed", async () => {
  using files = emptyFolder();
  const found = { configFolder: files.folder };
  const line = LINE.replace("teredo.example", "192.168.1.1");
  const refused = await runIn(found, "join", line);
  assertEquals(refused.code, 2);
  assertStringIncludes(refused.stderr, "192.168.1.1 is not a public address. In a private network");
  const loopback = await runIn(
    found,
    "join",
    LINE.replace("teredo.example", "127.0.0.1"),
    "--allow-private",
  );
  assertStringIncludes(loopback.stderr, "127.0.0.1 is not a public address");
  assertEquals((await runIn(found, "join", line, "--allow-private")).code, 0);
  const config = Deno.readTextFileSync(pathIn(files.folder, "client.yaml"));
  assertStringIncludes(config, "\nallow-private: true\n");
  assertEquals((await runIn(found, "check")).code, 0);
});

Deno.test("join refuses a bad line and leaves nothing behind", async () => {
  using files = emptyFolder();
  const found = { configFolder: pathIn(files.folder, "teredo") };
  const short = await runIn(found, "join", "teredo://alice:secret@teredo.example");
  assertEquals(short.code, 2);
  assertStringIncludes(short.stderr, "Cannot join with this invitation: the secret is too short");
  const absent = await runIn(found, "join", `${files.folder}/none`);
  assertEquals(absent.code, 1);
  assertStringIncludes(absent.stderr, "there is no such file");
  assertEquals(Array.from(Deno.readDirSync(files.folder)), []);
});

Deno.test("a line with a typo at its beginning is told as that, without its secret", async () => {
  using files = emptyFolder();
  const found = { configFolder: pathIn(files.folder, "teredo") };
  for (const typo of [LINE.replace(":", ""), LINE.replace("teredo://", ""), `<${LINE}>`]) {
    const { code, stderr } = await runIn(found, "join", typo);
    assertEquals(code, 2);
    assertStringIncludes(stderr, "an invitation has the form teredo://IDENTIFIER:SECRET@HOST");
    assertEquals(stderr.includes("0123456789abcdef"), false);
  }
  assertEquals((await runIn(found, "join", ` ${LINE}`)).code, 0, "copied with a space");
});

Deno.test({
  name: "in a folder that hands its group down, the service's group may read the secret",
  ignore: !platform.hasFileModes,
  fn: async () => {
    using files = emptyFolder();
    Deno.chmodSync(files.folder, 0o2755);
    const found = { configFolder: files.folder };
    await runIn(found, "join", LINE);
    assertPrivate(`${files.folder}/client.secret`, 0o640);
  },
});
