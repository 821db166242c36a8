package dev.quarry.physical;

/** What came of a call of the OOM killer. */
public enum OomResult {
  /** Nobody can be killed, or killing was not allowed: the request fails. */
  NOTHING,
  /** Somebody is dying already: the request waits. */
  WAIT,
  /** Another CPU is at it, or holds what the victim has: the request waits for longer. */
  BUSY,
  /** Somebody was killed: the request tries again. */
  KILLED
}
