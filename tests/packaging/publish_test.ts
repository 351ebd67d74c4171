/** What JSR would make of the library. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import config from "../../deno.json" with { type: "json" };

const root = new URL("../../", import.meta.url);

async function deno(args: readonly string[], env: Record<string, string> = {}): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd: root,
    env: { NO_COLOR: "1", ...env },
  }).output();
  const decoder = new TextDecoder();
  assert(success, decoder.decode(stderr));
  return decoder.decode(stdout) + decoder.decode(stderr);
}

Deno.test("the library can be published, and needs no package", async () => {
  // Nobody listens there: whatever the library imported from JSR would be missed.
  const said = await deno(["publish", "--dry-run", "--allow-dirty"], {
    JSR_URL: "http://127.0.0.1:9/",
  });
  assertMatch(said, /Success Dry run complete/);
  for (const path of Object.values(config.exports)) {
    assert(said.includes(new URL(path, root).href), `${path} is not published`);
  }
  const published = Array.from(said.matchAll(/^ *(file:\S+)/gm), ([, url]) => url!)
    .map((url) => url.slice(root.href.length));
  assert(published.includes("mod.ts"));
  assertEquals(published.filter((it) => /^(?:tests|tools|bench|docs|packaging)\//.test(it)), []);
  const others = published.filter((it) => !/(?:^LICENSE|\.(?:ts|wat|md|json))$/.test(it));
  assertEquals(others, [], "what is left lying about would be published");
});

Deno.test("every entry of the library introduces itself with an example", async () => {
  for (const path of Object.values(config.exports)) {
    const source = await Deno.readTextFile(new URL(path, root));
    const [introduction = ""] = source.match(/^\/\*\*.*?\*\//s) ?? [];
    assertMatch(introduction, /@module/, path);
    assertMatch(introduction, /@example/, path);
  }
});

Deno.test("codecs and machines need no Deno: nothing but themselves and node:crypto", async () => {
  for (const entry of ["./client", "./relay", "./server", "./wire"] as const) {
    const path = config.exports[entry];
    const { modules } = JSON.parse(await deno(["info", "--json", path])) as {
      readonly modules: readonly { readonly specifier: string }[];
    };
    const others = modules.map(({ specifier }) => specifier).filter((specifier) =>
      !/^(?:client|memory|protocol|relay|server|wire)\//.test(specifier.replace(root.href, ""))
    );
    assertEquals(others, ["node:crypto"], path);
  }
});
