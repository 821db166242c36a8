package dev.quarry.machine;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One line of a specification: its first word says what it sets. */
final class SpecLine {
  private static final int MOST_CPUS = 8_192;

  private final SpecDraft draft;
  private final int line;
  private final List<String> words;

  SpecLine(SpecDraft draft, int line, List<String> words) {
    this.draft = draft;
    this.line = line;
    this.words = words;
  }

  void apply() {
    switch (words.getFirst()) {
      case "node" -> node();
      case "cpus" -> cpus();
      case "memory" -> memory();
      case "reserved" -> reserved();
      case "zone" -> zone();
      case "sysctl" -> sysctl();
      case "cost" -> cost();
      default -> setting();
    }
  }

  private String word(int index, String what) {
    if (index >= words.size()) {
      throw new IllegalArgumentException(words.getFirst() + " needs " + what);
    }
    return words.get(index);
  }

  /** The {@code key=value} words from {@code from} on; others, and unknown keys, are refused. */
  private Map<String, String> options(int from, String... known) {
    Map<String, String> options = new LinkedHashMap<>();
    for (String word : words.subList(Math.min(from, words.size()), words.size())) {
      int equals = word.indexOf('=');
      String key = equals < 0 ? word : word.substring(0, equals);
      if (equals < 0 || !List.of(known).contains(key)) {
        throw new IllegalArgumentException(
            "\"" + word + "\" is not one of " + String.join("=, ", known) + "=");
      }
      options.put(key, word.substring(equals + 1));
    }
    return options;
  }

  private void node() {
    int id = SpecSettings.integer("node", word(1, "a number"));
    Map<String, String> options = options(2, "distance");
    List<Integer> distances = new ArrayList<>();
    for (String distance : options.getOrDefault("distance", "10").split(",", -1)) {
      distances.add(SpecSettings.integer("distance", distance));
    }
    SpecDraft.dropGiven(draft.nodes);
    if (id < 0 || id >= SpecChecks.MOST_NODES) {
      throw new IllegalArgumentException(
          "node " + id + " is not 0 to " + (SpecChecks.MOST_NODES - 1));
    }
    if (draft.nodes.stream().anyMatch(node -> node.value().id() == id)) {
      throw new IllegalArgumentException("node " + id + " is given twice");
    }
    draft.nodes.add(new SpecDraft.Lined<>(new NodeSpec(id, distances), line));
  }

  private void cpus() {
    String[] ends = word(1, "a range such as 0-3").split("-", -1);
    int first = SpecSettings.integer("CPU", ends[0]);
    int last = ends.length == 1 ? first : SpecSettings.integer("CPU", ends[1]);
    int node = SpecSettings.integer("node", options(2, "node").getOrDefault("node", "0"));
    if (ends.length > 2 || first > last || first < 0 || last >= MOST_CPUS) {
      throw new IllegalArgumentException(
          "CPUs " + words.get(1) + " are not a range inside 0 to " + (MOST_CPUS - 1));
    }
    if (!draft.cpus.isEmpty() && draft.cpus.firstEntry().getValue().line() == 0) {
      draft.cpus.clear();
    }
    for (int cpu = first; cpu <= last; cpu++) {
      SpecDraft.Lined<Integer> before = draft.cpus.put(cpu, new SpecDraft.Lined<>(node, line));
      if (before != null) {
        throw new IllegalArgumentException(
            "CPU " + cpu + " is given twice, first in line " + before.line());
      }
    }
  }

  private void memory() {
    long[] range = range(word(1, "a range such as 4G-20G"));
    int node = SpecSettings.integer("node", options(2, "node").getOrDefault("node", "0"));
    SpecDraft.dropGiven(draft.memory);
    SpecDraft.dropGiven(draft.reserved);
    draft.memory.add(new SpecDraft.Lined<>(new MemoryRange(range[0], range[1], node), line));
  }

  private void reserved() {
    long[] range = range(word(1, "a range such as 16M-48M"));
    String name = String.join(" ", words.subList(2, words.size()));
    draft.reserved.add(new SpecDraft.Lined<>(new ReservedRange(range[0], range[1], name), line));
  }

  private static long[] range(String text) {
    String[] ends = text.split("-", -1);
    if (ends.length != 2) {
      throw new IllegalArgumentException("\"" + text + "\" is not a range such as 4G-20G");
    }
    return new long[] {Sizes.parse(ends[0]), Sizes.parse(ends[1])};
  }

  private void zone() {
    String label = word(1, "a name: DMA, DMA32, Normal, HighMem, Movable or Device");
    ZoneType type = zoneType(label);
    String below = options(2, "below").get("below");
    long limit = below == null ? ZoneSpec.NO_LIMIT : Sizes.parse(below);
    SpecDraft.dropGiven(draft.zones);
    for (SpecDraft.Lined<ZoneSpec> other : draft.zones) {
      if (other.value().type() == type) {
        throw new IllegalArgumentException(
            "zone " + label + " is given twice, first in line " + other.line());
      }
    }
    draft.zones.add(new SpecDraft.Lined<>(new ZoneSpec(type, limit), line));
  }

  private static ZoneType zoneType(String label) {
    for (ZoneType type : ZoneType.values()) {
      if (type.label().equals(label)) {
        return type;
      }
    }
    throw new IllegalArgumentException(
        "\"" + label + "\" is not a zone: DMA, DMA32, Normal, HighMem, Movable or Device");
  }

  private void sysctl() {
    String setting = word(1, "a setting such as vm.min_free_kbytes=67584");
    int equals = setting.indexOf('=');
    String prefix = "vm.";
    if (words.size() != 2 || equals < 0 || !setting.startsWith(prefix)) {
      throw new IllegalArgumentException(
          "sysctl takes one setting such as vm.min_free_kbytes=67584");
    }
    String key = setting.substring(prefix.length(), equals);
    SpecSettings.setSysctl(draft, line, key, setting.substring(equals + 1));
  }

  /** Prices as {@code local_ns=90 zero_page_ns=300}; {@code --set} has them in one value. */
  private void cost() {
    word(1, "prices such as local_ns=90");
    Map<String, String> prices = options(1, CostModel.NAMES.toArray(String[]::new));
    List<String> pairs =
        prices.entrySet().stream().map(p -> p.getKey() + ":" + p.getValue()).toList();
    SpecSettings.set(draft, line, "cost", String.join(",", pairs));
  }

  private void setting() {
    String key = words.getFirst();
    SpecSettings.requireKnown(key);
    word(1, "a value");
    String value =
        key.equals("name") ? String.join(" ", words.subList(1, words.size())) : words.get(1);
    if (!key.equals("name") && words.size() > 2) {
      throw new IllegalArgumentException(
          key + " takes one value, not also \"" + words.get(2) + "\"");
    }
    SpecSettings.set(draft, line, key, value);
  }
}
