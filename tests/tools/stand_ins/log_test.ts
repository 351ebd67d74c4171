/** The contract of `@std/log` as far as we use it: true of the package and of its stand-in. */
import { assertEquals, assertInstanceOf, assertStrictEquals, assertThrows } from "@std/assert";
import {
  BaseHandler,
  ConsoleHandler,
  getLevelByName,
  getLevelName,
  getLogger,
  type LevelName,
  Logger,
  LogLevels,
  type LogRecord,
  setup,
} from "@std/log";

/** Keeps what it is told to write. */
class Memory extends BaseHandler {
  readonly lines: string[] = [];
  readonly calls: string[] = [];

  override log(text: string): void {
    this.lines.push(text);
  }

  override setup(): void {
    this.calls.push("setup");
  }

  override destroy(): void {
    this.calls.push("destroy");
  }
}

Deno.test("log: levels have the names and numbers people know", () => {
  assertEquals({ ...LogLevels }, {
    NOTSET: 0,
    DEBUG: 10,
    INFO: 20,
    WARN: 30,
    ERROR: 40,
    CRITICAL: 50,
  });
  assertEquals(getLevelByName("WARN"), 30);
  assertEquals(getLevelName(40), "ERROR");
  assertThrows(() => getLevelByName("LOUD" as LevelName), Error, "LOUD");
});

Deno.test("log: a logger hands messages of its level and above to its handlers", () => {
  const handler = new Memory("NOTSET");
  const logger = new Logger("client", "WARN", { handlers: [handler] });
  logger.debug("a");
  logger.info("b");
  logger.warn("c");
  logger.error("d");
  logger.critical("e");
  assertEquals(handler.lines, ["WARN c", "ERROR d", "CRITICAL e"]);
  logger.levelName = "DEBUG";
  assertEquals(logger.level, LogLevels.DEBUG);
  logger.debug("f");
  assertEquals(handler.lines.at(-1), "DEBUG f");
});

Deno.test("log: a handler has its own level", () => {
  const handler = new Memory("ERROR");
  const logger = new Logger("client", "DEBUG", { handlers: [handler] });
  logger.warn("no");
  handler.levelName = "WARN";
  logger.warn("yes");
  assertEquals(handler.lines, ["WARN yes"]);
});

Deno.test("log: a message may be a function, called only if it is logged", () => {
  const handler = new Memory("NOTSET");
  const logger = new Logger("client", "INFO", { handlers: [handler] });
  assertEquals(logger.debug(() => "dear"), undefined);
  assertEquals(logger.info(() => 7), 7);
  assertEquals(logger.info("text"), "text");
  assertEquals(handler.lines, ["INFO 7", "INFO text"]);
});

Deno.test("log: a formatter sees the whole record", () => {
  const records: LogRecord[] = [];
  const handler = new Memory("NOTSET", {
    formatter: (record) => {
      records.push(record);
      return `<${record.levelName}> ${record.msg}`;
    },
  });
  new Logger("client", "INFO", { handlers: [handler] }).info("qualified", { address: "x" });
  const record = records[0]!;
  assertEquals(handler.lines, ["<INFO> qualified"]);
  assertEquals([record.level, record.loggerName], [20, "client"]);
  assertEquals(record.args, [{ address: "x" }]);
  assertInstanceOf(record.datetime, Date);
});

Deno.test("log: objects and errors become text", () => {
  const handler = new Memory("NOTSET");
  const logger = new Logger("client", "INFO", { handlers: [handler] });
  logger.info({ port: 3544, name: "x" });
  logger.info(new RangeError("too large"));
  assertEquals(handler.lines[0], 'INFO {"port":3544,"name":"x"}');
  assertEquals(handler.lines[1]!.startsWith("INFO RangeError: too large"), true);
});

Deno.test("log: setup names handlers and loggers, and replaces the earlier ones", () => {
  const handler = new Memory("NOTSET");
  setup({
    handlers: { memory: handler },
    loggers: { client: { level: "DEBUG", handlers: ["memory"] } },
  });
  getLogger("client").debug("hello");
  getLogger("other").error("nowhere");
  assertEquals(handler.lines, ["DEBUG hello"]);
  assertStrictEquals(getLogger("client"), getLogger("client"));
  assertEquals(getLogger().loggerName, "default");
  setup({});
  assertEquals(handler.calls, ["setup", "destroy"]);
  assertEquals(getLogger("client").handlers, []);
});

Deno.test("log: the console handler's colours can be turned off", () => {
  let plain = "";
  class Spy extends ConsoleHandler {
    override log(text: string): void {
      plain = text;
    }
  }
  const handler = new Spy("INFO", { useColors: false });
  new Logger("client", "INFO", { handlers: [handler] }).error("x");
  assertEquals(plain, "ERROR x");
});
