package dev.quarry.cli.commands;

import dev.quarry.slab.KmemCache;
import dev.quarry.slab.SlabGeometry;
import dev.quarry.slab.SlabView;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * A slab in text, byte by byte: what lies where in its pages, and the object descriptors with the
 * chain of free objects.
 *
 * <pre>
 *          0 ┌────────────────────┐
 *            │ colour             │ 64 bytes
 *         64 ├────────────────────┤
 *            │ slab descriptor    │ ...
 * </pre>
 */
final class SlabPicture {
  private static final int BOX = 22;
  private static final int NUMBERS_PER_LINE = 16;

  /** So many objects that are alike become one box. */
  private static final int MOST_ALIKE = 2;

  private final KmemCache cache;
  private final SlabView slab;
  private final int number;
  private final StringBuilder out = new StringBuilder();

  SlabPicture(KmemCache cache, SlabView slab, int number) {
    this.cache = cache;
    this.slab = slab;
    this.number = number;
  }

  /** Bytes of a slab that belong together. */
  private record Part(long from, String name, String remark) {}

  String draw() {
    SlabGeometry shape = cache.geometry();
    line(
        "slab %d of %s: %d of %d objects in use; %s, node %d%s",
        number,
        cache.name(),
        slab.inUse(),
        slab.numbers().size(),
        slab.list().toLowerCase(Locale.ROOT),
        slab.node(),
        slab.owner() == SlabView.NOBODY ? "" : ", owner CPU " + slab.owner());
    line(
        "%s at %s; slab descriptor %s, at %s",
        Counted.of(1L << shape.order(), "page"),
        KernelArea.hex(slab.page()),
        shape.offSlab() ? "off the slab" : "on the slab",
        KernelArea.hex(slab.descriptor()));
    boxes(parts());
    descriptors();
    chain("free", slab.freeChain());
    if (!slab.localChain().isEmpty()) {
      chain("freed by the owner since", slab.localChain());
    }
    if (!slab.remoteChain().isEmpty()) {
      chain("freed by other CPUs", slab.remoteChain());
    }
    return out.toString().stripTrailing();
  }

  private void line(String format, Object... values) {
    out.append(String.format(Locale.ROOT, format, values).stripTrailing()).append('\n');
  }

  private void chain(String name, List<Integer> chain) {
    line("%s: %s", name, SlabMarks.chain(chain, SlabMarks.LISTED));
  }

  private List<Part> parts() {
    SlabGeometry shape = cache.geometry();
    List<Part> parts = new ArrayList<>();
    long begin = slab.colourOffset();
    if (begin > 0) {
      parts.add(new Part(0, "colour", begin + " bytes"));
    }
    long firstObject = slab.firstObject() - slab.page();
    if (!shape.offSlab()) {
      int chainBytes = Short.BYTES * shape.num();
      long chain = slab.descriptor() - slab.page() + SlabView.DESCRIPTOR_BYTES;
      parts.add(new Part(begin, "slab descriptor", SlabView.DESCRIPTOR_BYTES + " bytes"));
      parts.add(new Part(chain, "object descriptors", shape.num() + " of 2 bytes: " + chainBytes));
    }
    objects(parts, firstObject);
    long end = firstObject + (long) shape.num() * shape.size();
    long left = slabBytes() - end;
    if (left > 0) {
      parts.add(new Part(end, "left over", left + " bytes"));
    }
    return parts;
  }

  private long slabBytes() {
    SlabGeometry shape = cache.geometry();
    return (long) shape.num() * shape.size()
        + shape.leftOver()
        + (shape.offSlab() ? 0 : shape.managementBytes());
  }

  private void objects(List<Part> parts, long firstObject) {
    SlabGeometry shape = cache.geometry();
    Set<Integer> remote = Set.copyOf(slab.remoteChain());
    for (int from = 0; from < shape.num(); ) {
      char mark = SlabMarks.mark(slab, remote, from);
      int to = from + 1;
      while (to < shape.num() && SlabMarks.mark(slab, remote, to) == mark) {
        to++;
      }
      String remark = mark + " " + SlabMarks.state(slab, from);
      long at = firstObject + (long) from * shape.size();
      if (to - from > MOST_ALIKE) {
        String name = "objects " + from + " to " + (to - 1);
        parts.add(new Part(at, name, remark + ", " + shape.size() + " bytes each"));
        from = to;
      } else {
        parts.add(new Part(at, "object " + from, remark + ", " + shape.size() + " bytes"));
        from++;
      }
    }
  }

  private void boxes(List<Part> parts) {
    String edge = "─".repeat(BOX);
    for (int i = 0; i < parts.size(); i++) {
      Part part = parts.get(i);
      line("%8d %s%s%s", part.from, i == 0 ? "┌" : "├", edge, i == 0 ? "┐" : "┤");
      line("%8s │ %-" + (BOX - 1) + "s│ %s", "", part.name, part.remark);
    }
    line("%8d └%s┘", slabBytes(), edge);
  }

  /** The object descriptors: of a free object the next free one. */
  private void descriptors() {
    int num = slab.numbers().size();
    line("object descriptors: █ in use, a in an array, else the next free object");
    for (int from = 0; from < num; from += NUMBERS_PER_LINE) {
      StringBuilder indexes = new StringBuilder("  object");
      StringBuilder numbers = new StringBuilder("    next");
      for (int index = from; index < Math.min(num, from + NUMBERS_PER_LINE); index++) {
        indexes.append(String.format(Locale.ROOT, " %4d", index));
        numbers.append(String.format(Locale.ROOT, " %4s", next(slab.numbers().get(index))));
      }
      line("%s", indexes);
      line("%s", numbers);
    }
  }

  private static String next(int number) {
    return switch (number) {
      case SlabView.ACTIVE -> "█";
      case SlabView.CACHED -> "a";
      case SlabView.END -> "END";
      default -> Integer.toString(number);
    };
  }
}
