package dev.quarry.reclaim;

/** Asks the policy that a node's lists are kept by. */
record EitherLru(ClassicLru classic, GenerationLru aged) implements LruPolicy {
  private LruPolicy of(Lruvec lruvec) {
    return lruvec.generations() == null ? classic : aged;
  }

  @Override
  public void shrink(Lruvec lruvec, ScanControl scan) {
    of(lruvec).shrink(lruvec, scan);
  }

  @Override
  public void age(Lruvec lruvec, ScanControl scan) {
    of(lruvec).age(lruvec, scan);
  }
}
