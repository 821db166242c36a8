package dev.quarry.explain.verdict;

/** The term of a zone's test that decides: without it the zone would have passed. */
public enum Term {
  MIN("min"),
  BOOST("boost"),
  LOWMEM_RESERVE("lowmem_reserve"),
  HIGHATOMIC("highatomic"),
  CMA("cma"),
  BLOCK("block"),
  MIGRATE_TYPE("migratetype"),
  /** No term alone. */
  COMBINED("combined");

  private final String label;

  Term(String label) {
    this.label = label;
  }

  /** The term as {@code --json} names it. */
  public String label() {
    return label;
  }
}
