package dev.quarry.cli.commands;

import dev.quarry.cli.lang.Value;
import dev.quarry.virtual.fault.FaultLeaf;
import dev.quarry.virtual.fault.UserFaultException;
import java.util.List;
import java.util.Optional;

/**
 * An access that ended in a signal, for want of memory, or in an oops.
 *
 * @param notes lines that the kernel's log got; may be empty
 */
record SignalFailure(FaultLeaf leaf, long address, String notes) implements Value.Failure {
  static SignalFailure of(UserFaultException e, String notes) {
    return new SignalFailure(e.leaf(), e.address(), notes);
  }

  @Override
  public String show() {
    String code = code().isEmpty() ? "" : " (" + code() + ")";
    String what = signal().equals(leaf.words()) ? "" : leaf.words() + ", ";
    String text = signal() + code + " at " + KernelArea.hex(address) + ": " + what + why(leaf);
    return notes.isEmpty() ? text : text + "\n" + notes;
  }

  private String signal() {
    return switch (leaf.effect()) {
      case SIGSEGV_MAPERR, SIGSEGV_ACCERR, SIGSEGV_KERNEL -> "SIGSEGV";
      case SIGBUS -> "SIGBUS";
      case SIGKILL -> "SIGKILL";
      case OUT_OF_MEMORY -> "out of memory";
      case OOPS -> "oops";
      case RESOLVED, PASSED, FIXUP -> "page fault";
    };
  }

  private String code() {
    return switch (leaf.effect()) {
      case SIGSEGV_MAPERR -> "SEGV_MAPERR";
      case SIGSEGV_ACCERR -> "SEGV_ACCERR";
      case SIGSEGV_KERNEL -> "SI_KERNEL";
      case SIGBUS -> "BUS_ADRERR";
      case SIGKILL, OUT_OF_MEMORY, OOPS, RESOLVED, PASSED, FIXUP -> "";
    };
  }

  private static String why(FaultLeaf leaf) {
    return switch (leaf) {
      case KERNEL_HALF -> "the kernel's half of the addresses";
      case NOT_CANONICAL -> "no processor takes such an address";
      case NO_AREA -> "no area holds the address";
      case STACK_REFUSED -> "below a stack that may not grow so far";
      case ACCESS_DENIED -> "the area forbids this access";
      case ATOMIC -> "the kernel must not wait here";
      case BEYOND_FILE -> "behind the end of the file";
      case FILE_ERROR -> "the file could not be read";
      case KILLED -> "the OOM killer chose the process";
      case OUT_OF_MEMORY -> "no page for a table, the data or a descriptor";
      case OOPS -> "no fixup in the exception table";
      default -> "not resolved";
    };
  }

  @Override
  public String word() {
    return signal();
  }

  @Override
  public List<String> fields() {
    return List.of("signal", "code", "address", "leaf");
  }

  @Override
  public Optional<Value> field(String name) {
    return switch (name) {
      case "signal" -> Optional.of(new Text(signal()));
      case "code" -> Optional.of(new Text(code()));
      case "address" -> Optional.of(new Text(KernelArea.hex(address)));
      case "leaf" -> Optional.of(new Text(leaf.words()));
      default -> Optional.empty();
    };
  }
}
