package dev.quarry.physical;

import dev.quarry.machine.UserError;

/** A memory policy is unclear, or impossible on the machine. The message names both numbers. */
public final class PolicyException extends IllegalArgumentException implements UserError {
  private static final long serialVersionUID = 1L;

  /** A refusal, complete as it stands. */
  PolicyException(String message) {
    super(message);
  }

  /** The refusal of a policy. */
  PolicyException(String policy, String why) {
    super("policy " + policy + ": " + why);
  }
}
