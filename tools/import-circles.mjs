/** Nodes of a graph (node → nodes it leads to) that can reach themselves, in groups. A group is one circle, or several that share nodes. */
export function circlesOf(graph) {
  const circles = [];
  const found = new Map();
  const path = [];
  const visit = (node) => {
    const mark = { order: found.size, lowest: found.size, isOpen: true };
    found.set(node, mark);
    path.push(node);
    for (const next of graph.get(node) ?? []) {
      const known = found.get(next);
      if (known === undefined) mark.lowest = Math.min(mark.lowest, visit(next));
      else if (known.isOpen) mark.lowest = Math.min(mark.lowest, known.order);
    }
    if (mark.lowest === mark.order) {
      const group = path.splice(path.indexOf(node));
      for (const one of group) found.get(one).isOpen = false;
      if (group.length > 1 || graph.get(node)?.has(node)) circles.push(group.toSorted());
    }
    return mark.lowest;
  };
  for (const node of graph.keys()) if (!found.has(node)) visit(node);
  return circles;
}

/** The same arrows between groups of nodes, without those that stay in one group. */
export function groupedBy(graph, groupOf) {
  const groups = new Map();
  for (const [from, targets] of graph) {
    const group = groupOf(from);
    const leadsTo = groups.get(group) ?? new Set();
    groups.set(group, leadsTo);
    for (const to of targets) if (groupOf(to) !== group) leadsTo.add(groupOf(to));
  }
  return groups;
}
