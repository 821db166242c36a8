package dev.quarry.cli.commands;

import dev.quarry.cli.lang.Value;
import java.util.List;
import java.util.Optional;

/**
 * An access of a process that came to its end.
 *
 * @param loaded what was loaded, as a word; empty of a store
 * @param fault the page faults on the way, or that there was none
 * @param frame the frame behind the last page that was accessed, or {@link #NO_FRAME}
 */
record UserAccess(String loaded, String fault, long frame) implements Value.Thing {
  /** The page went to swap as soon as it had been accessed. */
  static final long NO_FRAME = -1;

  @Override
  public String show() {
    String where = frame == NO_FRAME ? ", swapped out again" : ", frame " + frame;
    return (loaded.isEmpty() ? "" : loaded + ": ") + fault + where;
  }

  @Override
  public String word() {
    return loaded;
  }

  @Override
  public List<String> fields() {
    return List.of("value", "fault", "frame");
  }

  @Override
  public Optional<Value> field(String name) {
    return switch (name) {
      case "value" -> Optional.of(value());
      case "fault" -> Optional.of(new Text(fault));
      case "frame" -> Optional.of(new Number(frame));
      default -> Optional.empty();
    };
  }

  private Value value() {
    return loaded.matches("-?\\d{1,18}") ? new Number(Long.parseLong(loaded)) : new Text(loaded);
  }
}
