package dev.quarry.cli.commands;

import dev.quarry.cli.lang.Value;
import java.util.List;
import java.util.Optional;

/** What copy_from_user and copy_to_user left, in bytes, and the page faults on the way. */
record CopyResult(long left, long bytes, String fault) implements Value.Thing {
  @Override
  public String show() {
    return left + " of " + bytes + " bytes left; " + fault;
  }

  @Override
  public String word() {
    return Long.toString(left);
  }

  @Override
  public List<String> fields() {
    return List.of("left", "copied");
  }

  @Override
  public Optional<Value> field(String name) {
    return switch (name) {
      case "left" -> Optional.of(new Number(left));
      case "copied" -> Optional.of(new Number(bytes - left));
      default -> Optional.empty();
    };
  }
}
