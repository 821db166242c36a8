package dev.quarry.cli;

/** The numbers that {@code quarry} ends with. */
final class ExitCode {
  /** It went well; where a question was asked, the answer is yes. */
  static final int OK = 0;

  /** It went well, and the answer is no: a check found something, a request cannot be met. */
  static final int NO = 1;

  /** The command line or the input is at fault. */
  static final int BAD_INPUT = 2;

  /** The host does not allow what was asked for; {@code EX_UNAVAILABLE} of sysexits.h. */
  static final int UNAVAILABLE = 69;

  /** Quarry itself is at fault; {@code EX_SOFTWARE} of sysexits.h. */
  static final int INTERNAL = 70;

  /** The reader of the standard output went away: 128 + SIGPIPE, as a shell reports it. */
  static final int CLOSED_PIPE = 141;

  private ExitCode() {}
}
