import { assertEquals } from "@std/assert";
import { lineWidth } from "../../../cli/process/line_width.ts";

Deno.test("line width: COLUMNS wins over the terminal, and 80 stands for neither", () => {
  assertEquals(lineWidth("60", 132), 60);
  assertEquals(lineWidth(undefined, 132), 132);
  assertEquals(lineWidth("60", undefined), 60);
  assertEquals(lineWidth(undefined, undefined), 80);
});

Deno.test("line width: what is not a number of columns counts as not given", () => {
  for (const variable of ["", "wide", "-1", "0", "1e3", "80.5", "123456"]) {
    assertEquals(lineWidth(variable, 132), 132, variable);
  }
  assertEquals(lineWidth(undefined, 0), 80);
});

Deno.test("line width: however narrow the terminal, text gets 40 columns", () => {
  assertEquals([lineWidth("1", undefined), lineWidth(undefined, 10)], [40, 40]);
});
