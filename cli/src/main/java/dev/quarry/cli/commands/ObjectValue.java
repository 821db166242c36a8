package dev.quarry.cli.commands;

import dev.quarry.cli.lang.Value;
import dev.quarry.kernel.Machine;
import dev.quarry.machine.Sizes;
import dev.quarry.slab.CacheException;
import dev.quarry.slab.KmemCache;
import dev.quarry.slab.SlabView;
import java.util.List;
import java.util.Optional;

/**
 * An object that a command allocated.
 *
 * @param asked the bytes that were asked for
 * @param cache the name of its cache; empty of whole pages
 * @param notes lines to be shown once, when it was allocated
 */
record ObjectValue(Machine machine, long address, long asked, String cache, String notes)
    implements Value.Thing {
  static ObjectValue of(Machine machine, long address, long asked, String notes) {
    String cache = machine.slab().cacheOf(address).map(KmemCache::name).orElse("");
    return new ObjectValue(machine, address, asked, cache, notes);
  }

  @Override
  public String show() {
    String from = address == 0 ? "nothing" : cache.isEmpty() ? pages() : "an object of " + cache;
    String text = Counted.of(asked, "byte") + " at " + KernelArea.hex(address) + ", " + from;
    return notes.isEmpty() ? text : text + "\n" + notes;
  }

  private String pages() {
    return asked == 0 ? "ZERO_SIZE_PTR" : "whole pages: " + Sizes.format(bytes());
  }

  @Override
  public String word() {
    return KernelArea.hex(address);
  }

  /** How many bytes may be used, {@code ksize}; 0 if it is no allocation any more. */
  private long bytes() {
    try {
      return machine.slab().ksize(address);
    } catch (CacheException e) {
      return 0;
    }
  }

  /** The bytes up to a 0 as text; empty where that is none. */
  private String text() {
    try {
      return bytes() == 0 ? "" : machine.slab().string(address);
    } catch (IndexOutOfBoundsException e) {
      return "";
    }
  }

  @Override
  public List<String> fields() {
    return List.of(
        "address", "asked", "bytes", "waste", "cache", "slab", "index", "offset", "node", "state",
        "text");
  }

  @Override
  public Optional<Value> field(String name) {
    return switch (name) {
      case "address" -> Optional.of(new Value.Text(word()));
      case "asked" -> number(asked);
      case "bytes" -> number(bytes());
      case "waste" -> number(Math.max(0, bytes() - asked));
      case "cache" -> Optional.of(new Value.Text(cache));
      case "text" -> Optional.of(new Value.Text(text()));
      case "slab", "index", "offset", "node", "state" ->
          machine.slab().slabOf(address).map(slab -> ofSlab(name, slab));
      default -> Optional.empty();
    };
  }

  private Value ofSlab(String name, SlabView slab) {
    KmemCache of = machine.slab().cacheOf(address).orElseThrow();
    int index =
        Math.clamp(
            (address - slab.firstObject()) / of.geometry().size(), 0, slab.numbers().size() - 1);
    return switch (name) {
      case "slab" -> new Value.Number(SlabMarks.numberOf(of.slabs(), slab));
      case "index" -> new Value.Number(index);
      case "offset" -> new Value.Number(address - slab.page());
      case "node" -> new Value.Number(slab.node());
      default -> new Value.Text(SlabMarks.state(slab, index));
    };
  }

  private static Optional<Value> number(long value) {
    return Optional.of(new Value.Number(value));
  }
}
