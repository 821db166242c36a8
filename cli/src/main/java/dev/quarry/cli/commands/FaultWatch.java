package dev.quarry.cli.commands;

import dev.quarry.kernel.Machine;
import dev.quarry.virtual.fault.FaultCounts;
import dev.quarry.virtual.fault.FaultLeaf;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Which page faults came since a moment, by the counts of the kernel's handler. */
final class FaultWatch {
  private final FaultCounts counts;
  private final Map<FaultLeaf, Long> before = new EnumMap<>(FaultLeaf.class);

  private FaultWatch(FaultCounts counts) {
    this.counts = counts;
    for (FaultLeaf leaf : FaultLeaf.values()) {
      before.put(leaf, counts.of(leaf));
    }
  }

  static FaultWatch of(Machine machine) {
    return new FaultWatch(machine.processes().pages().handler().counts());
  }

  /** How often a leaf was reached since then. */
  long count(FaultLeaf leaf) {
    return counts.of(leaf) - before.getOrDefault(leaf, 0L);
  }

  /** What came: {@code demand zero}, {@code 16 file around, file read}; empty if nothing did. */
  String text() {
    List<String> onTheWay = new ArrayList<>();
    List<String> ends = new ArrayList<>();
    for (FaultLeaf leaf : FaultLeaf.values()) {
      long count = count(leaf);
      if (count > 0) {
        boolean passed = leaf.effect() == FaultLeaf.Effect.PASSED;
        (passed ? onTheWay : ends).add(count == 1 ? leaf.words() : count + " " + leaf.words());
      }
    }
    onTheWay.addAll(ends);
    return String.join(", ", onTheWay);
  }

  /** The same behind something else: {@code ; demand zero}. */
  String behind() {
    String text = text();
    return text.isEmpty() ? "" : "; " + text;
  }

  /** The same, or that there was none. */
  String orNone() {
    String text = text();
    return text.isEmpty() ? "no fault" : text;
  }
}
