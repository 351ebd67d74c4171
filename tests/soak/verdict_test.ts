import { assertEquals } from "@std/assert";
import type { RoleSample, SoakRecord } from "./soak_record.ts";
import { judge } from "./verdict.ts";

const QUIET: RoleSample = {
  ...{ resident: 80, anonymous: 40, descriptors: 20, threads: 10, processor: 1, entries: 3 },
};

/** A soak of 1,000 s, of which 200 are warm-up. */
function recordOf(sampleAt: (at: number) => Partial<RoleSample>, rest: Partial<SoakRecord> = {}) {
  const samples = Array.from({ length: 100 }, (_, i) => ({
    at: i * 10,
    roles: { server: { ...QUIET, ...sampleAt(i * 10) } },
    roundTrips: [1],
    requests: 1,
  }));
  const record: SoakRecord = {
    options: { duration: 1_000, warmUp: 200, interval: 10, rest: 10, crowd: 1 },
    ...{ started: "2026-01-01T00:00:00Z", program: "teredo", machine: "2 processors" },
    ...{ samples, silences: {}, counts: {}, faults: [], delays: [] },
    ...rest,
  };
  return record;
}

function badIn(record: SoakRecord): string[] {
  return judge(record).filter(({ isGood }) => !isGood).map(({ what }) => what);
}

Deno.test("verdict: what grows before the warm-up is over, and peaks, are not growth", () => {
  assertEquals(badIn(recordOf((at) => ({ resident: at < 200 ? 40 : 80 }))), []);
  assertEquals(
    badIn(recordOf((at) => (at % 100 === 0 ? { resident: 300, descriptors: 90 } : {}))),
    [],
  );
});

Deno.test("verdict: memory that grows by a ninth is a leak, and by a twelfth is not", () => {
  assertEquals(badIn(recordOf((at) => ({ resident: 80 + at / 50 }))), ["memory"]);
  assertEquals(badIn(recordOf((at) => ({ resident: 80 + at / 120 }))), []);
});

Deno.test("verdict: one descriptor more is a leak", () => {
  assertEquals(badIn(recordOf((at) => ({ descriptors: at < 700 ? 20 : 21 }))), ["descriptors"]);
  assertEquals(badIn(recordOf((at) => ({ descriptors: at % 50 === 0 ? 20 : 60 }))), []);
  // Ports for single peers: one of 64 was missing once.
  assertEquals(badIn(recordOf((at) => ({ descriptors: at === 300 ? 87 : 88 }))), []);
});

Deno.test("verdict: where nothing was seen, nothing is good", () => {
  const without = (isMissing: (at: number) => boolean) => {
    const record = recordOf(() => ({}));
    const samples = record.samples.map(({ roles, ...rest }) => ({
      ...rest,
      roles: isMissing(rest.at) ? {} : roles,
    }));
    return badIn({ ...record, samples });
  };
  assertEquals(without((at) => at < 10), [], "the first look may come too early");
  assertEquals(without((at) => at >= 800), ["memory", "descriptors"], "the role is gone");
  assertEquals(without((at) => at < 400), ["memory", "descriptors"]);
  assertEquals(without(() => true), ["memory", "descriptors"]);
  assertEquals(badIn({ ...recordOf(() => ({})), samples: [] }), ["memory", "descriptors"]);
  assertEquals(badIn(recordOf(() => ({ resident: NaN }))), ["memory"]);
});

Deno.test("verdict: any fault is a failure", () => {
  assertEquals(badIn(recordOf(() => ({}), { faults: [{ at: 1, what: "stuck: A → B" }] })), [
    "faults",
  ]);
});

Deno.test("verdict: a delay is a failure unless the machine had no processor left", () => {
  const delayed = (pressure: number | undefined) =>
    recordOf(() => ({}), { delays: [{ at: 1, what: "late", pressure }] });
  assertEquals(badIn(delayed(0.3)), ["delays"]);
  assertEquals(badIn(delayed(undefined)), ["delays"]);
  assertEquals(badIn(delayed(NaN)), ["delays"], "nobody knows that it had none");
  assertEquals(badIn(delayed(0.95)), []);
});
