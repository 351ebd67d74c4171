import { assert, assertEquals, assertInstanceOf, assertMatch, assertThrows } from "@std/assert";
import { SystemError } from "../../../../ffi/c/errno.ts";
import { inputFilterTable } from "../../../../ffi/linux/input_filter.ts";
import { openTable } from "../../../../ffi/linux/nf_tables/open_table.ts";
import { sourceNatTable } from "../../../../ffi/linux/source_nat.ts";
import { namespaceTest, run } from "../../namespace.ts";
import "../../open_libc.ts";
import { prefix } from "../nat_lab.ts";
import { smallTable } from "./small_table.ts";

const { url } = import.meta;

namespaceTest(
  url,
  "nf_tables: a table is owned by the socket, and gone when closed",
  ["nft"],
  () => {
    const table = openTable(smallTable("ours"));
    assert(table.isOwned);
    assertEquals(tables(), ["table ip6 ours"]);
    assertMatch(run("nft", "list", "table", "ip6", "ours"), /flags owner/);
    assertEquals(table.counts(), { refused: { packets: 0, octets: 0 } });
    run("nft", "flush", "ruleset");
    assertEquals(tables(), ["table ip6 ours"], "who restarts a firewall does not remove it");
    table[Symbol.dispose]();
    table[Symbol.dispose]();
    assertEquals(tables(), []);
    assertEquals(table.counts(), {});
  },
);

namespaceTest(url, "nf_tables: a table is gone when its process is killed", ["nft"], async () => {
  await using holder = await hold("ours");
  assertEquals(holder.isOwned, true);
  assertEquals(tables(), ["table ip6 ours"]);
  await holder.kill();
  assertEquals(tables(), []);
});

namespaceTest(url, "nf_tables: without owners, a table is gone when closed", ["nft"], () => {
  const table = openTable(smallTable("ours"), false);
  assert(!table.isOwned);
  assertEquals(tables(), ["table ip6 ours"]);
  assertEquals(Object.keys(table.counts()), ["refused"]);
  table[Symbol.dispose]();
  assertEquals(tables(), []);
});

namespaceTest(url, "nf_tables: without owners, a table that someone removes is made again", [
  "nft",
], () => {
  const table = openTable(smallTable("ours"), false);
  assertEquals(table.restore(), undefined);
  run("nft", "flush", "ruleset");
  assertEquals(tables(), []);
  assertMatch(table.restore()!, /^Something removed the table "ours"/);
  assertEquals([tables(), table.restore()], [["table ip6 ours"], undefined]);
  run("nft", "delete", "table", "ip6", "ours");
  run("nft", "add", "table", "ip6", "ours");
  assertThrows(() => table.restore(), Error, "that this program did not make");
  run("nft", "delete", "table", "ip6", "ours");
  table[Symbol.dispose]();
  table[Symbol.dispose]();
  assertEquals([tables(), table.restore()], [[], undefined]);
});

for (const mayOwn of [true, false]) {
  namespaceTest(
    url,
    `nf_tables: what a killed process left behind is replaced, ${
      mayOwn ? "with" : "without"
    } owners`,
    ["nft"],
    async () => {
      await using holder = await hold("ours", "unowned");
      assertEquals(holder.isOwned, false);
      await holder.kill();
      assertEquals(tables(), ["table ip6 ours"]);
      run("nft", "add", "chain", "ip6", "ours", "left_over");
      const table = openTable(smallTable("ours"), mayOwn);
      assert(!run("nft", "list", "ruleset").includes("left_over"));
      table[Symbol.dispose]();
      assertEquals(tables(), []);
    },
  );
}

for (const kind of ["owned", "unowned"]) {
  namespaceTest(url, `nf_tables: a table that a process has now stays its own, if ${kind}`, [
    "nft",
  ], async () => {
    await using _holder = await hold("ours", kind);
    assertThrows(
      () => openTable(smallTable("ours")),
      Error,
      'Cannot make the table "ours" of nf_tables: a program that is running has a table "ours". Stop it first',
    );
    assertEquals(tables(), ["table ip6 ours"]);
  });
}

namespaceTest(url, "nf_tables: a table that another program owns is not touched", [
  "nft",
], async () => {
  const nft = new Deno.Command("nft", { args: ["-i"], stdin: "piped", stdout: "null" }).spawn();
  const input = nft.stdin.getWriter();
  await input.write(new TextEncoder().encode("add table ip6 ours { flags owner; }\n"));
  // It reads its line in a moment.
  for (let i = 0; i < 500 && tables().length === 0; i++);
  assertThrows(() => openTable(smallTable("ours")), Error, "a program that is running has a table");
  assertEquals(tables(), ["table ip6 ours"]);
  await input.close();
  await nft.status;
  openTable(smallTable("ours"))[Symbol.dispose]();
});

for (
  const [what, rule] of [
    ["with no rules", undefined],
    ["with a rule of someone else's", "drop"],
    ["with a comment of someone else's", 'drop comment "made by hand"'],
  ]
) {
  namespaceTest(url, `nf_tables: a foreign table ${what} is not touched`, ["nft"], () => {
    run("nft", "add", "table", "ip6", "ours");
    run("nft", "add", "chain", "ip6", "ours", "theirs");
    if (rule !== undefined) run("nft", `add rule ip6 ours theirs ${rule}`);
    const before = run("nft", "list", "ruleset");
    const { message } = assertThrows(() => openTable(smallTable("ours")), Error);
    assertMatch(message, /^Cannot make the table "ours" of nf_tables: .* did not make\. Look at/);
    assertEquals(run("nft", "list", "ruleset"), before);
    // The advice works.
    const advice = /"(nft delete [^"]*)"/.exec(message)![1]!.split(" ");
    run(advice[0]!, ...advice.slice(1));
    openTable(smallTable("ours"))[Symbol.dispose]();
  });
}

namespaceTest(url, "nf_tables: without CAP_NET_ADMIN the message names it", ["setpriv"], () => {
  const { code, stderr } = new Deno.Command("setpriv", {
    args: [
      "--bounding-set=-net_admin",
      "--inh-caps=-net_admin",
      Deno.execPath(),
      ...[
        "run",
        "--allow-all",
        "--no-check",
        new URL("../fixtures/hold_table.ts", url).href,
        "ours",
      ],
    ],
    stdin: "null",
  }).outputSync();
  assertEquals(code, 1);
  assertMatch(
    new TextDecoder().decode(stderr),
    /Cannot make the table "ours" of nf_tables: Operation not permitted \(nf_tables: EPERM\)\. Run as root, or give the program the capability CAP_NET_ADMIN/,
  );
});

namespaceTest(url, "nf_tables: a batch that fails leaves nothing, and says where", ["nft"], () => {
  const table = smallTable("ours");
  const chains = table.chains.map((chain) => ({ ...chain, name: "same" }));
  const error = assertThrows(() => openTable({ ...table, chains }), SystemError);
  assertInstanceOf(error, SystemError);
  assertMatch(
    error.message,
    /^Cannot make the table "ours" of nf_tables: .* The kernel refused the /,
  );
  assertEquals(tables(), []);
});

Deno.test("source NAT: two counters of one name are a mistake of the program", () => {
  const options = {
    table: "ours",
    interface: "inner",
    sources: prefix("2001::/32"),
    refused: { unsolicited: [] },
    turnsAround: false,
    admitsUnsolicited: false,
    limits: [],
    services: [],
  };
  assertThrows(() => sourceNatTable(options, true), RangeError, "used twice");
});

namespaceTest(url, "nf_tables: a table may have very many rules", ["nft"], () => {
  const services = Array.from(
    { length: 500 },
    (_, i) => ({ protocol: "tcp", port: i + 1 } as const),
  );
  const table = openTable(inputFilterTable({ table: "ours", interface: "inner", services }));
  assertEquals(run("nft", "list", "ruleset").match(/tcp dport/g)?.length, 500);
  table[Symbol.dispose]();
});

/** The tables there are. */
function tables(): string[] {
  return run("nft", "list", "tables").split("\n").filter((line) => line !== "");
}

/** A process that holds a table. */
interface Holder extends AsyncDisposable {
  readonly isOwned: boolean;
  kill(): Promise<void>;
}

async function hold(...args: string[]): Promise<Holder> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--allow-all", "--no-check"],
      new URL("../fixtures/hold_table.ts", url).href,
      ...args,
    ],
    stdin: "null",
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.getReader();
  const isOwned = new TextDecoder().decode((await reader.read()).value).trim() === "true";
  let hasEnded = false;
  const kill = async () => {
    if (hasEnded) return;
    hasEnded = true;
    child.kill("SIGKILL");
    await child.status;
    await reader.cancel();
  };
  return { isOwned, kill, [Symbol.asyncDispose]: kill };
}
