package dev.quarry.cli.commands;

import dev.quarry.cli.lang.SimpleCommand;

/** Makes commands on objects, which a user's own writes may have led astray. */
final class SlabAction {
  private static final String CHAPTER = "objects";

  private SlabAction() {}

  static SimpleCommand command(
      String usage, String summary, String example, SimpleCommand.Action action) {
    return SimpleCommand.of(CHAPTER, usage, summary, example, guarded(action));
  }

  /** Where somebody wrote over a descriptor, what follows may leave the machine's RAM. */
  static SimpleCommand.Action guarded(SimpleCommand.Action action) {
    return (call, session) -> {
      try {
        return action.run(call, session);
      } catch (IndexOutOfBoundsException e) {
        throw new IllegalStateException("a slab descriptor was overwritten: " + e.getMessage(), e);
      }
    };
  }
}
