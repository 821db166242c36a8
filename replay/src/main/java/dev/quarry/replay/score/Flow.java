package dev.quarry.replay.score;

import dev.quarry.kernel.Machine;
import dev.quarry.physical.Zone;
import dev.quarry.replay.recording.OutcomeEvents;
import dev.quarry.replay.recording.PageEvent;

/**
 * What moved between the zones' lists and their users.
 *
 * @param refillPages taken from the lists of the type that was asked for
 *     (mm_page_alloc_zone_locked)
 * @param drainPages from per-CPU lists back to the zones' (mm_page_pcpu_drain)
 * @param fallbacks to another migrate type (mm_page_alloc_extfrag)
 */
public record Flow(long refillPages, long drainPages, long fallbacks) {
  /** What a machine did since it was booted. */
  public static Flow of(Machine machine) {
    long refill = 0;
    long drain = 0;
    long fallbacks = 0;
    for (Zone zone : machine.memory().zones()) {
      refill += zone.events().takenPages();
      drain += zone.events().drainPages();
      fallbacks += zone.events().claims() + zone.events().steals();
    }
    return new Flow(refill, drain, fallbacks);
  }

  /** What the recorded kernel did. */
  public static Flow of(OutcomeEvents outcomes) {
    long refill = 0;
    long drain = 0;
    long fallbacks = 0;
    PageEvent event = outcomes.event();
    while (outcomes.next()) {
      switch (event.kind()) {
        case ZONE_LOCKED -> refill += 1L << event.order();
        case PCPU_DRAIN -> drain += 1L << event.order();
        case FALLBACK -> fallbacks++;
        default -> {
          // A batched free is told again as a free.
        }
      }
    }
    return new Flow(refill, drain, fallbacks);
  }
}
