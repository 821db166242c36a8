package dev.quarry.conform;

import java.util.ArrayList;
import java.util.List;

/** Operations one after the other, from an empty window on. */
record Sequence(Settings settings, List<Op> operations) {
  /** The same without what its processes cannot do: those of a child that is not there. */
  Sequence possible() {
    List<Op> kept = new ArrayList<>();
    boolean child = false;
    for (Op op : operations) {
      boolean fits =
          switch (op.call()) {
            case FORK -> !child;
            case PROCESS_VM_READV, PROCESS_VM_WRITEV -> child || (op.who() == 0 && op.e() == 0);
            default -> child || op.who() == 0;
          };
      if (fits) {
        kept.add(op);
        child = op.call() == Call.FORK || (child && op.call() != Call.EXIT);
      }
    }
    return new Sequence(settings, kept);
  }

  Sequence with(List<Op> others) {
    return new Sequence(settings, others);
  }
}
