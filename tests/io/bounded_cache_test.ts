import { assertEquals } from "@std/assert";
import { BoundedCache } from "../../io/bounded_cache.ts";

Deno.test("bounded cache: an answer is computed once", () => {
  const asked: string[] = [];
  const cache = new BoundedCache((key: string) => {
    asked.push(key);
    return key.length;
  });
  assertEquals([cache.get("ab"), cache.get("ab"), cache.get("c")], [2, 2, 1]);
  assertEquals(asked, ["ab", "c"]);
});

Deno.test("bounded cache: a full one forgets everything, and goes on", () => {
  const asked: number[] = [];
  const cache = new BoundedCache((key: number) => {
    asked.push(key);
    return -key;
  }, 2);
  for (const key of [1, 2, 1, 3, 1]) assertEquals(cache.get(key), -key);
  assertEquals(asked, [1, 2, 3, 1]);
});
