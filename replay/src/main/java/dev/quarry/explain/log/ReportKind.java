package dev.quarry.explain.log;

/** What made the kernel print its memory. */
public enum ReportKind {
  /** {@code page allocation failure: order:4, mode:…}. */
  PAGE_ALLOCATION_FAILURE("page-allocation-failure"),
  /** {@code page allocation stalls for 10051ms, order:0, mode:…}, of 4.10 to 4.15. */
  ALLOCATION_STALL("allocation-stall"),
  /** {@code vmalloc error: size …} and its older forms. */
  VMALLOC("vmalloc"),
  /** {@code … invoked oom-killer: gfp_mask=…}. */
  OOM("oom"),
  /** {@code sysrq: Show Memory}. */
  SHOW_MEMORY("show-memory"),
  /** A dump whose first line is not in the log. */
  NO_HEADER("no-header");

  private final String label;

  ReportKind(String label) {
    this.label = label;
  }

  /** The kind in a word, as output names it. */
  public String label() {
    return label;
  }
}
