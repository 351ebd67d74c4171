import { cpuUsage } from "node:process";
import { assertEquals, assertLess, assertStringIncludes } from "@std/assert";
import {
  isAtWork,
  parseSystemTeredo,
  pointTo,
  SWITCH_OFF,
  systemTeredo,
  systemTeredoText,
} from "../../../cli/process/system_teredo.ts";
import { platform } from "../../../ffi/platform.ts";

const RULER = "-".repeat(45);

/** Rows as Windows prints them, with the heads of a language. */
function shown(heads: readonly string[], values: readonly string[]): string {
  const rows = values.map((value, i) => `${(heads[i] ?? `Row ${i}`).padEnd(24)}: ${value}`);
  return ["Teredo", RULER, ...rows, ""].join("\r\n");
}

const ENGLISH = ["Type", "Server Name", "Client Refresh Interval", "Client Port", "State"];
const GERMAN = ["Typ", "Servername", "Clientaktualisierungsintervall", "Clientport", "Status"];
// As latin1 shows those of a code page for Chinese.
const CHINESE = [
  "\xc0\xe0\xd0\xcd",
  "\xb7\xfe\xce\xf1",
  "\xbf\xcd",
  "\xbf\xcd\xbb\xa7",
  "\xd7\xb4",
];

const QUALIFIED = [
  "enterpriseclient",
  "teredo.example.",
  "30 seconds",
  "unspecified",
  "qualified",
  "teredo client",
  "managed",
  "restricted",
  "UPNP: No, PortPreserving: Yes",
  "192.168.1.5:57137",
  "203.0.113.7:40001",
];

for (const [language, heads] of [["English", ENGLISH], ["German", GERMAN], ["Chinese", CHINESE]]) {
  Deno.test(`Windows' Teredo: a qualified client is read in ${language}`, () => {
    assertEquals(parseSystemTeredo(shown(heads as string[], QUALIFIED)), {
      type: "enterpriseclient",
      state: "qualified",
      server: "teredo.example",
      mapping: "203.0.113.7:40001",
    });
  });

  Deno.test(`Windows' Teredo: one that is switched off is read in ${language}`, () => {
    const values = ["disabled", "win10.example.", "30 s", "unspecified", "offline", "none"];
    const off = parseSystemTeredo(shown(heads as string[], values))!;
    assertEquals(off, {
      type: "disabled",
      state: "offline",
      server: "win10.example",
      mapping: null,
    });
    assertEquals(isAtWork(off), false);
    assertEquals(systemTeredoText(off), "Windows' own Teredo client is switched off");
  });
}

Deno.test("Windows' Teredo: what a group policy sets, and states with details", () => {
  const values = ["client (Group Policy)", "192.0.2.1 (Group Policy)", "30", "x", "probe (cone)"];
  assertEquals(parseSystemTeredo(shown(ENGLISH, values)), {
    type: "client",
    state: "probe (cone)",
    server: "192.0.2.1",
    mapping: null,
  });
});

Deno.test("Windows' Teredo: a user who is not an administrator sees less", () => {
  const teredo = parseSystemTeredo(shown(ENGLISH, ["default", "win10.example.", "30 seconds"]))!;
  assertEquals([teredo.state, isAtWork(teredo)], [null, true]);
  assertEquals(
    systemTeredoText(teredo),
    "Windows' own Teredo client is configured as default through win10.example",
  );
});

Deno.test("Windows' Teredo: other text is not taken for it", () => {
  for (
    const text of ["", "\r\n", "The following command was not found.", `Teredo\r\n${RULER}\r\n`]
  ) {
    assertEquals(parseSystemTeredo(text), undefined);
  }
});

Deno.test("Windows' Teredo: what it does reads as a sentence", () => {
  assertEquals(
    systemTeredoText(parseSystemTeredo(shown(ENGLISH, QUALIFIED))!),
    "Windows' own Teredo client is qualified through teredo.example, with the mapping 203.0.113.7:40001",
  );
  assertStringIncludes(
    pointTo("teredo.example"),
    "type=enterpriseclient servername=teredo.example",
  );
  assertStringIncludes(SWITCH_OFF, "disabled");
});

Deno.test("Windows' Teredo: a program's output is read, and one that isn't there is no error", async () => {
  const script = `console.log(${JSON.stringify(shown(GERMAN, QUALIFIED))})`;
  const teredo = await systemTeredo([Deno.execPath(), "eval", script]);
  assertEquals(teredo?.server, "teredo.example");
  assertEquals(await systemTeredo(["there is no such program"]), undefined);
  if (platform.id !== "windows") assertEquals(await systemTeredo(), undefined);
});

Deno.test("Windows' Teredo: a line of many blanks is read at once", () => {
  const blanks = " ".repeat(65_536);
  const start = cpuUsage();
  assertEquals(parseSystemTeredo(`FA${blanks}\r\nType : ${blanks}client${blanks}`)?.type, "client");
  assertLess(cpuUsage(start).user, 500_000);
});
