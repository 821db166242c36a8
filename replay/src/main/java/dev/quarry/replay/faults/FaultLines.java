package dev.quarry.replay.faults;

import dev.quarry.replay.calls.Complaints;
import dev.quarry.replay.calls.Foreign;
import dev.quarry.replay.calls.Numbers;
import dev.quarry.replay.calls.TaskEvent;
import dev.quarry.replay.calls.TaskEvent.Faulted;
import dev.quarry.replay.calls.TaskEvent.Faulted.By;
import dev.quarry.replay.calls.TextFile;
import dev.quarry.replay.read.Quote;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads {@code ev.F}. */
final class FaultLines implements AutoCloseable {
  private static final int FIELDS = 7;

  /** Of the error code: the entries were there. */
  private static final int PRESENT = 1;

  private static final int KNOWN_CODE_BITS = 0x1f | 0x60;
  private static final int ACCESS_BITS = 0x16;

  private final TextFile file;
  private final EventClock clock;

  FaultLines(Path path, String name, Complaints complaints) {
    this.file = new TextFile(path, name, complaints);
    this.clock = new EventClock(file);
  }

  @Nullable TaskEvent next() {
    while (file.next()) {
      String text = file.text();
      if (text.startsWith("#")) {
        clock.header(text);
      } else if (!text.isBlank()) {
        Faulted fault = fault(text.split(" ", -1));
        if (fault != null) {
          return fault;
        }
      }
    }
    return null;
  }

  private @Nullable Faulted fault(String[] f) {
    boolean user = f[0].equals("u");
    if (!user && !f[0].equals("k")) {
      file.wrong("unknown letter", Quote.of(file.text()));
      return null;
    }
    if (f.length != FIELDS) {
      return damaged();
    }
    long delta = Numbers.decimal(f[1]);
    int tid = Numbers.tidOrIdle(f[3]);
    long address = Numbers.hex(f[4]);
    long error = Numbers.hex(f[6]);
    if (delta < 0 || tid < 0 || address == Numbers.NONE || error == Numbers.NONE) {
      return damaged();
    }
    long micros = clock.advance(delta);
    Optional<String> foreign = user ? Foreign.address(address) : Optional.empty();
    if ((error & ~KNOWN_CODE_BITS) != 0) {
      foreign = Optional.of("error code 0x" + f[6] + " has bits that x86-64 does not set");
    }
    if (foreign.isPresent()) {
      file.wrong("fault of another architecture", foreign.get());
      return null;
    }
    long ip = Numbers.hex(f[5]);
    boolean known = user && ip != Numbers.NONE && Long.compareUnsigned(ip, Foreign.USER_END) < 0;
    int code = (int) error & ACCESS_BITS;
    By by = user ? By.TASK : kernel(f[5]);
    return new Faulted(
        micros, tid, by, address, code, (error & PRESENT) != 0, known ? ip : Faulted.NO_IP);
  }

  private @Nullable Faulted damaged() {
    file.wrong("fault with a damaged field", Quote.of(file.text()));
    return null;
  }

  /**
   * Functions that copy with page faults disabled are called so: copy_folio_from_iter_atomic,
   * copy_from_user_nofault (lib/iov_iter.c, mm/maccess.c, 6.18).
   */
  private static By kernel(String function) {
    boolean mustNotWait = function.contains("atomic") || function.contains("nofault");
    return mustNotWait ? By.KERNEL_ATOMIC : By.KERNEL;
  }

  long bytesRead() {
    return file.bytesRead();
  }

  @Override
  public void close() {
    file.close();
  }
}
