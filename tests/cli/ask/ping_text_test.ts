import { assertEquals } from "@std/assert";
import type { PingReport } from "../../../cli/daemon/status/ping_report.ts";
import { pingText, summaryText } from "../../../cli/ask/ping_text.ts";

const ANSWER: PingReport = {
  destination: "2001:db8::1",
  outcome: "answered",
  roundTrip: 12.3,
  path: "relay",
  mapping: "192.0.2.1:3545",
};

const SILENCE: PingReport = { ...ANSWER, outcome: "silent", roundTrip: null };

const LINES: readonly (readonly [PingReport, string])[] = [
  [ANSWER, "Answer from 2001:db8::1 in 12.3 ms, through its relay (192.0.2.1:3545)"],
  [
    { ...ANSWER, path: "direct" },
    "Answer from 2001:db8::1 in 12.3 ms, direct (192.0.2.1:3545)",
  ],
  [
    { ...ANSWER, path: "random_port" },
    "Answer from 2001:db8::1 in 12.3 ms, direct through a random port (192.0.2.1:3545)",
  ],
  [
    { ...ANSWER, path: "local" },
    "Answer from 2001:db8::1 in 12.3 ms, on the local network (192.0.2.1:3545)",
  ],
  [
    { ...SILENCE, path: "searching", mapping: null },
    "No answer from 2001:db8::1 within 10 s: it has not been found yet",
  ],
  [
    SILENCE,
    "No answer from 2001:db8::1 within 10 s: it was found (relay, 192.0.2.1:3545), but does not " +
    "answer pings",
  ],
  [
    { ...SILENCE, outcome: "unreachable", path: "searching", mapping: null },
    "2001:db8::1 cannot be reached: it did not answer the search for it",
  ],
  [
    { ...SILENCE, outcome: "unreachable" },
    "2001:db8::1 cannot be reached: a router on the path says so",
  ],
  [
    { ...SILENCE, outcome: "refused", path: null, mapping: null },
    "Nothing was sent to 2001:db8::1: it is the client's own address, or not a public one",
  ],
];

for (const [report, line] of LINES) {
  Deno.test(`ping: ${line}`, () => assertEquals(pingText(report, 10_000), line));
}

Deno.test("ping: the summary counts answers and tells their times", () => {
  assertEquals(summaryText([SILENCE]), "0 of 1 answered");
  const reports = [{ ...ANSWER, roundTrip: 30 }, ANSWER, SILENCE, { ...ANSWER, roundTrip: 4 }];
  assertEquals(
    summaryText(reports),
    "3 of 4 answered; at least 4 ms, half within 12.3 ms, at most 30 ms",
  );
});
