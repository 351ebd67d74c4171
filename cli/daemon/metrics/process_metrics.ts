/**
 * What the process takes from its machine, under the names that Prometheus' own libraries use.
 *
 * https://prometheus.io/docs/instrumenting/writing_clientlibs/#process-metrics
 *
 * @module
 */

import { cpuUsage } from "node:process";
import type { Metric } from "./metric.ts";

/** Memory in octets and processor time in seconds, of this process. */
export function processMetrics(): Metric[] {
  // In microseconds.
  const { user, system } = cpuUsage();
  return [
    {
      name: "process_resident_memory_bytes",
      type: "gauge",
      help: "Resident memory in octets.",
      samples: [{ value: Deno.memoryUsage().rss }],
    },
    {
      name: "process_cpu_seconds_total",
      type: "counter",
      help: "Processor time in seconds, of the program and of the kernel for it.",
      samples: [{ value: (user + system) / 1e6 }],
    },
  ];
}
