package dev.quarry.physical;

import dev.quarry.machine.Cpu;
import org.jspecify.annotations.Nullable;

/** One request while it looks for memory: {@code struct alloc_context}. */
final class Request {
  /** Every node is allowed. */
  static final long ALL_NODES = -1L;

  final Cpu cpu;
  final int gfp;
  final int order;
  final int highestZone;
  final int migrateType;
  final Zone[] zonelist;
  final @Nullable Trail trail;
  long nodeMask;

  /** The block was taken without a look at the marks: ALLOC_NO_WATERMARKS. */
  boolean ignoredMarks;

  Request(
      Cpu cpu,
      int gfp,
      int order,
      int highestZone,
      int migrateType,
      Zone[] zonelist,
      long nodeMask,
      @Nullable Trail trail) {
    this.cpu = cpu;
    this.gfp = gfp;
    this.order = order;
    this.highestZone = highestZone;
    this.migrateType = migrateType;
    this.zonelist = zonelist;
    this.nodeMask = nodeMask;
    this.trail = trail;
  }

  boolean allows(Node node) {
    return (nodeMask >>> node.id() & 1) != 0;
  }

  /** The first zone that the request may use, or null: {@code preferred_zoneref}. */
  @Nullable Zone preferred() {
    for (Zone zone : zonelist) {
      if (allows(zone.node())) {
        return zone;
      }
    }
    return null;
  }
}
