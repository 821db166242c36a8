package dev.quarry.replay.snapshot;

import dev.quarry.machine.ZoneType;

/** A zone of a machine: its node and its kind. */
public record ZoneId(int node, ZoneType type) {
  @Override
  public String toString() {
    return "node " + node + " zone " + type.label();
  }
}
