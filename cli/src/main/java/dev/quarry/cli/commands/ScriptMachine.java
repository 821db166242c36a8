package dev.quarry.cli.commands;

import dev.quarry.cli.lang.Session;
import dev.quarry.kernel.Machine;
import org.jspecify.annotations.Nullable;

/** The machine that a script has left. */
public final class ScriptMachine {
  private ScriptMachine() {}

  /** The session's machine, which it closes at its end, or null if the script booted none. */
  public static @Nullable Machine of(Session session) {
    return Booted.orNull(session);
  }
}
