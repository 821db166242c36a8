package dev.quarry.cli.commands;

import dev.quarry.cli.lang.Value;
import dev.quarry.kernel.Machine;
import dev.quarry.physical.FrameKind;
import dev.quarry.physical.MigrateType;
import dev.quarry.physical.PageState;
import dev.quarry.physical.Pfn;
import dev.quarry.physical.Trail;
import dev.quarry.physical.Zone;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** A block of pages that a command allocated. */
record PageBlock(
    Machine machine, int pfn, int order, Zone zone, long address, @Nullable Trail trail)
    implements Value.Thing {
  @Override
  public String show() {
    String at = address == 0 ? "" : ", at 0x" + Long.toHexString(address);
    return Counted.of(1L << order, "page")
        + " at frame "
        + pfn
        + " (pfn 0x"
        + Pfn.hex(pfn)
        + ") in "
        + zone
        + at;
  }

  @Override
  public List<String> fields() {
    return List.of(
        "pfn",
        "last",
        "order",
        "pages",
        "zone",
        "node",
        "address",
        "buddy",
        "state",
        "refcount",
        "type");
  }

  @Override
  public Optional<Value> field(String name) {
    return switch (name) {
      case "pfn" -> number(pfn);
      case "last" -> number(pfn + (1 << order) - 1);
      case "order" -> number(order);
      case "pages" -> number(1L << order);
      case "zone" -> Optional.of(new Value.Text(zone.label()));
      case "node" -> number(zone.node().id());
      case "address" -> number(address);
      case "buddy" -> number(pfn ^ (1 << order));
      case "state" -> Optional.of(new Value.Text(state()));
      case "type" -> Optional.of(new Value.Text(type()));
      case "refcount" -> number(refcount());
      default -> Optional.empty();
    };
  }

  /** All its frames. */
  int[] pfns() {
    return IntStream.range(pfn, pfn + (1 << order)).toArray();
  }

  private static Optional<Value> number(long value) {
    return Optional.of(new Value.Number(value));
  }

  private int refcount() {
    boolean allocated = machine.memory().kindOf(pfn) == FrameKind.ALLOCATED;
    return allocated ? PageState.refcount(machine.memory().map().state(pfn)) : 0;
  }

  private String type() {
    return MigrateType.label(machine.memory().pageblocks().type(pfn));
  }

  /** What the first frame is now, in one word. */
  private String state() {
    return switch (machine.memory().kindOf(pfn)) {
      case ALLOCATED -> "allocated";
      case FREE -> "free";
      case PER_CPU -> "pcp";
      case ISOLATED -> "isolated";
      case RESERVED -> "reserved";
      case HOLE -> "hole";
      case HELD_SINCE_BOOT -> "held";
      case LOST -> "lost";
    };
  }
}
