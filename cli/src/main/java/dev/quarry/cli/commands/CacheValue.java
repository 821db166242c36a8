package dev.quarry.cli.commands;

import dev.quarry.cli.lang.Value;
import dev.quarry.kernel.Machine;
import dev.quarry.slab.CacheStatistics;
import dev.quarry.slab.KmemCache;
import dev.quarry.slab.SlabGeometry;
import dev.quarry.slab.Tunables;
import java.util.List;
import java.util.Optional;

/**
 * A cache that a command made.
 *
 * @param calls how often its constructor and destructor ran
 */
record CacheValue(Machine machine, KmemCache cache, CountedFunctions calls) implements Value.Thing {
  private static final List<String> FIELDS =
      List.of(
          "name",
          "object_size",
          "size",
          "align",
          "num",
          "order",
          "left_over",
          "colours",
          "step",
          "off_slab",
          "active",
          "objects",
          "active_slabs",
          "slabs",
          "limit",
          "batchcount",
          "shared",
          "constructed",
          "destroyed");

  @Override
  public String show() {
    SlabGeometry shape = cache.geometry();
    return "cache "
        + cache.name()
        + ": objects of "
        + Counted.of(shape.objectSize(), "byte")
        + ", "
        + shape.num()
        + " in a slab of "
        + Counted.of(1L << shape.order(), "page")
        + ", "
        + (shape.offSlab() ? "descriptor off the slab, " : "descriptor on the slab, ")
        + Counted.of(shape.leftOver(), "byte")
        + " left over";
  }

  @Override
  public String word() {
    return cache.name();
  }

  @Override
  public List<String> fields() {
    return FIELDS;
  }

  @Override
  public Optional<Value> field(String name) {
    SlabGeometry shape = cache.geometry();
    Tunables tunables = cache.tunables();
    return switch (name) {
      case "name" -> Optional.of(new Value.Text(cache.name()));
      case "object_size" -> number(shape.objectSize());
      case "size" -> number(shape.size());
      case "align" -> number(shape.align());
      case "num" -> number(shape.num());
      case "order" -> number(shape.order());
      case "left_over" -> number(shape.leftOver());
      case "colours" -> number(shape.colours());
      case "step" -> number(shape.colourStep());
      case "off_slab" -> Optional.of(new Value.Text(shape.offSlab() ? "yes" : "no"));
      case "limit" -> number(tunables.limit());
      case "batchcount" -> number(tunables.batchCount());
      case "shared" -> number(tunables.shared());
      case "constructed" -> number(calls.constructed());
      case "destroyed" -> number(calls.destroyed());
      default -> statistic(name);
    };
  }

  private Optional<Value> statistic(String name) {
    if (!FIELDS.contains(name)) {
      return Optional.empty();
    }
    CacheStatistics now = cache.statistics();
    return switch (name) {
      case "active" -> number(now.activeObjects());
      case "objects" -> number(now.objects());
      case "active_slabs" -> number(now.activeSlabs());
      default -> number(now.slabs());
    };
  }

  private static Optional<Value> number(long value) {
    return Optional.of(new Value.Number(value));
  }
}
