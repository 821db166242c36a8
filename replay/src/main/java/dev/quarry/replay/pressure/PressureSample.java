package dev.quarry.replay.pressure;

/**
 * What a machine has counted up to a time. All are pages but for faults and stalls.
 *
 * @param majorFaults faults that waited for a read
 * @param refaults pages that went and came back
 * @param scanned that reclaim looked at
 * @param scannedDirect of them, those that a process looked at by itself
 * @param reclaimed that it freed
 * @param direct of them, those that a process had to free by itself
 * @param kills processes that were killed, as nothing else brought memory
 * @param stallNanos virtual time that processes waited for storage
 */
public record PressureSample(
    long majorFaults,
    long refaults,
    long scanned,
    long scannedDirect,
    long reclaimed,
    long direct,
    long swapIns,
    long swapOuts,
    long kills,
    long stallNanos) {
  /** Nothing yet. */
  static final PressureSample ZERO = new PressureSample(0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

  /** What was counted since another one. */
  PressureSample since(PressureSample before) {
    return new PressureSample(
        majorFaults - before.majorFaults,
        refaults - before.refaults,
        scanned - before.scanned,
        scannedDirect - before.scannedDirect,
        reclaimed - before.reclaimed,
        direct - before.direct,
        swapIns - before.swapIns,
        swapOuts - before.swapOuts,
        kills - before.kills,
        stallNanos - before.stallNanos);
  }
}
