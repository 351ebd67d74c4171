import { assertEquals } from "@std/assert";
import { newPeers, type Result } from "./attacks.ts";
import { type Row, shortfalls } from "./table.ts";

const ROW: Row = {
  ...{ title: "a flood", honest: "peers meet", rate: 200, least: 13 / 14 },
  attack: () => newPeers(14),
};

function result(served: number, memory: Result["memory"] = [50, 70, 60]): Result {
  return { served, honest: 14, rate: 200, processors: 0.1, memory };
}

Deno.test("attack table: what is as demanded is not listed", () => {
  const measured = new Map([[ROW, { ours: [result(13)], miredo: [result(12)] }]]);
  assertEquals(shortfalls(measured), []);
});

Deno.test("attack table: too few served, fewer than by Miredo, and memory that stays are listed", () => {
  const ours = [result(12, [50, 80, 80])];
  assertEquals(shortfalls(new Map([[ROW, { ours, miredo: [result(14)] }]])), [
    "a flood, 200 per second: fewer are served than 0.93 of all",
    "a flood, 200 per second: Miredo serves more",
    "a flood, 200 per second: memory grows to 1.60 times",
  ]);
});
