package dev.quarry.cli.commands;

import dev.quarry.cli.lang.Value;
import dev.quarry.virtual.PageTableLayout;
import java.util.List;
import java.util.Optional;

/**
 * Addresses that a process was given.
 *
 * @param notes what happened meanwhile, shown once; may be empty
 */
record UserArea(long address, long bytes, String notes) implements Value.Thing {
  @Override
  public String show() {
    String pages = bytes == 0 ? "" : ", " + Counted.of(pages(), "page");
    String what = KernelArea.hex(address) + pages;
    return notes.isEmpty() ? what : what + notes;
  }

  /** The end of a heap that begins somewhere, as a value. */
  Value asEnd(long start) {
    return new UserArea(
        address, 0, "; the heap has " + Counted.of(address - start, "byte") + notes);
  }

  @Override
  public String word() {
    return KernelArea.hex(address);
  }

  @Override
  public List<String> fields() {
    return List.of("address", "end", "bytes", "pages");
  }

  @Override
  public Optional<Value> field(String name) {
    return switch (name) {
      case "address" -> Optional.of(new Text(KernelArea.hex(address)));
      case "end" -> Optional.of(new Text(KernelArea.hex(address + bytes)));
      case "bytes" -> Optional.of(new Number(bytes));
      case "pages" -> Optional.of(new Number(pages()));
      default -> Optional.empty();
    };
  }

  private long pages() {
    return (bytes + PageTableLayout.PAGE_SIZE - 1) >>> PageTableLayout.PAGE_SHIFT;
  }
}
