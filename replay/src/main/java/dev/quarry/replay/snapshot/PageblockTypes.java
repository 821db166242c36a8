package dev.quarry.replay.snapshot;

import dev.quarry.replay.read.Place;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The migrate type of every pageblock, by sections of memory: a section that is absent has no
 * memory at all. Does not change.
 */
public final class PageblockTypes {
  /** The type of a pageblock that the file does not know. */
  public static final int UNKNOWN = -1;

  /** No sections. */
  public static final PageblockTypes EMPTY = new PageblockTypes(new TreeMap<>());

  private final TreeMap<Integer, Section> sections;

  PageblockTypes(Map<Integer, Section> sections) {
    this.sections = new TreeMap<>(sections);
  }

  /**
   * One section.
   *
   * @param startPfn its first frame
   * @param endPfn one past its last
   * @param digits a migrate type for each pageblock; empty if they are not known
   * @param place the line
   */
  record Section(int startPfn, long endPfn, String digits, Place place) {}

  /** Whether there are no sections. */
  public boolean isEmpty() {
    return sections.isEmpty();
  }

  /** Whether the section that holds this frame has memory. */
  public boolean hasSection(int pfn) {
    return sectionOf(pfn) != null;
  }

  /** The migrate type of a frame's pageblock; {@link #UNKNOWN} if the file does not say. */
  public int typeOf(int pfn, int pageblockOrder) {
    Section section = sectionOf(pfn);
    if (section == null) {
      return UNKNOWN;
    }
    int block = (pfn - section.startPfn()) >>> pageblockOrder;
    boolean known = block < section.digits().length();
    return known ? Character.digit(section.digits().charAt(block), 16) : UNKNOWN;
  }

  /** Receives sections. */
  @FunctionalInterface
  interface SectionConsumer {
    /** Frames {@code [startPfn, endPfn)} are a section that has memory. */
    void accept(int startPfn, int endPfn);
  }

  /** Gives every section, ascending. */
  void forEachSection(SectionConsumer consumer) {
    for (Section section : sections.values()) {
      consumer.accept(section.startPfn(), (int) Math.min(section.endPfn(), Integer.MAX_VALUE));
    }
  }

  /** Receives pageblocks. */
  @FunctionalInterface
  public interface BlockConsumer {
    /** The pageblock that begins at a frame is of a migrate type. */
    void accept(int pfn, int migrateType);
  }

  /** Gives every pageblock whose type is known, ascending. */
  public void forEachBlock(int pageblockOrder, BlockConsumer consumer) {
    for (Section section : sections.values()) {
      for (int block = 0; block < section.digits().length(); block++) {
        long pfn = section.startPfn() + ((long) block << pageblockOrder);
        if (pfn <= Integer.MAX_VALUE) {
          consumer.accept((int) pfn, Character.digit(section.digits().charAt(block), 16));
        }
      }
    }
  }

  private @Nullable Section sectionOf(int pfn) {
    Map.Entry<Integer, Section> entry = sections.floorEntry(pfn);
    return entry == null || pfn >= entry.getValue().endPfn() ? null : entry.getValue();
  }
}
