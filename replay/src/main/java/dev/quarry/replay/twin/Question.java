package dev.quarry.replay.twin;

import dev.quarry.kernel.Machine;
import dev.quarry.machine.Cpu;
import dev.quarry.physical.Pfn;
import dev.quarry.physical.Trail;
import dev.quarry.physical.Zone;

/**
 * A request, to be made again and again until it fails: would it succeed now, and how many times?
 * Nothing is given back in between.
 *
 * @param order log2 of the pages
 * @param gfp bits of {@link dev.quarry.physical.Gfp}
 * @param cpu the CPU that makes the request
 * @param node the node whose zonelist it uses
 * @param most after as many successes nobody asks again
 */
public record Question(int order, int gfp, int cpu, int node, long most) {
  /** Any node may serve the request in the end. */
  private static final long ALL_NODES = -1;

  /** A request near the CPU that makes it. */
  public static Question near(Machine machine, int order, int gfp, int cpu, long most) {
    return new Question(order, gfp, cpu, machine.cpu(cpu).node(), most);
  }

  /**
   * Asks a machine, whose memory is used up by that.
   *
   * @throws IllegalArgumentException if it has no such order, CPU or node, or the zone bits
   *     contradict each other
   */
  public Answer ask(Machine machine) {
    Cpu asker = machine.cpu(cpu);
    long[] blocks = new long[machine.memory().zones().size()];
    long successes = 0;
    while (successes < most) {
      int pfn = machine.allocator().allocPagesNode(asker, node, ALL_NODES, gfp, order, null);
      if (pfn == Pfn.NONE) {
        // The failing attempt gave back what it could: so ask once more, and listen.
        Trail trail = new Trail();
        pfn = machine.allocator().allocPagesNode(asker, node, ALL_NODES, gfp, order, trail);
        if (pfn == Pfn.NONE) {
          return Answer.refused(this, machine, blocks, trail);
        }
      }
      Zone zone = machine.memory().zoneOf(pfn);
      if (zone == null) {
        throw new IllegalStateException("frame " + pfn + " is in no zone");
      }
      blocks[zone.number()]++;
      successes++;
    }
    return Answer.unfinished(this, machine, blocks);
  }
}
