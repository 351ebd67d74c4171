/** `teredo diagnose` and `ping` on broken set-ups: docs/diagnosis.md has what they have to say. */
import { assert, assertEquals } from "@std/assert";
import { LAB, requires } from "../capabilities.ts";
import { type Broken, type Group, GROUPS, type Stage } from "./broken_setups.ts";
import { createLab } from "./lab.ts";
import type { Machine } from "./machine.ts";
import { prepareTeredo, startClient, startRelay, startServer, teredo } from "./teredo.ts";

const needs = requires(...LAB, "root", "nft", "ping", "setpriv");

/** How long a mended set-up may take until nothing fails, in milliseconds. */
const RECOVERY = 40_000;

interface Row {
  readonly check: string;
  readonly sentence: string;
  readonly remedy: string;
}

interface Finding {
  readonly check: string;
  readonly result: string;
  readonly detail: string;
  readonly remedy: string | null;
}

/** The rows of the table, by the set-up. */
async function readTable(): Promise<Map<string, Row>> {
  const text = await Deno.readTextFile(new URL("../../docs/diagnosis.md", import.meta.url));
  const lines = text.split("\n").filter((line) => line.startsWith("| ")).slice(2);
  return new Map(lines.map((line) => {
    const [setup = "", says = "", remedy = ""] = line.split("|").slice(1).map((cell) =>
      cell.trim()
    );
    const [, check = "", sentence = ""] = /^\*\*(.*?):\*\* (.*)$/.exec(says) ?? [];
    return [setup, { check, sentence, remedy }];
  }));
}

/** Whether a text has the parts of a sentence in their order; "…" stands for anything. */
function says(text: string, sentence: string): boolean {
  let at = 0;
  return sentence.split("…").map((part) => part.trim()).every((part) => {
    const found = text.indexOf(part, at);
    at = found + part.length;
    return found >= 0;
  });
}

/** The report as text and, from the bundle, as JSON. */
async function diagnose(machine: Machine, { args = [], around = [] }: Broken) {
  const folder = await Deno.makeTempDir();
  await Deno.chmod(folder, 0o777);
  const bundle = `${folder}/report.json`;
  const command = teredo("diagnose", "--bundle", bundle, ...args);
  const { code, stdout: text, stderr } = await machine.try(...around, ...command);
  assert(text !== "", stderr);
  const { checks, ping } = JSON.parse(await Deno.readTextFile(bundle)) as {
    checks: Finding[];
    ping: { cause: string } | null;
  };
  await Deno.remove(folder, { recursive: true });
  const failed = checks.filter(({ result }) => result === "FAIL").map(({ check }) => check);
  return { code, checks, failed, ping, text: text.replace(/\s+/g, " ") };
}

async function assertDiagnosed(machine: Machine, broken: Broken, row: Row): Promise<void> {
  const { code, checks, failed, ping, text } = await diagnose(machine, broken);
  const all = JSON.stringify(checks, undefined, 1);
  const found = checks.find(({ check, detail, remedy }) =>
    check === row.check && says(detail, row.sentence) && says(remedy ?? "", row.remedy)
  );
  assert(found !== undefined, `${row.check}: ${row.sentence} / ${row.remedy}\nis not in\n${all}`);
  const allowed = [row.check, ...broken.symptoms ?? []];
  assertEquals(failed.filter((check) => !allowed.includes(check)), [], `false causes in\n${all}`);
  assertEquals([code, failed.length > 0], failed.length > 0 ? [1, true] : [0, false]);
  assert(says(text, row.sentence), text);
  assertEquals(ping?.cause, broken.pingCause);
  if (broken.pingCause === undefined) return;
  const answer = await machine.try(...teredo("ping", "-c", "1", "--json", ...broken.args!));
  assertEquals(JSON.parse(answer.stdout).explanation.cause, broken.pingCause);
}

/** Follows the remedy, and looks until nothing fails. */
async function assertMended(machine: Machine, broken: Broken): Promise<void> {
  await broken.mend!();
  const end = performance.now() + RECOVERY;
  while (true) {
    const { failed, checks } = await diagnose(machine, broken);
    if (failed.length === 0) return;
    assert(performance.now() < end, `still fails: ${JSON.stringify(checks, undefined, 1)}`);
  }
}

async function withStage(group: Group, fn: (stage: Stage) => Promise<void>): Promise<void> {
  await prepareTeredo();
  const folder = await Deno.makeTempDir();
  await Deno.chmod(folder, 0o755);
  await using lab = await createLab(group.sites);
  const { client } = lab.sites.A;
  const running: Stage["running"] = {};
  if (group.runs.includes("server")) running.server = await startServer(lab.server);
  if (group.runs.includes("relay")) running.relay = await startRelay(lab.relay);
  if (group.runs.includes("client")) running.client = (await startClient(client)).process;
  await fn({ lab, client, folder, running, stack: new AsyncDisposableStack() });
  await Deno.remove(folder, { recursive: true });
}

for (const [i, group] of GROUPS.entries()) {
  Deno.test({
    name: needs.title(`diagnose: broken set-ups, ${i === 0 ? "before" : "while"} a client runs`),
    ignore: needs.ignore,
    fn: async (t) => {
      const table = await readTable();
      await withStage(group, async (stage) => {
        for (const [name, breaks] of Object.entries(group.setups)) {
          await t.step(name, async () => {
            const row = table.get(name);
            assert(row !== undefined, "docs/diagnosis.md has no such row");
            await using stack = new AsyncDisposableStack();
            const broken = await breaks({ ...stage, stack });
            const machine = broken.machine ?? stage.client;
            await assertDiagnosed(machine, broken, row);
            if (broken.mend !== undefined) await assertMended(machine, broken);
          });
        }
      });
    },
  });
}

Deno.test("docs/diagnosis.md has a row for each set-up, and no others", async () => {
  const setups = GROUPS.flatMap(({ setups }) => Object.keys(setups));
  assertEquals([...(await readTable()).keys()].sort(), setups.sort());
});
