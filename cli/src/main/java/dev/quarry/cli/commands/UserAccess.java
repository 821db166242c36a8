package dev.quarry.cli.commands;

import dev.quarry.cli.lang.Value;
import java.util.List;
import java.util.Optional;

/**
 * An access of a process that came to its end.
 *
 * @param loaded what was loaded, as a word; empty of a store
 * @param fault the page faults on the way, or that there was none
 * @param frame the frame behind the last page that was accessed
 * @param about what more there is to say; may be empty
 */
record UserAccess(String loaded, String fault, long frame, String about) implements Value.Thing {
  @Override
  public String show() {
    return (loaded.isEmpty() ? "" : loaded + ": ") + fault + ", frame " + frame + about;
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
