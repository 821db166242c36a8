package dev.quarry.cli.commands;

import dev.quarry.cli.lang.Value;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Objects of one cache that a command got together, each of which can be freed by itself. */
record ObjectsValue(String cache, long[] addresses) implements Value.Thing {
  private static final Pattern INDEXED = Pattern.compile("object\\[(\\d{1,9})\\]");

  @Override
  public String show() {
    String what = Counted.of(addresses.length, "object") + " of " + cache;
    return switch (addresses.length) {
      case 0 -> what;
      case 1 -> what + ", at " + KernelArea.hex(addresses[0]);
      default ->
          what
              + ", the first at "
              + KernelArea.hex(addresses[0])
              + ", the last at "
              + KernelArea.hex(addresses[addresses.length - 1]);
    };
  }

  @Override
  public List<String> fields() {
    return List.of("count", "cache", "first", "last", "object[N]");
  }

  @Override
  public Optional<Value> field(String name) {
    Matcher indexed = INDEXED.matcher(name);
    if (indexed.matches()) {
      return address(Integer.parseInt(indexed.group(1)));
    }
    return switch (name) {
      case "count" -> Optional.of(new Value.Number(addresses.length));
      case "cache" -> Optional.of(new Value.Text(cache));
      case "first" -> address(0);
      case "last" -> address(addresses.length - 1);
      default -> Optional.empty();
    };
  }

  private Optional<Value> address(int index) {
    return index >= 0 && index < addresses.length
        ? Optional.of(new Value.Text(KernelArea.hex(addresses[index])))
        : Optional.empty();
  }
}
