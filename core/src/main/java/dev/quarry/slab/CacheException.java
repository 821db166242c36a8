package dev.quarry.slab;

import dev.quarry.machine.UserError;

/** A cache that cannot be made, or not used so. The message names the cache and both numbers. */
public final class CacheException extends IllegalArgumentException implements UserError {
  private static final long serialVersionUID = 1L;

  /** A refusal, complete as it stands. */
  public CacheException(String cache, String message) {
    super("cache " + cache + ": " + message);
  }
}
