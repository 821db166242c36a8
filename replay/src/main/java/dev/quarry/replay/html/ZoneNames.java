package dev.quarry.replay.html;

import dev.quarry.kernel.Machine;
import dev.quarry.physical.Zone;

/**
 * What the page calls a zone: {@code Normal}, on a machine with several nodes {@code node 1
 * Normal}.
 */
final class ZoneNames {
  private final boolean oneNode;

  private ZoneNames(boolean oneNode) {
    this.oneNode = oneNode;
  }

  static ZoneNames of(Machine machine) {
    return new ZoneNames(machine.memory().nodes().size() == 1);
  }

  String of(Zone zone) {
    return oneNode ? zone.label() : "node " + zone.node().id() + " " + zone.label();
  }
}
