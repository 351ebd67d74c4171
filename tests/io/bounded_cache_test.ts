import { assertEquals } from "@std/assert";
import { Memo } from "../../io/bounded_cache.ts";

Deno.test("memo: an answer is computed once", () => {
  const asked: string[] = [];
  const memo = new Memo((key: string) => {
    asked.push(key);
    return key.length;
  });
  assertEquals([memo.get("ab"), memo.get("ab"), memo.get("c")], [2, 2, 1]);
  assertEquals(asked, ["ab", "c"]);
});

Deno.test("memo: it never remembers more than its capacity", () => {
  const memo = new Memo((key: number) => -key, 8);
  for (let key = 0; key < 1000; key++) {
    assertEquals(memo.get(key), -key);
    assertEquals(memo.size <= 8, true);
  }
});
