package dev.quarry.cli.commands;

import dev.quarry.cli.lang.Registry;

/** Assembles the commands that a shell or a script has. */
public final class AllCommands {
  private AllCommands() {}

  /** All commands, by chapter. */
  public static Registry registry() {
    Registry registry = new Registry();
    MachineCommands.addTo(registry);
    PageCommands.addTo(registry);
    PolicyCommands.addTo(registry);
    LookCommands.addTo(registry);
    SessionCommands.addTo(registry);
    return registry;
  }
}
