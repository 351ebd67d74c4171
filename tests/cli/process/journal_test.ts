import { assert, assertEquals } from "@std/assert";
import { failureText, warningText } from "../../../cli/args/failure_text.ts";
import { CliError } from "../../../cli/process/failure.ts";
import { leadsToJournal, withPriority } from "../../../cli/process/journal.ts";
import { openLog } from "../../../cli/process/open_log.ts";

const JOURNAL = { isJson: false, isDebug: false, isJournal: true };

Deno.test("journal: a line has its priority and no time", () => {
  const lines: string[] = [];
  const log = openLog("debug", (line) => lines.push(line), "text", true);
  log.debug("one");
  log.info("two");
  log.warn("three");
  log.error("four\nfive");
  assertEquals(lines, ["<7>one\n", "<6>two\n", "<4>three\n", "<3>four\n<3>five\n"]);
});

Deno.test("journal: JSON has its priority too", () => {
  const lines: string[] = [];
  openLog("info", (line) => lines.push(line), "json", true).warn("text");
  assertEquals(lines[0]!.slice(0, 4), "<4>{");
  assertEquals(JSON.parse(lines[0]!.slice(3)).message, "text");
});

Deno.test("journal: what ends the program is an error there, and a stray variable a warning", () => {
  assertEquals(failureText(new CliError("Cannot\nSorry"), JOURNAL), "<3>Cannot\n<3>Sorry\n");
  assertEquals(warningText("Odd", JOURNAL), "<4>Odd\n");
  assertEquals(withPriority("info", ""), "");
});

Deno.test({
  name: "journal: it is recognised by the stream that JOURNAL_STREAM names, which children inherit",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    const file = await Deno.makeTempFile();
    try {
      const { dev, ino } = await Deno.stat(file);
      const environment = (value: string) => (name: string) =>
        name === "JOURNAL_STREAM" ? value : undefined;
      assert(leadsToJournal(environment(`${dev}:${ino}`), file));
      assert(!leadsToJournal(environment(`${dev}:${ino! + 1}`), file));
      assert(!leadsToJournal(() => undefined, file));
      assert(!leadsToJournal(environment(`${dev}:${ino}`), `${file}.absent`));
    } finally {
      await Deno.remove(file);
    }
  },
});
