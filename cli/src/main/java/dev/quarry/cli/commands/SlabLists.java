package dev.quarry.cli.commands;

import dev.quarry.kernel.Machine;
import dev.quarry.slab.SlabView;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The slabs of a cache by who has them: a node's lists, or a CPU that owns slabs.
 *
 * @param title {@code node 0}, {@code CPU 1}
 * @param rows its lists
 */
record SlabLists(String title, List<Row> rows) {
  private static final List<String> OF_NODE = List.of("FULL", "PARTIAL", "FREE");
  private static final List<String> OF_CPU = List.of("CURRENT", "FULL", "PARTIAL", "FREE");

  /**
   * A list.
   *
   * @param name {@code full}, {@code partial}, {@code free}, {@code current}
   * @param numbers of the slabs on it
   */
  record Row(String name, List<Integer> numbers) {
    Row {
      numbers = List.copyOf(numbers);
    }
  }

  SlabLists {
    rows = List.copyOf(rows);
  }

  /** All lists of nodes, and those of CPUs that own slabs. */
  static List<SlabLists> of(Machine machine, List<SlabView> slabs) {
    List<SlabLists> all = new ArrayList<>();
    for (int node = 0; node < machine.spec().nodes().size(); node++) {
      all.add(of("node " + node, slabs, OF_NODE, SlabView.NOBODY, node));
    }
    for (int cpu = 0; cpu < machine.cpus().size(); cpu++) {
      int owner = cpu;
      if (slabs.stream().anyMatch(slab -> slab.owner() == owner)) {
        all.add(of("CPU " + cpu, slabs, OF_CPU, owner, SlabView.NOBODY));
      }
    }
    return all;
  }

  private static SlabLists of(
      String title, List<SlabView> slabs, List<String> names, int owner, int node) {
    List<Row> rows = new ArrayList<>();
    for (String name : names) {
      List<Integer> numbers = new ArrayList<>();
      for (int i = 0; i < slabs.size(); i++) {
        SlabView slab = slabs.get(i);
        boolean here = slab.owner() == owner && (owner >= 0 || slab.node() == node);
        if (here && slab.list().equals(name)) {
          numbers.add(i);
        }
      }
      rows.add(new Row(name.toLowerCase(Locale.ROOT), numbers));
    }
    return new SlabLists(title, rows);
  }
}
