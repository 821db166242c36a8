package dev.quarry.virtual.tlb;

import dev.quarry.virtual.PageTableLayout;
import java.util.ArrayList;
import java.util.List;

/** Collects the entries of arrays as one looks at them. */
final class TlbListing {
  private final PageTableLayout layout;
  private final AsidSlots slots;
  private final List<TlbEntry> entries = new ArrayList<>();

  TlbListing(PageTableLayout layout, AsidSlots slots) {
    this.layout = layout;
    this.slots = slots;
  }

  /** Adds what an array of pages holds. */
  void pages(String name, TlbArray array) {
    array.forEach((set, way, key, value) -> {
      int shift = TlbArrays.size(key).shift(layout);
      entries.add(entry(name, set, way, key, shift, 1L << shift, value));
    });
  }

  /** Adds what the walk cache of a level holds. */
  void tables(int level, TlbArray array) {
    String name = layout.levelName(level);
    int shift = layout.shift(level);
    array.forEach(
        (set, way, key, value) -> entries.add(entry(name, set, way, key, shift, 0, value)));
  }

  private TlbEntry entry(
      String name, int set, int way, long key, int shift, long bytes, long value) {
    int asid = TlbArrays.asid(key);
    return new TlbEntry(
        name,
        set,
        way,
        asid,
        asid == AsidSlots.NO_ASID || slots.context(asid) != 0
            ? slots.context(asid)
            : TlbEntry.NOBODY,
        slots.generation(asid),
        layout.addressOf(TlbArrays.page(key) << shift >>> PageTableLayout.PAGE_SHIFT),
        bytes,
        value & layout.frameMask(),
        value & ~layout.frameMask());
  }

  List<TlbEntry> entries() {
    return entries;
  }
}
