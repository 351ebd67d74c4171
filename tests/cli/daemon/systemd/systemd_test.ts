import { assertEquals, assertMatch } from "@std/assert";
import { statusLine, Systemd, watchdogInterval } from "../../../../cli/daemon/systemd/systemd.ts";
import { clientPart } from "../../../../cli/daemon/status/client_part.ts";
import { type StatusReport, statusReport } from "../../../../cli/daemon/status/status_report.ts";
import { Counters } from "../../../../io/counters.ts";
import { EventCounts } from "../../../../cli/daemon/status/event_counts.ts";
import { openLog } from "../../../../cli/process/open_log.ts";
import { requires } from "../../../capabilities.ts";
import { ClientFixture } from "../../../client/client_fixture.ts";
import "../../../ffi/open_libc.ts";
import { pause } from "../../../pause.ts";

const needs = requires("linux");

function reportOf({ client, now }: ClientFixture): StatusReport {
  const part = clientPart(client.status(now), {
    nameOf: () => "teredo.example",
    port: 40000,
    isOwn: () => false,
    own: { name: "teredo", faults: [] },
    sourceTo: () => undefined,
  });
  const started = new Date();
  const context = { counters: new Counters(), events: new EventCounts(), started, now: started };
  return statusReport(part, context);
}

Deno.test({
  name: needs.title(
    "systemd: READY comes as soon as the client works, and once; WATCHDOG in time",
  ),
  ignore: needs.ignore,
  fn: async () => {
    const folder = await Deno.makeTempDir();
    const path = `${folder}/notify`;
    const receiver = Deno.listenDatagram({ transport: "unixpacket", path });
    const heard: string[] = [];
    const next = async () => {
      const text = new TextDecoder().decode((await receiver.receive())[0]);
      heard.push(text);
      return text;
    };
    const environment: Record<string, string> = {
      "NOTIFY_SOCKET": path,
      "RUNTIME_DIRECTORY": folder,
      "WATCHDOG_USEC": "100000",
    };
    const systemd = new Systemd(openLog("error", () => {}), (name) => environment[name]);
    systemd.working("looking up teredo.example");
    systemd.changed(reportOf(new ClientFixture()));
    const fixture = ClientFixture.a();
    systemd.changed(reportOf(fixture));
    systemd.changed(reportOf(fixture));
    assertEquals(await next(), "READY=1\nSTATUS=looking up teredo.example\n");
    assertEquals(await next(), "STATUS=qualifying through teredo.example\n");
    const [, address] = statusLine(reportOf(fixture)).split(", ");
    assertEquals(
      await next(),
      `STATUS=qualified through teredo.example, ${address}\n`,
    );
    assertMatch(await next(), /^STATUS=qualified/);
    assertEquals([await next(), await next()], ["WATCHDOG=1\n", "WATCHDOG=1\n"]);
    systemd.stopping();
    while (!(await next()).startsWith("STOPPING=1\n"));
    systemd[Symbol.dispose]();
    await pause(0);
    receiver.close();
    await Deno.remove(folder, { recursive: true });
  },
});

Deno.test({
  name: needs.title("systemd: an abstract socket is one too, and what cannot be one is a warning"),
  ignore: needs.ignore,
  fn: async () => {
    const told: string[] = [];
    const log = openLog("debug", (line) => told.push(line));
    const tell = async (path: string) => {
      using systemd = new Systemd(log, (name) => name === "NOTIFY_SOCKET" ? path : undefined);
      systemd.changed(reportOf(ClientFixture.a()));
      systemd.stopping();
      await pause(0);
      return systemd.isListening;
    };
    // Nobody listens there, which is no fault of ours.
    assertEquals([await tell("@teredo-test-nobody"), told], [true, []]);
    assertEquals([await tell(`@${"x".repeat(200)}`), told.length], [false, 1]);
    assertMatch(told[0]!, /warn .*Cannot tell the service manager that the program is ready/);
  },
});

Deno.test("systemd: without its socket in the environment nothing is said", () => {
  const told: string[] = [];
  using systemd = new Systemd(openLog("debug", (line) => told.push(line)), () => undefined);
  assertEquals([told, systemd.isListening], [[], false]);
});

Deno.test("systemd: the watchdog is for the process that it names", () => {
  const of = (environment: Record<string, string>) =>
    watchdogInterval((name) => environment[name], 7);
  assertEquals(of({}), undefined);
  assertEquals(of({ "WATCHDOG_USEC": "30000000" }), 30_000);
  assertEquals(of({ "WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "7" }), 30_000);
  assertEquals(of({ "WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "8" }), undefined);
  assertEquals(of({ "WATCHDOG_USEC": "soon" }), undefined);
});
