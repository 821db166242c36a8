package dev.quarry.cli.commands;

import dev.quarry.cli.lang.Value;
import java.util.List;
import java.util.Optional;

/**
 * Something that a command mapped into the kernel's half.
 *
 * @param notes lines to be shown once, when it was made
 */
record KernelArea(long address, long pages, String kind, String notes) implements Value.Thing {
  @Override
  public String show() {
    String what = Counted.of(pages, "page") + " at " + hex(address) + ", " + kind;
    return notes.isEmpty() ? what : what + "\n" + notes;
  }

  @Override
  public String word() {
    return hex(address);
  }

  static String hex(long address) {
    return "0x" + Long.toHexString(address);
  }

  @Override
  public List<String> fields() {
    return List.of("address", "pages");
  }

  @Override
  public Optional<Value> field(String name) {
    return switch (name) {
      case "address" -> Optional.of(new Value.Text(hex(address)));
      case "pages" -> Optional.of(new Value.Number(pages));
      default -> Optional.empty();
    };
  }
}
