package dev.quarry.cli;

import dev.quarry.cli.lang.Caret;
import dev.quarry.machine.UserError;
import java.io.EOFException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.Locale;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/**
 * Turns what was thrown into what the user reads and the exit code.
 *
 * <p>A {@link UserError}, an I/O failure and a bad command line are the user's to mend: one line
 * and {@link ExitCode#BAD_INPUT}. A closed pipe ends quietly. The rest is a fault of Quarry: one
 * line, the way to see more, and {@link ExitCode#INTERNAL}.
 */
final class UserErrors implements IExecutionExceptionHandler, IParameterExceptionHandler {
  private static final long MIB = 1L << 20;

  private final PrintWriter err;
  private final BooleanSupplier stacktrace;

  /**
   * @param err takes the lines
   * @param stacktrace whether the user asked for stack traces; read when something was thrown
   */
  UserErrors(PrintWriter err, BooleanSupplier stacktrace) {
    this.err = err;
    this.stacktrace = stacktrace;
  }

  @Override
  public int handleParseException(ParameterException e, String[] args) {
    CommandLine command = e.getCommandLine();
    say(CommandLineMistake.message(e));
    err.println("See '" + command.getCommandSpec().qualifiedName() + " --help'.");
    return ExitCode.BAD_INPUT;
  }

  @Override
  public int handleExecutionException(Exception e, CommandLine command, ParseResult parsed) {
    return e instanceof ParameterException bad
        ? handleParseException(bad, new String[0])
        : report(e);
  }

  /** Prints the line for {@code thrown} and returns the exit code that goes with it. */
  int report(Throwable thrown) {
    Throwable e = unwrapped(thrown);
    if (e instanceof Stdout.ClosedPipe) {
      return ExitCode.CLOSED_PIPE;
    }
    boolean usersMistake = e instanceof UserError || e instanceof IOException;
    say(usersMistake ? mistake(e) : fault(e));
    if (stacktrace.getAsBoolean()) {
      thrown.printStackTrace(err);
    } else if (!usersMistake) {
      err.println("This is a fault of Quarry, not yours; --stacktrace shows where it happened.");
    }
    return usersMistake ? ExitCode.BAD_INPUT : ExitCode.INTERNAL;
  }

  private void say(@Nullable String message) {
    err.println("quarry: " + Caret.clean(String.valueOf(message)));
  }

  /** The cause behind the wrappers that say nothing of their own. */
  private static Throwable unwrapped(Throwable thrown) {
    Throwable e = thrown;
    while (!(e instanceof UserError) && !(e instanceof Stdout.ClosedPipe) && isWrapper(e)) {
      Throwable cause = e.getCause();
      if (cause == null) {
        return e;
      }
      e = cause;
    }
    return e;
  }

  private static boolean isWrapper(Throwable e) {
    return e instanceof UncheckedIOException
        || e instanceof CompletionException
        || e instanceof ExecutionException;
  }

  private static String fault(Throwable e) {
    if (e instanceof OutOfMemoryError) {
      return String.format(
          Locale.ROOT,
          "out of memory: the Java heap may hold %d MiB; QUARRY_JAVA_OPTIONS=-Xmx... gives more",
          Runtime.getRuntime().maxMemory() / MIB);
    }
    String message = e.getMessage();
    String name = e.getClass().getSimpleName();
    return "unexpected " + name + (message == null ? "" : ": " + message);
  }

  /** The JDK names a file and leaves the reason to the exception's class; a user needs both. */
  private static String mistake(Throwable e) {
    return switch (e) {
      case NoSuchFileException f -> f.getFile() + ": no such file or folder";
      case AccessDeniedException f -> f.getFile() + ": permission denied";
      case NotDirectoryException f -> f.getFile() + ": not a folder";
      case FileSystemException f when f.getReason() == null -> f.getFile() + ": cannot be used";
      case EOFException _ -> "the input ends too early" + detail(e);
      case CharacterCodingException _ -> "the input is not UTF-8 text" + detail(e);
      default -> {
        String message = e.getMessage();
        yield message == null ? e.getClass().getSimpleName() : message;
      }
    };
  }

  private static String detail(Throwable e) {
    return e.getMessage() == null ? "" : ": " + e.getMessage();
  }
}
