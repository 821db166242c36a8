package dev.quarry.machine;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Where a machine can be made to fail: one for each knob of lib/fault-inject.c's kind (6.18). */
public enum FaultSite {
  /** A request for pages, order and zone whatever: {@code fail_page_alloc}. */
  PAGE_ALLOC,

  /** An object of a cache: {@code failslab}. */
  SLAB,

  /** A page is read from a file of the host: {@code fail_make_request}. */
  READ,

  /** A page is written to a file of the host, or the host is asked to keep what was. */
  WRITE,

  /** A file becomes longer, or a page is written to one: the host's disk is full. */
  NO_SPACE,

  /** A page is read from swap. */
  SWAP_READ,

  /** A page is written to swap. */
  SWAP_WRITE,

  /** A page is given a place in swap. */
  SWAP_SLOT;

  /** Its name for users. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The names of all. */
  public static List<String> words() {
    return Arrays.stream(values()).map(FaultSite::word).toList();
  }
}
