package dev.quarry.reclaim;

import dev.quarry.physical.Node;
import dev.quarry.physical.PhysicalMemory;
import dev.quarry.physical.Zone;
import java.util.List;
import java.util.Objects;

/** The {@link Lruvec} of each node. */
final class Lruvecs {
  private final PhysicalMemory memory;
  private final Lruvec[] byNode;

  Lruvecs(PhysicalMemory memory) {
    this.memory = memory;
    this.byNode =
        memory.nodes().stream().map(node -> new Lruvec(memory, node)).toArray(Lruvec[]::new);
  }

  /** Where a page's lists are. */
  Lruvec of(int pfn) {
    Zone zone = Objects.requireNonNull(memory.zoneOf(pfn));
    return byNode[zone.node().id()];
  }

  Lruvec of(Node node) {
    return byNode[node.id()];
  }

  List<Lruvec> all() {
    return List.of(byNode);
  }
}
