package dev.quarry.cli.commands;

import dev.quarry.cli.lang.Value;
import dev.quarry.physical.Trail;
import org.jspecify.annotations.Nullable;

/** A request that was not served: why in one line, and the decisions that led there. */
record FailedAllocation(String reason, @Nullable Trail trail) implements Value.Failure {
  @Override
  public String show() {
    return reason;
  }
}
