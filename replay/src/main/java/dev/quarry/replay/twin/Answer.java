package dev.quarry.replay.twin;

import dev.quarry.kernel.Machine;
import dev.quarry.physical.Trail;
import dev.quarry.physical.Zone;
import java.util.ArrayList;
import java.util.List;

/**
 * How a request fared.
 *
 * @param question the request
 * @param successes how often it succeeded in a row
 * @param from the zones that served it, in the machine's order
 * @param refusal why it failed then; empty if nobody asked to the end
 * @param steps what the allocator did when it failed, a line each
 */
public record Answer(
    Question question, long successes, List<FromZone> from, String refusal, String steps) {
  /** Blocks that a zone gave. */
  public record FromZone(String zone, long blocks) {}

  public Answer {
    from = List.copyOf(from);
  }

  /** Whether the request would succeed now. */
  public boolean isYes() {
    return successes > 0;
  }

  /** Whether it was asked until it failed. */
  public boolean isFinished() {
    return !refusal.isEmpty();
  }

  static Answer refused(Question question, Machine machine, long[] blocks, Trail trail) {
    return new Answer(
        question, sum(blocks), zones(machine, blocks), trail.refusal(), trail.render());
  }

  static Answer unfinished(Question question, Machine machine, long[] blocks) {
    return new Answer(question, sum(blocks), zones(machine, blocks), "", "");
  }

  private static long sum(long[] blocks) {
    long sum = 0;
    for (long ofZone : blocks) {
      sum += ofZone;
    }
    return sum;
  }

  private static List<FromZone> zones(Machine machine, long[] blocks) {
    List<FromZone> from = new ArrayList<>();
    for (Zone zone : machine.memory().zones()) {
      if (blocks[zone.number()] > 0) {
        from.add(new FromZone(zone.toString(), blocks[zone.number()]));
      }
    }
    return from;
  }
}
