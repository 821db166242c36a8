package dev.quarry.cli.commands;

import dev.quarry.cli.lang.Value;
import dev.quarry.virtual.space.Errno;
import java.util.List;
import java.util.Optional;

/**
 * A system call that said no.
 *
 * @param why what can be said of the reason beside the error number; may be empty
 */
record ErrnoFailure(int errno, String why) implements Value.Failure {
  /** What a call returned: {@code otherwise} unless it is a negated error number. */
  static Value or(long result, Value otherwise) {
    return Errno.isError(result) ? new ErrnoFailure((int) -result, "") : otherwise;
  }

  @Override
  public String show() {
    String words = name() + ": " + words(errno);
    return why.isEmpty() ? words : words + "; " + why;
  }

  private String name() {
    return Errno.text(-errno);
  }

  @Override
  public String word() {
    return name();
  }

  @Override
  public List<String> fields() {
    return List.of("errno");
  }

  @Override
  public Optional<Value> field(String name) {
    return name.equals("errno") ? Optional.of(new Text(name())) : Optional.empty();
  }

  private static String words(int errno) {
    return switch (errno) {
      case Errno.EPERM -> "not permitted";
      case Errno.ENOENT -> "there is no such thing";
      case Errno.EIO -> "input or output failed";
      case Errno.E2BIG -> "too many arguments";
      case Errno.ENOEXEC -> "no program of this machine";
      case Errno.ELOOP -> "too many scripts";
      case Errno.ELIBBAD -> "the interpreter is no program";
      case Errno.EBADF -> "no such descriptor";
      case Errno.EAGAIN -> "try again, or a limit is reached";
      case Errno.ENOMEM -> "no memory, no room, or a limit is reached";
      case Errno.ENOSPC -> "the disk is full";
      case Errno.EACCES -> "access denied";
      case Errno.EFAULT -> "bad address";
      case Errno.EBUSY -> "in use";
      case Errno.EEXIST -> "something is there already";
      case Errno.ENODEV -> "no such device";
      case Errno.EINVAL -> "invalid argument";
      case Errno.EOVERFLOW -> "too large a number";
      case Errno.EOPNOTSUPP, Errno.ENOTSUPP -> "not supported";
      default -> "error";
    };
  }
}
