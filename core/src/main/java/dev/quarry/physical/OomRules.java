package dev.quarry.physical;

import dev.quarry.machine.ZoneType;

/**
 * Which requests are worth a process: the rules of {@code __alloc_pages_may_oom} and of the way to
 * it (mm/page_alloc.c, 6.18).
 *
 * <pre>
 *   order above 3        killing does not make large blocks
 *   NORETRY              has another plan
 *   RETRY_MAYFAIL        fails when reclaim is at its end
 *   THISNODE             other nodes may have memory
 *   DMA, DMA32           others have little of these zones
 * </pre>
 *
 * <p>A request without __GFP_FS may not have reclaimed all that can be: it waits instead, which the
 * killer itself decides.
 */
final class OomRules {
  private static final int COSTLY_ORDER = 3;
  private static final int NEVER = Gfp.NORETRY | Gfp.RETRY_MAYFAIL | Gfp.THISNODE;

  private OomRules() {}

  /** Whether the OOM killer is called for a request that got nothing. */
  static boolean mayKill(PhysicalMemory memory, Request request) {
    ZoneType highest = memory.zoneTypes().get(request.highestZone);
    return request.order <= COSTLY_ORDER
        && (request.gfp & NEVER) == 0
        && highest.compareTo(ZoneType.NORMAL) >= 0;
  }
}
