import { assertEquals } from "@std/assert";
import { RecentReport } from "../../../../cli/daemon/status/recent_report.ts";

/** A report that takes `cost` milliseconds to make, and a clock to turn. */
class Scene {
  now = 1_000;
  made = 0;
  cost = 0;
  readonly report = new RecentReport(() => {
    this.now += this.cost;
    return ++this.made;
  }, () => this.now);

  /** Which report it is after `ms` more. */
  after(ms: number): number {
    this.now += ms;
    return this.report.get();
  }
}

Deno.test("recent report: one that took 10 ms is given for 500 ms, and then another one", () => {
  const scene = new Scene();
  scene.cost = 10;
  assertEquals([scene.after(0), scene.after(0), scene.after(499), scene.after(1)], [1, 1, 1, 2]);
});

Deno.test("recent report: one that cost nothing is made each time", () => {
  const scene = new Scene();
  assertEquals([scene.after(0), scene.after(0)], [1, 2]);
});

Deno.test("recent report: none is older than a second", () => {
  const scene = new Scene();
  scene.cost = 500;
  assertEquals([scene.after(0), scene.after(999), scene.after(1)], [1, 1, 2]);
});

Deno.test("recent report: when what it says has changed, there is another one", () => {
  const scene = new Scene();
  scene.cost = 10;
  assertEquals([scene.after(0), scene.after(1)], [1, 1]);
  scene.report.forget();
  assertEquals(scene.after(1), 2);
});
