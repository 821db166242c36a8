package dev.quarry.virtual.exec;

import dev.quarry.virtual.space.Errno;

/** A program that cannot be started, with the error number that execve returns for it. */
public final class ExecException extends Exception {
  private final int errno;
  private final String why;

  /** The error number is positive, one of {@link Errno}. */
  public ExecException(int errno, String why) {
    super(Errno.text(-errno) + ": " + why);
    this.errno = errno;
    this.why = why;
  }

  /** The reason, without the error number. */
  public String why() {
    return why;
  }

  /** The error number. */
  public int errno() {
    return errno;
  }
}
