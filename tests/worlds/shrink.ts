/**
 * Finding the smallest part of a plan that still fails.
 *
 * @module
 */

import type { WorldPlan } from "./world_plan.ts";

/** The smallest set of faults, of flows and of clients with which a world still fails. */
export function shrinkPlan(plan: WorldPlan, fails: (plan: WorldPlan) => boolean): WorldPlan {
  const faults = shrinkList(plan.faults, (faults) => fails({ ...plan, faults }));
  let shrunk: WorldPlan = { ...plan, faults };
  const flows = shrinkList(shrunk.flows, (flows) => fails({ ...shrunk, flows }));
  shrunk = { ...shrunk, flows };
  const clients = shrinkList(shrunk.clients, (clients) => {
    const names = [...clients.map(({ name }) => name), ...plan.natives];
    const areThere = flows.every(({ from, to }) => names.includes(from) && names.includes(to));
    const isHit = faults.every((fault) => !("node" in fault) || isThere(fault.node, clients, plan));
    return areThere && isHit && fails({ ...shrunk, clients });
  });
  return { ...shrunk, clients };
}

/**
 * The smallest part of a list for which something holds, as far as leaving out halves, quarters and
 * so on down to single items shows. It holds for the whole list.
 */
export function shrinkList<T>(
  list: readonly T[],
  holds: (part: readonly T[]) => boolean,
): readonly T[] {
  let part = list;
  for (
    let size = Math.ceil(list.length / 2);
    size >= 1;
    size = size === 1 ? 0 : Math.ceil(size / 2)
  ) {
    for (let at = 0; at < part.length;) {
      const rest = part.toSpliced(at, size);
      if (holds(rest)) part = rest;
      else at += size;
    }
  }
  return part;
}

function isThere(name: string, clients: WorldPlan["clients"], plan: WorldPlan): boolean {
  const isClient = plan.clients.some((client) => client.name === name);
  return !isClient || clients.some((client) => client.name === name);
}
