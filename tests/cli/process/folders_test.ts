import { assertEquals } from "@std/assert";
import { absolutePath } from "../../../cli/process/folders.ts";
import { requires } from "../../capabilities.ts";

const { title, ignore } = requires("linux");

Deno.test({
  name: title("absolutePath() begins at the root, and leaves what comes after links as it is"),
  ignore,
  fn() {
    const here = Deno.cwd();
    const above = here.slice(0, here.lastIndexOf("/"));
    const expected = {
      "/a/../b": "/a/../b",
      "a": `${here}/a`,
      "./a": `${here}/a`,
      "../a": `${above}/a`,
      ".././/a/../b": `${above}/a/../b`,
      "..a": `${here}/..a`,
      ".a/b": `${here}/.a/b`,
      [`${"../".repeat(64)}a`]: "/a",
    };
    for (const [path, absolute] of Object.entries(expected)) {
      assertEquals(absolutePath(path), absolute, path);
    }
  },
});
