package dev.quarry.replay.play;

import dev.quarry.kernel.Machine;
import dev.quarry.machine.Cpu;
import dev.quarry.physical.Gfp;
import dev.quarry.physical.MemPolicy;
import dev.quarry.physical.PageAllocator;
import dev.quarry.physical.PolicyAllocator;
import dev.quarry.physical.Trail;

/**
 * Asks the machine for pages: those of users by a memory policy, those of the kernel as ever.
 *
 * <p>Where a user's page lies in its area was not recorded. The requests count as faults at one
 * address after the other, so that an interleaving policy spreads them evenly.
 */
final class UserPages {
  /** What requests for pages of processes and files have, and no others: GFP_HIGHUSER_MOVABLE. */
  private static final int USER = Gfp.HARDWALL | Gfp.HIGHMEM | Gfp.MOVABLE;

  private final PageAllocator allocator;
  private final PolicyAllocator policies;
  private final MemPolicy policy;
  private final boolean governs;
  private long index;

  /**
   * The pages of a machine.
   *
   * @param policy one that is usable there; {@link MemPolicy.Default} changes nothing
   */
  UserPages(Machine machine, MemPolicy policy) {
    this.allocator = machine.allocator();
    this.policies = machine.policies();
    this.policy = policy;
    this.governs = !(policy instanceof MemPolicy.Default);
  }

  MemPolicy policy() {
    return policy;
  }

  /** Serves a request; returns a frame or {@link dev.quarry.physical.Pfn#NONE}. */
  int allocate(Cpu cpu, int gfp, int order) {
    return isGoverned(gfp)
        ? policies.folioAllocMpol(cpu, policy, index++, asked(gfp), order, null)
        : allocator.allocPages(cpu, gfp, order);
  }

  /** Serves the last request again, as it was, with every decision in the trail. */
  int again(Cpu cpu, int gfp, int order, Trail trail) {
    return isGoverned(gfp)
        ? policies.folioAllocMpol(cpu, policy, index - 1, asked(gfp), order, trail)
        : allocator.allocPagesTraced(cpu, gfp, order, trail);
  }

  private boolean isGoverned(int gfp) {
    return governs && (gfp & USER) == USER;
  }

  /** Huge pages were recorded as the recorded task's policy asked for them. */
  private static int asked(int gfp) {
    return gfp & ~Gfp.THISNODE;
  }
}
