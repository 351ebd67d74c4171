/** The table of `deno task coverage`. */
import { assertEquals } from "@std/assert";
import { parseLcov, percentOf, sumOf } from "../../tools/coverage.ts";

const REPORT = `SF:/p/wire/bubble.ts
FN:1,a
FNF:1
FNH:1
BRDA:3,1,0,1
BRDA:3,1,1,0
BRF:2
BRH:1
DA:1,5
DA:2,0
DA:12,0
LF:4
LH:2
end_of_record
SF:/elsewhere/wire/bubble.ts
LF:1
LH:0
end_of_record
`;

Deno.test("coverage: a report in the format of lcov is read, without files from elsewhere", () => {
  assertEquals(parseLcov(REPORT, "/p/"), [{
    path: "wire/bubble.ts",
    lines: { found: 4, hit: 2 },
    branches: { found: 2, hit: 1 },
    missed: [2, 12],
  }]);
});

Deno.test("coverage: shares are added, and never rounded up", () => {
  const sum = sumOf([{ found: 2, hit: 1 }, { found: 1, hit: 1 }]);
  assertEquals(sum, { found: 3, hit: 2 });
  assertEquals([sum, { found: 10_000, hit: 9_999 }, { found: 0, hit: 0 }].map(percentOf), [
    66.6,
    99.9,
    100,
  ]);
});
