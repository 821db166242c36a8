package dev.quarry.replay.refs;

import dev.quarry.virtual.fault.FaultLeaf;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Page faults by how they ended and what the page is for. */
public final class FaultTable {
  static final RefAreas.Kind[] KINDS = RefAreas.Kind.values();

  private static final FaultLeaf[] LEAVES = FaultLeaf.values();
  private static final int LARGE = LEAVES.length;

  private final long[][] counts = new long[LEAVES.length + 1][KINDS.length];
  private long total;

  FaultTable() {}

  void add(RefAreas.Kind kind, FaultLeaf leaf) {
    counts[leaf.ordinal()][kind.ordinal()]++;
    total++;
  }

  /** A fault that brought a page of 2 MiB. */
  void addLarge(RefAreas.Kind kind) {
    counts[LARGE][kind.ordinal()]++;
    total++;
  }

  /** All faults. */
  public long total() {
    return total;
  }

  /**
   * Faults that ended in one way.
   *
   * @param byKind of text, data and stack
   */
  public record Row(String name, List<Long> byKind) {
    /** All of them. */
    public long sum() {
      return byKind.stream().mapToLong(Long::longValue).sum();
    }
  }

  /** What a column is for: text, data, stack. */
  public static List<String> columns() {
    List<String> names = new ArrayList<>();
    for (RefAreas.Kind kind : KINDS) {
      names.add(kind.name().toLowerCase(Locale.ROOT));
    }
    return names;
  }

  /** The ways that occurred. */
  public List<Row> rows() {
    List<Row> rows = new ArrayList<>();
    for (int leaf = 0; leaf <= LARGE; leaf++) {
      List<Long> byKind = new ArrayList<>();
      for (long count : counts[leaf]) {
        byKind.add(count);
      }
      String name = leaf == LARGE ? "large page" : LEAVES[leaf].words();
      Row row = new Row(name, byKind);
      if (row.sum() > 0) {
        rows.add(row);
      }
    }
    return rows;
  }
}
