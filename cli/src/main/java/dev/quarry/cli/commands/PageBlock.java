package dev.quarry.cli.commands;

import dev.quarry.cli.lang.Value;
import dev.quarry.physical.Pfn;
import dev.quarry.physical.Trail;
import dev.quarry.physical.Zone;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A block of pages that a command allocated. */
record PageBlock(int pfn, int order, Zone zone, long address, @Nullable Trail trail)
    implements Value.Thing {
  @Override
  public String show() {
    String pages = order == 0 ? "1 page" : (1 << order) + " pages";
    String at = address == 0 ? "" : ", at 0x" + Long.toHexString(address);
    return pages + " at frame " + pfn + " (pfn 0x" + Pfn.hex(pfn) + ") in " + zone + at;
  }

  @Override
  public Optional<Value> field(String name) {
    return switch (name) {
      case "pfn" -> Optional.of(new Value.Number(pfn));
      case "order" -> Optional.of(new Value.Number(order));
      case "pages" -> Optional.of(new Value.Number(1L << order));
      case "zone" -> Optional.of(new Value.Text(zone.label()));
      case "node" -> Optional.of(new Value.Number(zone.node().id()));
      case "address" -> Optional.of(new Value.Number(address));
      default -> Optional.empty();
    };
  }
}
