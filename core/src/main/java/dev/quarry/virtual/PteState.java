package dev.quarry.virtual;

import java.util.ArrayList;
import java.util.List;

/** What a page table entry says, decoded in the one place that knows how. */
public sealed interface PteState {
  /** Nothing is mapped. */
  record Absent() implements PteState {}

  /**
   * The entry shows a page or leads to a table.
   *
   * @param frame its number; devices lie beyond the frames of RAM
   * @param flags the bits of {@link Pte} beside the address
   * @param leaf whether it shows a page
   */
  record Present(long frame, long flags, boolean leaf) implements PteState {
    /** Whether the processor may use it; a PROT_NONE page is mapped and may not be accessed. */
    public boolean isAccessible() {
      return Pte.isPresent(flags);
    }

    /** The flags in the words of the kernel's page table dump: {@code RW USR PCD GLB NX}. */
    public String words() {
      List<String> words = new ArrayList<>();
      words.add(!isAccessible() ? "none" : (flags & Pte.RW) != 0 ? "RW" : "ro");
      add(words, Pte.USER, "USR");
      add(words, Pte.PWT, "PWT");
      add(words, Pte.PCD, "PCD");
      add(words, Pte.ACCESSED, "A");
      add(words, Pte.DIRTY, "D");
      add(words, Pte.PSE, "PSE");
      if (isAccessible()) {
        add(words, Pte.GLOBAL, "GLB");
      }
      add(words, Pte.NX, "NX");
      return String.join(" ", words);
    }

    private void add(List<String> words, long flag, String word) {
      if ((flags & flag) != 0) {
        words.add(word);
      }
    }
  }

  /**
   * The page is in a swap file.
   *
   * @param type the file's number
   * @param offset in pages
   */
  record Swapped(int type, long offset) implements PteState {}

  /** Decodes an entry of a level. */
  static PteState of(PageTableLayout layout, long entry, int level) {
    if (entry == Pte.NONE) {
      return new Absent();
    }
    if ((entry & (Pte.PRESENT | Pte.PROTNONE)) == 0) {
      return new Swapped(Pte.swapType(layout, entry), Pte.swapOffset(layout, entry));
    }
    long frame = (entry & layout.frameMask()) >>> PageTableLayout.PAGE_SHIFT;
    return new Present(frame, entry & ~layout.frameMask(), Pte.isLeaf(entry, level));
  }
}
