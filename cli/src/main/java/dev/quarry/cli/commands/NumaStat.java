package dev.quarry.cli.commands;

import dev.quarry.cli.lang.Value;
import dev.quarry.kernel.Machine;
import dev.quarry.observe.ProcFs;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Where requests were served, by node, as the program numastat shows it; a part such as {@code
 * numa_hit} is the sum over the nodes shown.
 *
 * @param byNode the lines of each node's numastat file
 */
record NumaStat(Map<Integer, Map<String, Long>> byNode) implements Value.Thing {
  NumaStat {
    byNode = new LinkedHashMap<>(byNode);
  }

  static NumaStat of(Machine machine, List<Integer> nodes) {
    ProcFs files = MachineFiles.proc(machine);
    Map<Integer, Map<String, Long>> byNode = new LinkedHashMap<>();
    for (int node : nodes) {
      String path = "/sys/devices/system/node/node" + node + "/numastat";
      Map<String, Long> counts = new LinkedHashMap<>();
      for (String line : files.read(path).orElse("").split("\n")) {
        String[] words = line.split(" ");
        counts.put(words[0], Long.parseLong(words[1]));
      }
      byNode.put(node, counts);
    }
    return new NumaStat(byNode);
  }

  private List<String> names() {
    return List.copyOf(byNode.values().iterator().next().keySet());
  }

  private long sum(String name) {
    return byNode.values().stream().mapToLong(counts -> counts.getOrDefault(name, 0L)).sum();
  }

  @Override
  public String show() {
    List<String> lines = new ArrayList<>();
    lines.add("requests by the node that served them");
    StringBuilder head = new StringBuilder(String.format(Locale.ROOT, "%-14s", ""));
    byNode.keySet().forEach(node -> head.append(String.format(Locale.ROOT, "%16s", "node" + node)));
    lines.add(head.toString());
    for (String name : names()) {
      StringBuilder line = new StringBuilder(String.format(Locale.ROOT, "%-14s", name));
      byNode
          .values()
          .forEach(counts -> line.append(String.format(Locale.ROOT, "%16d", counts.get(name))));
      lines.add(line.toString());
    }
    return String.join("\n", lines);
  }

  @Override
  public List<String> fields() {
    return names();
  }

  @Override
  public Optional<Value> field(String name) {
    return names().contains(name) ? Optional.of(new Value.Number(sum(name))) : Optional.empty();
  }
}
