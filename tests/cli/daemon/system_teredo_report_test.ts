import { assertEquals, assertStringIncludes } from "@std/assert";
import { reportSystemTeredo } from "../../../cli/daemon/system_teredo_report.ts";
import { openLog } from "../../../cli/process/open_log.ts";
import type { SystemTeredo } from "../../../cli/process/system_teredo.ts";

const QUALIFIED: SystemTeredo = {
  ...{ type: "client", state: "qualified", server: "win10.example", mapping: "192.0.2.1:1" },
};

async function said(teredo: SystemTeredo | undefined): Promise<string> {
  const lines: string[] = [];
  const log = openLog("debug", (line) => lines.push(line));
  await reportSystemTeredo("teredo.example", log, () => Promise.resolve(teredo));
  return lines.join("");
}

Deno.test("client: a system's own Teredo that works is a warning with both remedies", async () => {
  const text = await said(QUALIFIED);
  assertStringIncludes(text, "warn");
  assertStringIncludes(text, "Windows' own Teredo client is qualified through win10.example");
  assertStringIncludes(text, "netsh interface teredo set state disabled");
  assertStringIncludes(text, "type=enterpriseclient servername=teredo.example");
});

Deno.test("client: a system's own Teredo that is off, or not there, is no warning", async () => {
  const off = await said({ ...QUALIFIED, type: "disabled", state: "offline" });
  assertStringIncludes(off, "debug");
  assertEquals(await said(undefined), "");
});
