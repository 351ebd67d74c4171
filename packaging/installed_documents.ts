/**
 * The documents that are installed with the executable: those for users and operators, in the same
 * places as in the repository, so that their links work.
 *
 * @module
 */

import { copy, type InstalledFile, text } from "./installed_file.ts";

/** What is installed, from the root of the repository. */
const DOCUMENTS = [
  ...["README.md", "CHANGELOG.md", "SECURITY.md"],
  ...[
    ...["attacks", "diagnosis", "gateway", "limits", "matrix", "matrix-kernel", "miredo"],
    ...["operating", "platforms", "port_mapping", "reliability", "security", "terminal", "windows"],
  ].map((name) => `docs/${name}.md`),
  ...["docs/soak.svg", "docs/status.schema.json"],
];

/**
 * What users and operators read. Links to what is only in the repository become their text.
 *
 * @param prefix empty, or a folder with a slash behind it
 */
export async function documentFiles(prefix: string): Promise<InstalledFile[]> {
  return await Promise.all(DOCUMENTS.map(async (path) => {
    if (!path.endsWith(".md")) return await copy(`${prefix}${path}`, path);
    const { bytes } = await copy(path, path);
    return text(`${prefix}${path}`, withoutDeadLinks(path, new TextDecoder().decode(bytes)));
  }));
}

function withoutDeadLinks(path: string, markdown: string): string {
  return markdown.replace(/(?<!!)\[([^\]]*)\]\(([^)\s]+)\)/g, (link, words: string, to: string) => {
    const target = new URL(to, `installed:/${path}`);
    const isAlive = target.protocol !== "installed:" ||
      DOCUMENTS.includes(target.pathname.slice(1));
    return isAlive ? link : words;
  });
}
