/** The workflows, as far as they can be checked without running them. */
import {
  assert,
  assertArrayIncludes,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { parse } from "@std/yaml";
import config from "../../deno.json" with { type: "json" };
import { requires } from "../capabilities.ts";

const WORKFLOWS = new URL("../../.github/workflows/", import.meta.url);

/** What these tests look at in a workflow. */
interface Workflow {
  readonly permissions: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

interface Job {
  readonly "timeout-minutes"?: number;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly needs?: string;
  readonly "runs-on"?: string;
  readonly strategy?: { readonly matrix: { readonly os: readonly string[] } };
  /** Another workflow, in place of steps. */
  readonly uses?: string;
  readonly steps?: readonly Step[];
}

interface Step {
  readonly name?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, string>>;
}

async function read(name: string): Promise<Workflow> {
  return parse(await Deno.readTextFile(new URL(name, WORKFLOWS))) as Workflow;
}

function stepsOf({ jobs }: Workflow): Step[] {
  return Object.values(jobs).flatMap(({ steps = [] }) => steps);
}

const shellcheck = requires("shellcheck");

for (const name of ["ci.yml", "release.yml"]) {
  Deno.test(`workflows: ${name} reads only, unless a job says more, and each job ends`, async () => {
    const { permissions, jobs } = await read(name);
    assertEquals(permissions, { contents: "read" });
    for (const { steps, uses, ...job } of Object.values(jobs)) {
      if (steps === undefined) assertEquals(uses, "./.github/workflows/ci.yml");
      else assert(job["timeout-minutes"]! <= 60);
    }
  });

  Deno.test(`workflows: ${name} runs the Deno of the toolchain, and tasks that exist`, async () => {
    const steps = stepsOf(await read(name));
    const toolchain = await Deno.readTextFile(new URL("../../docs/toolchain.md", import.meta.url));
    const versions = Array.from(toolchain.matchAll(/Deno (\d+\.\d+\.\d+)/g), ([, it]) => `v${it}`);
    const setups = steps.filter(({ uses }) => uses?.startsWith("denoland/setup-deno@"));
    assert(setups.length > 0);
    assertArrayIncludes(versions, setups.map((step) => step.with!["deno-version"]!));
    for (const { run = "" } of steps) {
      const tasks = Array.from(run.matchAll(/deno task ([\w:]+)/g), ([, task]) => task!);
      assertArrayIncludes(Object.keys(config.tasks), tasks);
    }
  });

  Deno.test(`workflows: directories and files that ${name} names are there`, async () => {
    for (const { run = "" } of stepsOf(await read(name))) {
      for (const [path] of run.matchAll(/\b(?:tests|packaging)\/[\w./]+/g)) {
        await Deno.stat(new URL(`../../${path}`, import.meta.url));
      }
    }
  });

  Deno.test({
    name: shellcheck.title(`workflows: shellcheck finds nothing in the scripts of ${name}`),
    ignore: shellcheck.ignore,
    fn: async () => {
      for (const { run } of stepsOf(await read(name))) {
        if (run === undefined) continue;
        // As GitHub runs it.
        const script = `set -eo pipefail\n${run}`.replace(/\$\{\{.*?\}\}/g, "value");
        const child = new Deno.Command("shellcheck", {
          args: ["--shell=bash", "-"],
          stdin: "piped",
          stdout: "piped",
        }).spawn();
        const writer = child.stdin.getWriter();
        await writer.write(new TextEncoder().encode(script));
        await writer.close();
        const { stdout } = await child.output();
        assertEquals(new TextDecoder().decode(stdout), "", run);
      }
    },
  });
}

Deno.test("workflows: a release builds for all platforms, with sums and attestations", async () => {
  const workflow = await read("release.yml");
  const scripts = stepsOf(workflow).map(({ run = "" }) => run).join("\n");
  // Every platform is built unless some are named, and a missing one is a failure.
  assertMatch(scripts, /^deno task release --releases "[^"]+" --output release$/m);
  assert(
    stepsOf(workflow).some(({ uses }) => uses?.startsWith("actions/attest-build-provenance@")),
  );
  const { test, ...others } = workflow.jobs;
  for (const job of Object.values(others)) assertEquals(job.permissions?.["id-token"], "write");
  assertEquals(test, { uses: "./.github/workflows/ci.yml" });
  assertStringIncludes(scripts, "deno publish");
});

Deno.test("workflows: every system is tested with the real packages, and a release waits for that", async () => {
  const { jobs } = await read("ci.yml");
  const systems = Object.values(jobs)
    .flatMap(({ strategy, ...job }) => strategy?.matrix.os ?? [job["runs-on"]!]);
  assertEquals(
    systems.filter((system) => /^(ubuntu|macos|windows)-/.test(system)).length,
    systems.length,
  );
  for (const system of ["ubuntu-24.04", "ubuntu-24.04-arm", "macos-15", "windows-2025"]) {
    assertArrayIncludes(systems, [system]);
  }
  const text = await Deno.readTextFile(new URL("ci.yml", WORKFLOWS));
  assertMatch(text, /^ {2}workflow_call:$/m);
  assertMatch(text, /^ {2}TEREDO_IMPORTS: jsr$/m);
  const release = (await read("release.yml")).jobs;
  assertEquals([release.build?.needs, release.jsr?.needs], ["test", "build"]);
});
