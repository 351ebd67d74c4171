import { assertEquals, assertMatch } from "@std/assert";
import { LOG_LEVELS } from "../../../io/log.ts";
import { openLog } from "../../../cli/process/open_log.ts";

Deno.test("log: a line has the time, the level and the text", () => {
  const lines: string[] = [];
  openLog("info", (line) => lines.push(line)).info("Qualified");
  assertMatch(lines[0]!, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z info {2}Qualified\n$/);
});

for (const [i, level] of LOG_LEVELS.entries()) {
  Deno.test(`log: level ${level} lets ${LOG_LEVELS.slice(i).join(", ")} through`, () => {
    const lines: string[] = [];
    const log = openLog(level, (line) => lines.push(line.split(" ").at(-1)!.trim()));
    for (const each of LOG_LEVELS) log[each](each);
    assertEquals(lines, LOG_LEVELS.slice(i));
  });
}

Deno.test("log: a debug message that nobody wants is not even made", () => {
  let made = 0;
  const message = () => `made ${++made}`;
  openLog("info", () => {}).debug(message);
  assertEquals(made, 0);
  const lines: string[] = [];
  openLog("debug", (line) => lines.push(line)).debug(message);
  assertEquals(made, 1);
  assertMatch(lines[0]!, /debug made 1\n$/);
});

Deno.test("log: the level can change", () => {
  const lines: string[] = [];
  const log = openLog("info", (line) => lines.push(line.split(" ").at(-1)!.trim()));
  log.debug("one");
  log.setLevel("debug");
  log.debug("two");
  log.setLevel("error");
  log.warn("three");
  assertEquals(lines, ["two"]);
});

Deno.test("log: as JSON, a line is an object, whatever the text holds", () => {
  const lines: string[] = [];
  openLog("info", (line) => lines.push(line), "json").warn('say "x"\nand more');
  const { time, level, message } = JSON.parse(lines[0]!);
  assertEquals([level, message], ["warn", 'say "x"\nand more']);
  assertMatch(time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  assertEquals(lines[0]!.indexOf("\n"), lines[0]!.length - 1);
});
