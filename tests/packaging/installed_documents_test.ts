/** The documents that packages install lead nowhere that isn't installed. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { documentFiles } from "../../packaging/installed_documents.ts";

const PREFIX = "share/doc/teredo/";

const files = new Map(
  (await documentFiles(PREFIX)).map(({ path, bytes }) => [path, new TextDecoder().decode(bytes)]),
);

function sourceOf(path: string): string {
  return Deno.readTextFileSync(new URL(`../../${path}`, import.meta.url));
}

Deno.test("installed documents: all that they link to is installed", () => {
  for (const [path, markdown] of files) {
    for (const [, link] of markdown.matchAll(/\]\(([^)\s]+)\)/g)) {
      const { protocol, pathname } = new URL(link!, `installed:/${path}`);
      assert(protocol === "https:" || files.has(pathname.slice(1)), `${path}: ${link}`);
    }
  }
});

Deno.test("installed documents: operating.md is whole, and other links become their words", () => {
  assertEquals(files.get(`${PREFIX}docs/operating.md`), sourceOf("docs/operating.md"));
  const readme = files.get(`${PREFIX}README.md`)!;
  assertStringIncludes(readme, "[Configuration](docs/operating.md#configuration)");
  assertStringIncludes(sourceOf("README.md"), "\n[Contributing](CONTRIBUTING.md) · ");
  assertStringIncludes(readme, "\nContributing · ");
});
