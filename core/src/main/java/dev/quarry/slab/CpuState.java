package dev.quarry.slab;

/** What a CPU holds in all caches together. Only the CPU's holder uses it, but for the flag. */
final class CpuState {
  private final long freeLimit;
  private long freeBytes;
  private volatile boolean drainRequested;

  CpuState(long freeLimit) {
    this.freeLimit = freeLimit;
  }

  /** A slab of so many bytes became free, or, with less than 0, is free no more. */
  void freeBytes(long bytes) {
    freeBytes += bytes;
  }

  /** Whether the CPU holds more in free slabs than it may. */
  boolean holdsTooMuch() {
    return freeBytes > freeLimit;
  }

  /** Asks the holder to give up what it can. */
  void requestDrain() {
    drainRequested = true;
  }

  boolean takeDrainRequest() {
    boolean requested = drainRequested;
    if (requested) {
      drainRequested = false;
    }
    return requested;
  }
}
