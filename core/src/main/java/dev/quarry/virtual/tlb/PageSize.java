package dev.quarry.virtual.tlb;

import dev.quarry.virtual.PageTableLayout;

/** The page sizes that arrays hold, in the order of a page table's levels. */
public enum PageSize {
  /** 4 KiB. */
  SMALL("4K"),
  /** 2 MiB, with two levels 4 MiB. */
  LARGE("2M"),
  /** 1 GiB. */
  GIANT("1G");

  private static final PageSize[] ALL = values();

  private final String word;

  PageSize(String word) {
    this.word = word;
  }

  /** The size as a setting has it. */
  public String word() {
    return word;
  }

  /** The level whose entries show pages of this size. */
  public int level() {
    return ordinal();
  }

  /** The size that an entry of a level shows. */
  public static PageSize ofLevel(int level) {
    return ALL[level];
  }

  /** log2 of the bytes. */
  int shift(PageTableLayout layout) {
    return layout.shift(level());
  }
}
